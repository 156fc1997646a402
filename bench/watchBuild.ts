import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { execa } from "execa";
import type { Command } from "./case.ts";

export type Watched = {
  /** Seconds from the start of the process to the first step that began to run; undefined: none had to. */
  readonly firstStep: number | undefined;
  /** The most memory that Gantry's own process ever had, without those that it started. Bytes. */
  readonly peak: number;
};

/**
 * Runs a build with `--log-format json`, and looks at each line when it comes.
 *
 * @throws if the build fails
 */
export async function watchBuild({ argv: [program, ...args], cwd, env }: Command): Promise<Watched> {
  const started = performance.now();
  const child = execa(program, args, { cwd, env, stdin: "ignore", buffer: false });
  let firstStep: number | undefined;
  let peak = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{"type":"step-started"')) firstStep ??= (performance.now() - started) / 1000;
    peak = Math.max(peak, peakOf(child.pid));
  }
  await child;
  return { firstStep, peak };
}

/** `VmHWM` (proc_pid_status(5)); 0 once the process has ended. Its launcher replaced itself by Gantry. */
function peakOf(pid: number | undefined): number {
  try {
    const [, kilobytes] = readFileSync(`/proc/${pid}/status`, "utf8").match(/^VmHWM:\s+(\d+) kB$/m) ?? [];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
