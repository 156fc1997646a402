import { resolve } from "node:path";

const option = "--out-link";

/**
 * The words of a `gantry build` with the path of `--out-link` made absolute, as the command acts elsewhere than in the
 * user's directory.
 *
 * @param words those before `--`
 * @param cwd what a relative path counts from, unless the words themselves name a directory (`-C`)
 * @example
 * absoluteOutLink(["build", "--out-link", "x"], "/home/me") // ["build", "--out-link", "/home/me/x"]
 */
export function absoluteOutLink(words: readonly string[], cwd: string): string[] {
  const base = resolve(cwd, directoryIn(words) ?? "");
  return words.map((word, index) => {
    if (words[index - 1] === option) return resolve(base, word);
    return word.startsWith(`${option}=`) ? `${option}=${resolve(base, word.slice(option.length + 1))}` : word;
  });
}

/** The last counts, as it does when the command itself is started. */
function directoryIn(words: readonly string[]): string | undefined {
  const found = words.flatMap((word, index) => {
    if (words[index - 1] === "-C" || words[index - 1] === "--directory") return [word];
    return /^(?:-C|--directory=)(.+)$/s.exec(word)?.[1] ?? [];
  });
  return found.at(-1);
}
