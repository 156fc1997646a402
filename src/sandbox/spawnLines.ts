import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Command, Exit } from "./sandbox.ts";

type Spawned = Exit & {
  /** What came on file descriptor 3: bubblewrap's report of itself. */
  readonly report: string;
};

type Spawning = {
  /** On the host; default: that of this process. */
  readonly cwd?: string;
  /** Open files that the command gets, as number 4 and so on. */
  readonly files?: readonly number[];
};

/**
 * Spawns a command in a process group of its own, hands its lines on, and ends the whole group when the signal
 * says so: first politely, after two seconds for good.
 */
export function spawnLines(
  argv: readonly string[],
  command: Command,
  { cwd, files = [] }: Spawning = {},
): Promise<Spawned> {
  const [file = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: command.env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "pipe", ...files],
      ...(cwd !== undefined && { cwd }),
    });
    const kill = (signal: NodeJS.Signals) => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, signal);
      } catch {}
    };
    let interrupted = false;
    let asking: NodeJS.Timeout | undefined;
    const abort = () => {
      interrupted = true;
      kill("SIGTERM");
      // Again and again: the first process of a namespace does not get the signal before it listens.
      asking = setInterval(() => kill("SIGTERM"), 50).unref();
      setTimeout(() => kill("SIGKILL"), 2000).unref();
    };
    if (command.signal.aborted) abort();
    command.signal.addEventListener("abort", abort, { once: true });
    const lines = Promise.all([
      eachLine(child.stdout, (line) => command.onLine("stdout", line)),
      eachLine(child.stderr, (line) => {
        // The shell that started the command says so of a command that we ended.
        if (!(interrupted && /^(Terminated|Killed)$/.test(line))) command.onLine("stderr", line);
      }),
    ]);
    let report = "";
    const third = child.stdio[3];
    if (third && "on" in third) third.on("data", (data: Buffer) => (report += data.toString()));
    child.once("error", reject);
    child.once("close", async (status) => {
      command.signal.removeEventListener("abort", abort);
      clearInterval(asking);
      await lines;
      resolve({ status: status ?? 128, interrupted, report });
    });
  });
}

async function eachLine(stream: Readable | null, use: (line: string) => void): Promise<void> {
  if (!stream) return;
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) use(line);
}
