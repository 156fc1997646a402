import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { type Benchmarks, benchmarksSchema } from "./benchmarks.ts";

/**
 * What an earlier run wrote, to be kept beside new rows; undefined where there was none.
 *
 * @throws if it was measured on another machine or with other versions: one table, one set of versions
 */
export async function readBenchmarks(
  directory: string,
  now: Pick<Benchmarks, "versions" | "peers">,
): Promise<Benchmarks | undefined> {
  const file = join(directory, "benchmarks.json");
  if (!existsSync(file)) return undefined;
  const before = v.parse(v.pipe(v.string(), v.parseJson(), benchmarksSchema), await readFile(file, "utf8"));
  const samePeers = Object.entries(before.peers ?? {}).every(
    ([name, version]) => (now.peers?.[name] ?? version) === version,
  );
  if (!isDeepStrictEqual(before.versions, now.versions) || !samePeers) {
    const { versions, peers } = before;
    throw new Error(
      `${file} was measured with ${JSON.stringify({ versions, peers })}; run without \`--merge\``,
    );
  }
  return before;
}
