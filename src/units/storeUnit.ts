import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { checkNames } from "../store/checkNames.ts";
import { readTree } from "../store/readTree.ts";
import type { Store } from "../store/store.ts";
import type { UnitFiles } from "./composeUnits.ts";

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
  if (!checkNames(unit).ok) return undefined;
  const files = readTree(unit);
  const tree = await store.addTree(unit, files);
  if (!tree.ok) throw new Error(tree.error.message);
  return { tree: tree.value, files };
}
