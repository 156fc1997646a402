import type { Digest } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import { unreachable } from "../../base/unreachable.ts";
import type { CrateTree, Tree } from "../../derivation/tree.ts";
import { storeCrates } from "../../fetch/registry/storeCrates.ts";
import type { OutputOf } from "../resolved.ts";
import { gitTree } from "./gitTree.ts";
import type { InputContext } from "./inputContext.ts";
import { patchTree } from "./patchTree.ts";
import { originOf, scanned } from "./scanned.ts";

/** Puts a tree into the store, and whatever it is made from. */
export async function treeDigestOf(
  context: InputContext,
  tree: Tree,
  outputOf: OutputOf,
): Promise<Result<Digest>> {
  switch (tree.type) {
    case "source": {
      const files = scanned(context, tree);
      const origin = originOf(context, tree);
      return files.ok ? context.store.compose(files.value, ({ path }) => origin(path)) : files;
    }
    case "git":
      return gitTree(context, tree);
    case "crate":
      return crateTree(context, tree);
    case "patched": {
      const of = await treeDigestOf(context, tree.of, outputOf);
      return of.ok ? patchTree(context, { ...tree, of: of.value }) : of;
    }
    case "output":
      return outputOf(tree.of);
    default:
      return unreachable(tree);
  }
}

async function crateTree(context: InputContext, crate: CrateTree): Promise<Result<Digest>> {
  const { store, env, offline, emit, signal, project } = context;
  const stored = await storeCrates([crate], store, {
    workspaceDir: project.root,
    env,
    offline,
    emit,
    signal,
  });
  if (!stored.ok) return stored;
  const [found] = stored.value;
  if (found === undefined) throw new Error("one crate was asked for, and none came back");
  return ok(found.digest);
}
