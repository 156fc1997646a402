import type { Digest } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import type { Placement } from "../resolved.ts";
import type { InputContext } from "./inputContext.ts";

/** One tree of the store, at the mount's own path. */
export function placed({ store }: InputContext, tree: Result<Digest>): Result<readonly Placement[]> {
  return tree.ok ? ok([{ below: "", directory: storedTree(store, tree.value) }]) : tree;
}

/** @throws where the store lost a tree that is in use: `gc` never removes one that was used on the same day */
export function storedTree(store: InputContext["store"], digest: Digest): string {
  const directory = store.tree(digest);
  if (directory === undefined) throw new Error(`the store lost the tree ${digest}`);
  return directory;
}
