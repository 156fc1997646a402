import { backticked, type Diagnostic, diagnostic } from "./diagnostic.ts";
import { errorCode } from "./narrowing.ts";

/**
 * What a program can get of one variable, with its name, or of one word, in bytes: 128 KiB with the end (`MAX_ARG_STRLEN`,
 * execve(2), Linux 2.6.23).
 */
const longest = 128 * 1024 - 1;

/** Whether no program can get a text, such as `NAME=value`. */
export function isTooLong(text: string): boolean {
  return text.length * 3 > longest && Buffer.byteLength(text) > longest;
}

/** Why a program cannot be started with these (`E2BIG`); undefined where that is not why. */
export function tooLong(
  thrown: unknown,
  program: string,
  { argv, env }: { readonly argv: readonly string[]; readonly env: Readonly<NodeJS.ProcessEnv> },
): Diagnostic | undefined {
  if (errorCode(thrown) !== "E2BIG") return undefined;
  const sizes = Object.entries(env).map(
    ([name, value = ""]) => [name, Buffer.byteLength(`${name}=${value}`)] as const,
  );
  const tooLong = sizes.filter(([, size]) => size > longest).map(([name]) => name);
  const [[name] = ["?"]] = sizes.sort(([, a], [, b]) => b - a);
  const words = argv.reduce((sum, word) => sum + Buffer.byteLength(word), 0);
  const all = sizes.reduce((sum, [, size]) => sum + size, words);
  return diagnostic(
    "variable-too-long",
    tooLong.length > 0
      ? `${program} cannot get ${backticked(tooLong)}: a variable has 128 KiB at most`
      : `${program} cannot get all variables and arguments: they have ${Math.ceil(all / 1024)} KiB together`,
    {
      notes:
        tooLong.length > 0
          ? []
          : [`the longest variable is \`${name}\``, "`ulimit -s` is the limit, four times"],
      help: ["have a long value in a file, and its path in the variable"],
    },
  );
}
