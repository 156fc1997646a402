import { execa } from "execa";
import { readReport } from "../scripts/readReport.ts";
import type { Command } from "./case.ts";

/** What would change what Cargo does on one side only, or differ between machines unsaid. */
const unset = [
  "RUSTFLAGS",
  "CARGO_ENCODED_RUSTFLAGS",
  "CARGO_INCREMENTAL",
  "CARGO_BUILD_TARGET",
  "RUSTC_WRAPPER",
  "RUSTC_WORKSPACE_WRAPPER",
];

/**
 * Runs a command to its end.
 *
 * @returns wall time in seconds, and how many units it says it compiled (0 for other programs than Gantry)
 * @throws with its output if it fails: a time of a failure is no time
 */
export async function timed(command: Command): Promise<{ seconds: number; compiled: number }> {
  const [program, ...args] = command.argv;
  const env = { ...Object.fromEntries(unset.map((name) => [name, undefined])), ...command.env };
  const start = process.hrtime.bigint();
  const { stdout } = await execa(program, args, { cwd: command.cwd, env, stdin: "ignore" });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { seconds, compiled: readReport(stdout).units.compiled };
}
