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

export type Timed = {
  /** Wall time. */
  readonly seconds: number;
  /** Units that it says it compiled, like `serde 1.0.228 lib build`; none of other programs than Gantry. */
  readonly compiled: readonly string[];
};

/**
 * Runs a command to its end.
 *
 * @throws with its output if it fails: a time of a failure is no time
 */
export async function timed(command: Command): Promise<Timed> {
  const [program, ...args] = command.argv;
  const env = { ...Object.fromEntries(unset.map((name) => [name, undefined])), ...command.env };
  const start = process.hrtime.bigint();
  const { stdout } = await execa(program, args, { cwd: command.cwd, env, stdin: "ignore" });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { seconds, compiled: readReport(stdout).compiled };
}
