import { lstatSync, renameSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { byCodeUnit } from "../base/canonical.ts";
import { openDatabase } from "./database.ts";
import { storedTrees } from "./storedTrees.ts";
import { recordOf, type StoreRecord } from "./storeRecord.ts";
import { removeAll, tempDir } from "./tempDir.ts";
import { verifyBlobs } from "./verifyBlobs.ts";
import { type DamagedTree, verifyTree } from "./verifyTree.ts";

/** What reading the whole store showed. */
export type Verified = {
  readonly trees: number;
  readonly blobs: number;
  /** Of the blobs. */
  readonly bytes: number;
  readonly damagedTrees: readonly DamagedTree[];
  /** Blobs that are not what they are named, by name; where trees have links to them, those are damaged too. */
  readonly damagedBlobs: readonly string[];
  /** Records whose tree is missing: nothing is wrong with that, what they stood for is made again when needed. */
  readonly dangling: number;
};

/**
 * Reads every file of the store at `root` once, and compares blobs and trees with their names.
 *
 * With `repair` it removes what is damaged, and the records that stand for it or for a tree that is missing, so
 * that the next build makes it again. Both may be done beside builds.
 */
export async function verifyStore(
  root: string,
  {
    repair,
    onProgress,
  }: { readonly repair: boolean; readonly onProgress?: (done: number, total: number) => void },
): Promise<Verified> {
  const blobs = await verifyBlobs(root);
  const damaged = new Set(
    blobs.damaged.flatMap((path) => lstatSync(path, { throwIfNoEntry: false, bigint: true })?.ino ?? []),
  );
  const trees = [...storedTrees(root)].sort(byCodeUnit);
  const damagedTrees: DamagedTree[] = [];
  for (const [index, tree] of trees.entries()) {
    const found = await verifyTree(root, tree, { contents: blobs.contents, damaged });
    if (found) damagedTrees.push(found);
    onProgress?.(index + 1, trees.length);
  }
  const dangling = await settle(root, { damagedTrees, damagedBlobs: blobs.damaged, repair });
  return {
    trees: trees.length,
    blobs: blobs.count,
    bytes: blobs.bytes,
    damagedTrees,
    damagedBlobs: blobs.damaged.map((path) => basename(path)),
    dangling,
  };
}

type Damage = {
  readonly damagedTrees: readonly DamagedTree[];
  /** By path. */
  readonly damagedBlobs: readonly string[];
  readonly repair: boolean;
};

/** Removes what is damaged, if it shall, and counts the records that stand for nothing. */
async function settle(root: string, { damagedTrees, damagedBlobs, repair }: Damage): Promise<number> {
  const database = openDatabase(`${root}/index.sqlite`);
  try {
    await using aside = tempDir(`${root}/tmp`, "repair");
    database.exec("BEGIN IMMEDIATE");
    const there = storedTrees(root);
    const rows = database.prepare("SELECT kind, key, value, used FROM memo").iterate();
    const records = Array.from(rows, (row) => recordOf(row, there));
    // Not the mere claims: a process makes one before it makes the tree.
    const standsForNone = ({ kind, standsFor }: StoreRecord) =>
      kind !== "tree" && standsFor !== undefined && !there.has(standsFor);
    const dangling = records.filter(standsForNone).length;
    if (repair) {
      for (const { tree } of damagedTrees) {
        if (there.delete(tree)) renameSync(`${root}/trees/${tree}`, `${aside.path}/${tree}`);
      }
      for (const path of damagedBlobs) rmSync(path, { force: true });
      const drop = database.prepare("DELETE FROM memo WHERE kind = ? AND key = ?");
      for (const record of records.filter(standsForNone)) drop.run(record.kind, record.key);
    }
    database.exec("COMMIT");
    await removeAll(aside.path);
    return dangling;
  } finally {
    database.close();
  }
}
