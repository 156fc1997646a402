import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { readReport } from "../scripts/readReport.ts";
import type { Command } from "./case.ts";

/**
 * Builds, and adds up what Gantry measured of itself under a name (User Timing, which `recordMeasures.mjs` writes
 * down): `scan`, `plan`, `restore`.
 *
 * @throws if the build fails, or nothing was measured
 */
export async function ownTimes(
  name: string,
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
  const start = `${name} `;
  const times = lines.flatMap((line) => (line.startsWith(start) ? [Number(line.slice(start.length))] : []));
  if (times.length === 0) throw new Error(`nothing was measured as \`${name}\``);
  return {
    seconds: times.reduce((sum, one) => sum + one, 0) / 1000,
    units: readReport(stdout).units.restored,
  };
}
