import { ok, type Result } from "../../base/result.ts";
import type { Tree } from "../../derivation/tree.ts";
import type { OutputOf, Resolved } from "../resolved.ts";
import type { InputContext } from "./inputContext.ts";
import { placed } from "./placed.ts";
import { treeDigestOf } from "./treeDigestOf.ts";

/** A tree that a step sees as it is. */
export async function resolveTree(
  context: InputContext,
  tree: Tree,
  outputOf: OutputOf,
): Promise<Result<Resolved>> {
  const digest = await treeDigestOf(context, tree, outputOf);
  return digest.ok ? ok({ digest: digest.value, place: async () => placed(context, digest) }) : digest;
}
