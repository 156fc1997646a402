import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Benchmarks } from "./benchmarks.ts";
import { benchmarksPage } from "./benchmarksPage.ts";

/** Writes `benchmarks.json` and `benchmarks.md`. */
export async function writeBenchmarks(directory: string, benchmarks: Benchmarks): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "benchmarks.json"), `${JSON.stringify(benchmarks, undefined, 2)}\n`);
  await writeFile(join(directory, "benchmarks.md"), benchmarksPage(benchmarks));
}
