import type { Digest } from "../base/digest.ts";
import { ok, type Result } from "../base/result.ts";
import type { Store } from "../store/store.ts";
import type { TreeFile } from "../store/treeDigest.ts";

/** What is kept of one unit: its files by their paths in the target directory, and the tree that holds them. */
export type UnitFiles = { readonly tree: Digest; readonly files: readonly TreeFile[] };

/** Puts the files of units together into one target directory; returns where that lies. */
export async function composeUnits(store: Store, units: Iterable<UnitFiles>): Promise<Result<string>> {
  const all = [...units];
  // A unit's file need not be a blob, nor stay one: then it is copied out of the unit's own tree.
  const trees = new Map(all.flatMap(({ files, tree }) => files.map(({ path }) => [path, tree] as const)));
  // Units that share their places have the same files.
  const files = new Map(all.flatMap(({ files }) => files.map((file) => [file.path, file] as const)));
  const digest = await store.compose([...files.values()], ({ path }) => {
    const tree = trees.get(path);
    return `${(tree && store.tree(tree)) ?? ""}/${path}`;
  });
  return digest.ok ? ok(store.tree(digest.value) ?? "") : digest;
}
