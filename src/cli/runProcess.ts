import { readlinkSync } from "node:fs";
import { becomeProgram } from "./becomeProgram.ts";
import { bugReport } from "./bugReport.ts";
import type { CommandEntry } from "./commandEntry.ts";
import { commands } from "./commands.ts";
import { onInterrupt } from "./onInterrupt.ts";
import { wantsColor } from "./reporter/wantsColor.ts";
import { runCommandLine } from "./runCommandLine.ts";
import { drain, standardSink } from "./standardSink.ts";

/**
 * Runs the command line of this process and exits with its status; does not return. Tests bring other
 * commands.
 */
export async function runProcess(entries: readonly CommandEntry[] = commands): Promise<never> {
  const out = standardSink(process.stdout);
  const err = standardSink(process.stderr);
  let close = (): void => undefined;
  process.on("exit", () => close());
  const fail = (error: unknown): never => {
    close();
    err.write(bugReport(error, wantsColor("auto", process.env, process.stderr.isTTY === true)));
    process.exit(101);
  };
  process.on("uncaughtException", fail);
  const interruption = onInterrupt();
  try {
    const { status, exec } = await runCommandLine(entries, process.argv.slice(2), {
      out,
      err,
      from: startingDirectory(),
      env: process.env,
      terminal: { out: process.stdout.isTTY === true, err: process.stderr.isTTY === true },
      now: () => performance.now(),
      signal: interruption.signal,
      onClose: (leave) => {
        close = leave;
      },
    });
    await drain(process.stdout);
    interruption.stop();
    process.exit(exec ? await becomeProgram(exec, err) : status);
  } catch (error) {
    return fail(error);
  }
}

/** One that was removed meanwhile has no path any more; Linux still knows what it was. */
function startingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return readlinkSync("/proc/self/cwd");
  }
}
