import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "../src/base/digest.ts";

export type VendorComparison = {
  /** How many directories of crates both have. */
  readonly crates: number;
  readonly files: number;
  /** `only ours: …`, `only theirs: …`, `differs: …`. */
  readonly differences: readonly string[];
};

/** Compares two vendor directories crate by crate and file by file, `.cargo-checksum.json` like any other. */
export async function compareVendor(ours: string, theirs: string): Promise<VendorComparison> {
  const [mine, other] = [await contents(ours), await contents(theirs)];
  const differences = [...new Set([...mine.keys(), ...other.keys()])].sort().flatMap((path) => {
    if (!other.has(path)) return [`only ours: ${path}`];
    if (!mine.has(path)) return [`only theirs: ${path}`];
    return mine.get(path) === other.get(path) ? [] : [`differs: ${path}`];
  });
  const crates = new Set(
    [...mine.keys()].filter((path) => other.has(path)).map((path) => path.split("/")[0]),
  );
  return { crates: crates.size, files: mine.size, differences };
}

async function contents(directory: string): Promise<Map<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const found = new Map<string, string>();
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(directory.length + 1);
    if (entry.isSymbolicLink()) found.set(path, `-> ${await readlink(file)}`);
    else if (entry.isFile()) found.set(path, digestOf(await readFile(file)));
  }
  return found;
}
