import { spawn } from "node:child_process";
import { constants } from "node:os";
import { setTimeout } from "node:timers/promises";
import { pausedWithGantry } from "../../sandbox/pausing.ts";
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

/** Runs commands one after the other, all of them. What one leaves running when it ends is ended as well. */
export async function runCommands(
  commands: readonly (readonly string[])[],
  { root, env, signal }: Pick<HookWorld, "root" | "env" | "signal">,
): Promise<CommandOutcome> {
  const outputs: string[] = [];
  let why: string | undefined;
  for (const [program = "", ...words] of commands) {
    if (signal.aborted) break;
    const ran = await runOne(program, words, { cwd: root, env, signal });
    outputs.push(ran.output);
    if (ran.exitCode === 0) continue;
    why ??= whyFailed(program, ran);
  }
  const output = outputs.filter((text) => text !== "").join("\n");
  return { passed: why === undefined, output, ...(why !== undefined && { why }) };
}

type Around = {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
};

/** That it has ended is told by the program itself: others may hold on to what it printed to. */
async function runOne(
  program: string,
  words: readonly string[],
  { cwd, env, signal }: Around,
): Promise<Ended> {
  const printed = shortened();
  // A group of its own, so that what it started ends with it.
  const running = spawn(program, words, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const pausing = running.pid === undefined ? undefined : pausedWithGantry(running.pid);
  const stop = () => endGroup(running.pid);
  signal.addEventListener("abort", stop, { once: true });
  const pipes = [running.stdout, running.stderr];
  for (const pipe of pipes) pipe.on("data", printed.add);
  let isClosed = false;
  running.once("close", () => {
    isClosed = true;
  });
  const ended = await new Promise<Omit<Ended, "output">>((resolve) => {
    running.once("error", (thrown: NodeJS.ErrnoException) =>
      resolve({ code: thrown.code, shortMessage: thrown.message }),
    );
    running.once("exit", (exitCode, by) =>
      resolve({ exitCode: exitCode ?? undefined, signal: by ?? undefined }),
    );
  });
  pausing?.[Symbol.dispose]();
  signal.removeEventListener("abort", stop);
  if (running.pid !== undefined) await endRest(running.pid, () => isClosed);
  for (const pipe of pipes) pipe.destroy();
  return { ...ended, output: printed.text() };
}

/** Ends what a program has left running of its group, and waits a moment for what others have yet to print. */
async function endRest(leader: number, isClosed: () => boolean): Promise<void> {
  kill(leader, "SIGTERM");
  const until = performance.now() + patience;
  while (performance.now() < until && !(isClosed() && !kill(leader, 0))) await setTimeout(5);
  kill(leader, "SIGKILL");
}

/** Milliseconds for it to end by itself. */
const patience = 500;

function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  kill(leader, "SIGTERM");
  globalThis.setTimeout(() => kill(leader, "SIGKILL"), 2000).unref();
}

/** False: the group is gone already. */
function kill(leader: number, by: "SIGTERM" | "SIGKILL" | 0): boolean {
  try {
    return process.kill(-leader, by);
  } catch {
    return false;
  }
}

/** Keeps the beginning and the end of what is printed. */
function shortened(): { readonly add: (chunk: Buffer) => void; readonly text: () => string } {
  const [first, last]: [Buffer[], Buffer[]] = [[], []];
  let [kept, rest, dropped] = [0, 0, 0];
  return {
    add(chunk) {
      const own = chunk.subarray(0, Math.max(0, most - kept));
      const more = chunk.subarray(own.length);
      if (own.length > 0) first.push(own);
      kept += own.length;
      if (more.length === 0) return;
      last.push(more);
      rest += more.length;
      while (rest - (last[0]?.length ?? 0) >= most) {
        const length = last.shift()?.length ?? 0;
        rest -= length;
        dropped += length;
      }
    },
    text() {
      const gap = dropped === 0 ? [] : [Buffer.from(`\n[${dropped} bytes are left out here]\n`)];
      return Buffer.concat([...first, ...gap, ...last])
        .toString("utf8")
        .replace(/\r?\n$/, "");
    },
  };
}

/** As many bytes of the beginning, and of the end, of what a program prints. */
const most = 1024 * 1024;

/** How a program ended. */
type Ended = {
  readonly output: string;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly code?: string | undefined;
  readonly shortMessage?: string | undefined;
};

function whyFailed(program: string, { exitCode, signal, code, shortMessage }: Ended): string {
  if (code === "ENOENT") return `\`${program}\` is nowhere on the PATH`;
  if (signal !== undefined) return `${signal} ended \`${program}\``;
  if (exitCode === undefined) return shortMessage ?? `\`${program}\` could not be started`;
  // A shell says so of a program that a signal ended.
  const name = Object.entries(constants.signals).find(([, number]) => exitCode === 128 + number)?.[0];
  return `\`${program}\` exited with ${exitCode}${name === undefined ? "" : ` (${name})`}`;
}
