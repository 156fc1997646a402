import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { readReport } from "../scripts/readReport.ts";
import type { Command } from "./case.ts";

/**
 * Builds, and adds up what Gantry measured as `restore` (User Timing, which `recordMeasures.mjs` writes down).
 *
 * @throws if the build fails, or restored nothing
 */
export async function restoreTimes(
  { argv: [program, ...args], cwd, env }: Command,
  scratch: string,
): Promise<{ seconds: number; units: number }> {
  const record = join(scratch, "measures");
  await rm(record, { force: true });
  const recorder = join(import.meta.dirname, "recordMeasures.mjs");
  const { stdout } = await execa(program, args, {
    cwd,
    env: { ...env, GANTRY_BENCH_MEASURES: record, NODE_OPTIONS: `--import=${recorder}` },
    stdin: "ignore",
  });
  const lines = (await readFile(record, "utf8")).trim().split("\n");
  const milliseconds = lines.flatMap((line) => (line.startsWith("restore ") ? [Number(line.slice(8))] : []));
  if (milliseconds.length === 0) throw new Error("nothing was restored");
  return {
    seconds: milliseconds.reduce((sum, one) => sum + one, 0) / 1000,
    units: readReport(stdout).units.restored,
  };
}
