import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Store } from "../store/store.ts";

type Environment = Readonly<Record<string, string>>;

/**
 * Runs the text of a `shellHook` in the project's root, by `/bin/sh` whatever shell the user has, and gives the environment
 * that it leaves. What it prints goes to the standard error: the standard output is for what runs in the shell.
 *
 * Errors: `shell-hook`, for one that fails, or that ends its shell.
 */
export async function runShellHook(
  hook: string,
  { env, root, store }: { readonly env: Environment; readonly root: string; readonly store: Store },
): Promise<Result<Environment>> {
  await using scratch = await store.tempDir("hook");
  const left = `${scratch.path}/environment`;
  // What the text says last is its status; the second command leaves the environment only where the text came to its end.
  const script = `eval "$1"\nstatus=$?\nenv -0 >"$2"\nexit $status`;
  const child = spawn("/bin/sh", ["-c", script, "shellHook", hook, left], {
    cwd: root,
    env,
    stdio: ["inherit", 2, 2],
  });
  const ended = await new Promise<string | undefined>((resolve) => {
    child.on("exit", (code, signal) =>
      resolve(
        code === 0 ? undefined : signal === null ? `it ended with status ${code}` : `${signal} ended it`,
      ),
    );
    child.on("error", ({ message }) => resolve(message));
  });
  const text = ended === undefined ? await readFile(left, "utf8").catch(() => undefined) : undefined;
  if (text === undefined)
    return err(
      diagnostic("shell-hook", "the `shellHook` of the dev shell failed", {
        causes: [ended ?? "it ended its shell"],
        help: ["correct `shellHook` in the configuration: it is text for /bin/sh, run in the project's root"],
      }),
    );
  return ok(environmentOf(text));
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
