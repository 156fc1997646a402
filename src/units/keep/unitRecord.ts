import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Digest, digestOf } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import type { RecordOf } from "../../store/kinds/kinds.ts";
import { checkNames, readTree } from "../../store/readTree.ts";
import type { Records, Store } from "../../store/store.ts";
import type { TreeFile } from "../../store/treeDigest.ts";
import { permit, walk } from "../../tree/walk.ts";
import { isRead, type Read } from "../key/localSource.ts";

/** What is kept of a compiled unit. */
export type UnitRecord = RecordOf<"unit">;

/** Several where it was compiled more than once, and by others. */
export function recordedUnits(records: Records, key: Digest): readonly UnitRecord[] {
  return records.all("unit", key);
}

export function recordUnit(records: Records, key: Digest, record: UnitRecord): void {
  records.set("unit", key, record);
}

/** How many lists of reads are kept for one base key: a file that comes and goes has two. */
const listsKept = 4;

/** What units with this base key were seen to read, the latest first. */
export function recordedReads(records: Records, base: Digest): readonly (readonly Read[])[] {
  const lists = records.get("reads", base) ?? [];
  return lists.flatMap((list) => (list.every(isRead) ? [list] : []));
}

export function recordReads(records: Records, base: Digest, reads: readonly Read[]): void {
  const text = JSON.stringify(reads);
  const others = recordedReads(records, base).filter((other) => JSON.stringify(other) !== text);
  records.set("reads", base, [reads, ...others].slice(0, listsKept));
}

/** What is kept of one unit: its files by their paths in the target directory, and the tree that holds them. */
export type UnitFiles = { readonly tree: Digest; readonly files: readonly TreeFile[] };

/** Puts the files of units together into one target directory; returns where that lies. */
export async function composeUnits(store: Store, units: Iterable<UnitFiles>): Promise<Result<string>> {
  const all = [...units];
  // An edit of what is compiled last finds the tree of all others as it was: it need not be described to be found.
  const key = digestOf(all.map(({ tree }) => tree).join());
  const known = store.records.get("composed-units", key);
  if (known) return ok(store.pathOf(known));
  // A unit's file need not be a blob, nor stay one: then it is copied out of the unit's own tree.
  const trees = new Map(all.flatMap(({ files, tree }) => files.map(({ path }) => [path, tree] as const)));
  // Units that share their places have the same files.
  const files = new Map(all.flatMap(({ files }) => files.map((file) => [file.path, file] as const)));
  const digest = await store.compose([...files.values()], ({ path }) => {
    const tree = trees.get(path);
    return `${tree === undefined ? "" : store.pathOf(tree)}/${path}`;
  });
  if (!digest.ok) return digest;
  store.records.set("composed-units", key, digest.value);
  return ok(store.pathOf(digest.value));
}

/**
 * Moves what is there of a unit's paths out of a target directory into the store; undefined where a build script wrote a
 * name that the store cannot have. Then the unit is compiled again next time.
 */
export async function storeUnit(
  store: Store,
  directory: string,
  paths: readonly string[],
): Promise<UnitFiles | undefined> {
  await using scratch = await store.tempDir("unit");
  const unit = `${scratch.path}/unit`;
  for (const path of paths) {
    if (!existsSync(`${directory}/${path}`)) continue;
    mkdirSync(dirname(`${unit}/${path}`), { recursive: true });
    renameSync(`${directory}/${path}`, `${unit}/${path}`);
  }
  permit(unit);
  if (!checkNames(unit).ok) return undefined;
  const names = [...walk(unit)].map(({ path }) => path);
  for (const path of names.filter((each) => probe.test(each))) rmSync(`${unit}/${path}`);
  for (const path of names.filter((each) => fileList.test(each))) {
    const bytes = readFileSync(`${unit}/${path}`);
    const sorted = sortedFileList(bytes);
    if (sorted && !sorted.equals(bytes)) writeFileSync(`${unit}/${path}`, sorted);
  }
  const files = readTree(unit);
  return { tree: await store.addTree(unit, files), files };
}

/**
 * What build scripts leave of trying whether something compiles, under a name by chance (autocfg 1.4; 1.5 removes it). Nobody can know
 * that name, and with it no two runs of the build script of `num-traits` would be equal.
 */
const probe = /\/out\/autocfg_[0-9a-f]{16}_\d+\.ll$/;

/** Where Cargo writes down which files a unit was compiled from, in both layouts of a target directory. */
const fileList = /\/(\.fingerprint\/[^/]+|fingerprint)\/dep-[^/]+$/;

/**
 * Such a list with the files in the order of their paths: Cargo writes them in that of a hash map, another one each time
 * (`EncodedDepInfo`, Cargo 1.95), and reads them in any. Undefined where it has another form, such as that of older Cargos, which
 * keep rustc's order.
 */
export function sortedFileList(bytes: Buffer): Buffer | undefined {
  const start = bytes.subarray(0, 6).toString("hex") === "01000000ff01" ? 10 : undefined;
  if (start === undefined || bytes.length < start) return undefined;
  const files: Buffer[] = [];
  let at = start;
  for (let left = bytes.readUInt32LE(6); left > 0; left -= 1) {
    // What the path counts from, its length, the path, and 0: without a checksum.
    if (at + 5 > bytes.length) return undefined;
    const end = at + 5 + bytes.readUInt32LE(at + 1);
    if (bytes[end] !== 0) return undefined;
    files.push(bytes.subarray(at, end + 1));
    at = end + 1;
  }
  const path = (file: Buffer) => file.subarray(5);
  files.sort((a, b) => Buffer.compare(path(a), path(b)));
  return Buffer.concat([bytes.subarray(0, start), ...files, bytes.subarray(at)]);
}
