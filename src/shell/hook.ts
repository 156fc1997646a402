import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diagnostic } from "../base/diagnostic.ts";
import { keepingBytes } from "../base/ownBytes.ts";
import { err, ok, type Result } from "../base/result.ts";
import { tooLong } from "../base/tooLong.ts";
import { shellWord } from "./quote.ts";

type Environment = Readonly<Record<string, string>>;

/**
 * Runs a hook, its first argument, in a function, which `return` ends. What the hook leaves is told into a file, its second,
 * where the text came to its end. It is no pipe: what the hook leaves running may keep one open for ever, in dash even a
 * copy of one that was closed for it.
 *
 * @param tell a command that prints what is exported
 * @param before commands that may need the `PATH` that there was
 */
function scriptAround(tell: string, before: string): string {
  return [
    ...[before, 'gantry_hook() { eval "$1"; }', 'gantry_hook "$1"'],
    // A hook may have had the shell say what it runs, or keep files that are there.
    "{ gantry_status=$?; set +xv; } 2>/dev/null",
    `if [ "$gantry_status" = 0 ]; then ${tell} >|"$2"; fi`,
    'exit "${gantry_status:-0}"',
  ].join("\n");
}

/**
 * Runs the text of a `shellHook` in the project's root, by `/bin/sh` whatever shell the user has, and gives the environment
 * that it leaves. What it prints goes to the standard error: the standard output is for what runs in the shell.
 *
 * Errors: `shell-hook`, for one that fails, that ends its shell, or that leaves no `PATH`; `variable-too-long`.
 */
export async function runShellHook(hook: string, { env, root }: Running): Promise<Result<Environment>> {
  const script = scriptAround('"$3" -0', 'set -- "$1" "$2" "$(command -v env)"');
  const directory = mkdtempSync(join(tmpdir(), "gantry-hook-"));
  const file = join(directory, "left");
  let ended: string | undefined;
  let text: string;
  try {
    writeFileSync(file, "", { mode: 0o600 });
    ended = await run(["/bin/sh", "-c", script, "shellHook", hook, file], { env, root });
    text = readFileSync(file, "utf8");
  } catch (thrown) {
    const problem = tooLong(thrown, "the `shellHook`", { argv: [hook], env });
    if (problem) return err(problem);
    throw thrown;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  const problem = ended ?? (text === "" ? "it ended its shell: `return` ends a hook" : undefined);
  if (problem !== undefined) return err(failed(problem));
  const left = environmentOf(text);
  return left.PATH ? ok(left) : err(failed("it leaves no `PATH`"));
}

type Running = { readonly env: Environment; readonly root: string };

/** How the command ended, if not well. */
function run(argv: readonly string[], { env, root }: Running): Promise<string | undefined> {
  const [file = "", ...words] = keepingBytes(argv, env);
  const child = spawn(file, words, { cwd: root, env, stdio: ["inherit", 2, 2] });
  return new Promise((resolve) => {
    child.on("exit", (code, signal) =>
      resolve(
        code === 0 ? undefined : signal === null ? `it ended with status ${code}` : `${signal} ended it`,
      ),
    );
    child.on("error", ({ message }) => resolve(message));
  });
}

function failed(cause: string) {
  return diagnostic("shell-hook", "the `shellHook` of the dev shell failed", {
    causes: [cause],
    help: ["correct `shellHook` in the configuration: it is text for /bin/sh, run in the project's root"],
  });
}

/** Those that belong to the shell that ran the hook. */
const ofTheShell: ReadonlySet<string> = new Set(["_", "SHLVL", "PWD", "OLDPWD"]);

function environmentOf(text: string): Environment {
  const entries = text
    .split("\0")
    .map((line): [string, string] => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)])
    .filter(([name]) => name !== "" && !ofTheShell.has(name));
  return Object.fromEntries(entries);
}

/**
 * Lines by which any POSIX shell has a hook run as `runShellHook` does, and takes over the variables that it leaves. One that
 * fails is said, and leaves nothing.
 */
export function hookLines(hook: string, root: string): readonly string[] {
  const isLost = 'eval "[ -n \\"\\${$name+set}\\" ]" || echo "unset $name"';
  const names = [...ofTheShell].join(" | ");
  const script = scriptAround(
    [
      'if [ -z "${PATH-}" ]; then echo "it leaves no PATH" >&2; exit 1; fi',
      `unset ${[...ofTheShell].join(" ")} gantry_status`,
      `{ export -p; for name in $gantry_names; do case $name in *[!A-Za-z0-9_]* | ${names}) ;; *) ${isLost} ;; esac; done; }`,
    ].join("; "),
    "gantry_names=$(awk 'BEGIN { for (name in ENVIRON) print name }')",
  );
  const run = ["/bin/sh", "-c", script, "shellHook", hook].map(shellWord).join(" ");
  // The descriptor 3 is direnv's, which waits for its end.
  const told = [
    `cd ${shellWord(root)} && gantry_file=$(mktemp) || exit`,
    `${run} "$gantry_file" >&2 3>&- && cat "$gantry_file"`,
    'rm -f "$gantry_file"',
  ].join("\n");
  return [
    `gantry_left="$(${told})" && [ -n "$gantry_left" ] && eval "$gantry_left" ||`,
    "  echo 'gantry: the `shellHook` of the dev shell failed' >&2",
    "unset gantry_left",
  ];
}
