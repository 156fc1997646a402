import { err, ok, type Result } from "../../base/result.ts";
import { type Git, gitFailed } from "./git.ts";

/**
 * The names that git lists for a command with `-z`. Of one that is not UTF-8 each byte that is not is a lone surrogate, U+DC80 to
 * U+DCFF: different names stay different, and `isWellFormed()` tells them.
 *
 * Errors: `repository-unreadable`.
 */
export async function listedBy(
  git: Git,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Result<readonly string[]>> {
  const told = await git(words, { env, encoding: "latin1" });
  if (!told.ok) return err(gitFailed(told));
  return ok(
    told.stdout
      .split("\0")
      .filter((name) => name !== "")
      .map((name) => decoded(Buffer.from(name, "latin1"))),
  );
}

function decoded(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  if (!text.includes("\ufffd") || Buffer.from(text, "utf8").equals(bytes)) return text;
  let [found, at] = ["", 0];
  while (at < bytes.length) {
    const length = [1, 2, 3, 4].find((size) => isCharacter(bytes.subarray(at, at + size)));
    found +=
      length === undefined
        ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0))
        : bytes.toString("utf8", at, at + length);
    at += length ?? 1;
  }
  return found;
}

function isCharacter(bytes: Buffer): boolean {
  const text = bytes.toString("utf8");
  return [...text].length === 1 && Buffer.from(text, "utf8").equals(bytes);
}

/** A path as the system takes it. */
export function pathOf(path: string): string | Buffer {
  if (path.isWellFormed()) return path;
  return Buffer.concat(
    [...path].map((character) =>
      character.isWellFormed()
        ? Buffer.from(character, "utf8")
        : Buffer.from([character.charCodeAt(0) - 0xdc00]),
    ),
  );
}

/** A path as it is shown: `caf\xe9.rs`. */
export function shownName(path: string): string {
  return [...path]
    .map((character) =>
      character.isWellFormed() ? character : `\\x${(character.charCodeAt(0) - 0xdc00).toString(16)}`,
    )
    .join("");
}
