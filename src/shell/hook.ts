import { spawn } from "node:child_process";
import { buffer } from "node:stream/consumers";
import { diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import { shellWord } from "./quote.ts";

type Environment = Readonly<Record<string, string>>;

/**
 * Runs a hook, its first argument, in a function, which `return` ends. What the hook prints goes to the standard error; what
 * it leaves is told on descriptor 3, which nothing that it starts keeps open, and only where the text came to its end.
 *
 * @param tell a command that says what is exported
 * @param before commands that may need the `PATH` that there was
 */
function scriptAround(tell: string, before: string): string {
  return [
    ...[before, 'gantry_hook() { eval "$1"; }', 'gantry_hook "$1" >&2 3>&-', "gantry_status=$?"],
    `if [ "$gantry_status" = 0 ]; then ${tell}; fi`,
    'exit "$gantry_status"',
  ].join("\n");
}

/**
 * Runs the text of a `shellHook` in the project's root, by `/bin/sh` whatever shell the user has, and gives the environment
 * that it leaves. What it prints goes to the standard error: the standard output is for what runs in the shell.
 *
 * Errors: `shell-hook`, for one that fails, that ends its shell, or that leaves no `PATH`.
 */
export async function runShellHook(
  hook: string,
  { env, root }: { readonly env: Environment; readonly root: string },
): Promise<Result<Environment>> {
  const script = scriptAround('"$2" -0 >&3', 'set -- "$1" "$(command -v env)"');
  const child = spawn("/bin/sh", ["-c", script, "shellHook", hook], {
    cwd: root,
    env,
    stdio: ["inherit", 2, 2, "pipe"],
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.on("exit", (code, signal) =>
      resolve(
        code === 0 ? undefined : signal === null ? `it ended with status ${code}` : `${signal} ended it`,
      ),
    );
    child.on("error", ({ message }) => resolve(message));
  });
  const pipe = child.stdio[3];
  const text = pipe && "readable" in pipe ? (await buffer(pipe)).toString() : "";
  const problem = (await ended) ?? (text === "" ? "it ended its shell: `return` ends a hook" : undefined);
  if (problem !== undefined) return err(failed(problem));
  const left = environmentOf(text);
  return left.PATH ? ok(left) : err(failed("it leaves no `PATH`"));
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
  const script = scriptAround(
    [
      'if [ -z "${PATH-}" ]; then echo "it leaves no PATH" >&2; exit 1; fi',
      `unset ${[...ofTheShell].join(" ")} gantry_status`,
      `{ export -p; for name in $gantry_names; do case $name in *[!A-Za-z0-9_]* | ${[...ofTheShell].join(" | ")}) ;; *) ${isLost} ;; esac; done; } >&3; exit`,
    ].join("; "),
    "gantry_names=$(awk 'BEGIN { for (name in ENVIRON) print name }')",
  );
  const run = ["/bin/sh", "-c", script, "shellHook", hook].map(shellWord).join(" ");
  return [
    `gantry_left="$(cd ${shellWord(root)} && ${run} 3>&1 1>&2)" && [ -n "$gantry_left" ] && eval "$gantry_left" ||`,
    "  echo 'gantry: the `shellHook` of the dev shell failed' >&2",
    "unset gantry_left",
  ];
}
