import type { Digest } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import type { Config } from "../../cargo/config.ts";
import { scanMemory } from "../../project/scanMemory.ts";
import type { Store } from "../../store/store.ts";
import { adoptCrate } from "./adoptCrate.ts";
import { directoryCrates } from "./directoryCrates.ts";
import { localReplacement } from "./localReplacement.ts";
import type { LockedCrate } from "./lockedPackage.ts";

/**
 * The trees of those crates that the user's configuration takes from a directory (`[source.…] directory`).
 * Crates that are not in it are left out.
 *
 * Errors: those of `adoptCrate`.
 */
export async function adoptCrates(
  crates: readonly LockedCrate[],
  config: Config | undefined,
  store: Store,
): Promise<Result<Map<LockedCrate, Digest>>> {
  const trees = new Map<LockedCrate, Digest>();
  for (const [directory, replaced] of config ? byDirectory(crates, config) : []) {
    const find = directoryCrates(directory);
    const memory = scanMemory(store.memo.get("vendored", directory), Date.now());
    const paths: string[] = [];
    const to = { store, seen: memory.files, found: (path: string) => void paths.push(path) };
    for (const crate of replaced) {
      const found = find(crate);
      if (!found) continue;
      const tree = await adoptCrate(crate, found, to);
      if (!tree.ok) return tree;
      trees.set(crate, tree.value);
    }
    const text = memory.text(paths);
    if (text !== undefined) store.memo.set("vendored", directory, text);
  }
  return ok(trees);
}

function byDirectory(crates: readonly LockedCrate[], config: Config): Map<string, LockedCrate[]> {
  const replacements = new Map(
    [...new Set(crates.map(({ source }) => source))].map((source) => [
      source,
      localReplacement(config, source),
    ]),
  );
  const groups = new Map<string, LockedCrate[]>();
  for (const crate of crates) {
    const replacement = replacements.get(crate.source);
    if (replacement?.kind !== "directory") continue;
    groups.set(replacement.path, [...(groups.get(replacement.path) ?? []), crate]);
  }
  return groups;
}
