import { constants } from "node:os";
import type { CheckedOut } from "./checkedOut.ts";

/** What commands of hooks run in. */
export type HookWorld = {
  readonly files: CheckedOut;
  /** The root of the hooks in it. */
  readonly root: string;
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
};

/** How commands ended. */
export type CommandOutcome = {
  readonly passed: boolean;
  /** What it printed. */
  readonly output: string;
  /** Why it failed, where it neither printed nor changed anything. */
  readonly why?: string;
};

/** As many bytes of names as a command line surely takes: Linux gives one 128 KiB a word, and 2 MiB in all. */
const longest = 100_000;

/** Paths in groups that fit on a command line; one that is empty where there are none. */
export function cut(paths: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [[]];
  let bytes = 0;
  for (const path of paths) {
    bytes += Buffer.byteLength(path) + 1;
    if (bytes > longest) {
      groups.push([]);
      bytes = Buffer.byteLength(path) + 1;
    }
    groups.at(-1)?.push(path);
  }
  return groups;
}

/** Runs commands one after the other, all of them. */
export async function runCommands(
  commands: readonly (readonly string[])[],
  { root, env, signal }: Pick<HookWorld, "root" | "env" | "signal">,
): Promise<CommandOutcome> {
  const { execa } = await import("execa");
  const outputs: string[] = [];
  let why: string | undefined;
  for (const [program = "", ...words] of commands) {
    if (signal.aborted) break;
    const running = execa(program, words, {
      cwd: root,
      env: { ...env },
      extendEnv: false,
      reject: false,
      all: true,
      stdin: "ignore",
      // A group of its own, so that what it started ends with it.
      detached: true,
    });
    const stop = () => endGroup(running.pid);
    signal.addEventListener("abort", stop, { once: true });
    const ran = await running;
    signal.removeEventListener("abort", stop);
    outputs.push(ran.all ?? "");
    if (ran.exitCode === 0) continue;
    why ??= whyFailed(program, ran);
  }
  const output = outputs.filter((text) => text !== "").join("\n");
  return { passed: why === undefined, output, ...(why !== undefined && { why }) };
}

function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  const end = (by: "SIGTERM" | "SIGKILL") => {
    try {
      process.kill(-leader, by);
    } catch {
      // It is gone already.
    }
  };
  end("SIGTERM");
  setTimeout(() => end("SIGKILL"), 2000).unref();
}

type Failed = {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly code?: string | undefined;
  readonly shortMessage?: string | undefined;
};

function whyFailed(program: string, { exitCode, signal, code, shortMessage }: Failed): string {
  if (code === "ENOENT") return `\`${program}\` is nowhere on the PATH`;
  if (signal !== undefined) return `${signal} ended \`${program}\``;
  if (exitCode === undefined) return shortMessage ?? `\`${program}\` could not be started`;
  // A shell says so of a program that a signal ended.
  const name = Object.entries(constants.signals).find(([, number]) => exitCode === 128 + number)?.[0];
  return `\`${program}\` exited with ${exitCode}${name === undefined ? "" : ` (${name})`}`;
}
