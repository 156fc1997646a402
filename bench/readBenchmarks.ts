import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import type { Versions } from "../scripts/versions.ts";
import { benchmarksSchema } from "./benchmarks.ts";
import type { Result } from "./result.ts";

/**
 * The rows of an earlier run, to be kept beside new ones.
 *
 * @throws if they were measured on another machine or with other versions: one table, one set of versions
 */
export async function readBenchmarks(directory: string, versions: Versions): Promise<readonly Result[]> {
  const file = join(directory, "benchmarks.json");
  const before = v.parse(v.pipe(v.string(), v.parseJson(), benchmarksSchema), await readFile(file, "utf8"));
  if (!isDeepStrictEqual(before.versions, versions)) {
    throw new Error(`${file} was measured with ${JSON.stringify(before.versions)}; run without \`--merge\``);
  }
  return before.results;
}
