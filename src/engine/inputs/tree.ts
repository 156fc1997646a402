import type { Digest } from "../../base/digest.ts";
import { unreachable } from "../../base/narrowing.ts";
import { ok, type Result } from "../../base/result.ts";
import type { BaseImage } from "../../derivation/image.ts";
import type { CrateTree, GitTree, Tree } from "../../derivation/model.ts";
import { fetchCheckout } from "../../fetch/git/fetchCheckout.ts";
import { provideBaseImage } from "../../fetch/image/baseImage.ts";
import { tellingOfWait } from "../../fetch/progress.ts";
import { storeCrates } from "../../fetch/registry/storeCrates.ts";
import { patchTree } from "./patchTree.ts";
import { type InputContext, type OutputOf, placement, type ResolvedInput } from "./resolvedInput.ts";
import { originOf, scanned } from "./source.ts";

/** A tree that a step sees as it is. Errors: those of `treeDigestOf`. */
export async function resolveTree(
  context: InputContext,
  tree: Tree,
  outputOf: OutputOf,
): Promise<Result<ResolvedInput>> {
  const digest = await treeDigestOf(context, tree, outputOf);
  return digest.ok ? ok({ digest: digest.value, place: async () => placement(context, digest) }) : digest;
}

/**
 * Puts a tree into the store, and whatever it is made from.
 *
 * Errors: those of `scanned`, `fetchCheckout`, `storeCrates` and `patchTree`; those of the step that leaves it.
 */
export async function treeDigestOf(
  context: InputContext,
  tree: Tree,
  outputOf: OutputOf,
): Promise<Result<Digest>> {
  switch (tree.type) {
    case "source": {
      const files = scanned(context, tree);
      const origin = originOf(context, tree);
      return files.ok ? context.store.composeSource(files.value, ({ path }) => origin(path)) : files;
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
  const { store, env, offline, emit, signal, project, shared } = context;
  const stored = await storeCrates([crate], store, {
    workspaceDir: project.root,
    // It may be one that the project's lock does not have.
    isWorkspaceLock: false,
    env,
    offline,
    emit,
    signal,
    bring: shared?.bring,
  });
  if (!stored.ok) return stored;
  const [unpacked] = stored.value;
  if (unpacked === undefined) throw new Error("one crate was asked for, and none came back");
  return ok(unpacked.digest);
}

/** A repository at one commit, fetched as the user; each commit once. */
function gitTree(context: InputContext, tree: GitTree): Promise<Result<Digest>> {
  const { url, rev, name, reference = { kind: "default" } } = tree;
  const { store, env, offline, signal, project, shared, emit } = context;
  return fetchCheckout({ kind: "git", url, reference, commit: rev }, store, {
    workspaceDir: project.root,
    env,
    offline,
    wantedBy: name,
    wantedAs: "input",
    signal,
    onWait: tellingOfWait(emit, `\`${name}\` from git`),
    bring: shared?.bring,
  });
}

/** The layout of an image that another begins with. Errors: those of `provideBaseImage`. */
export async function resolveBaseImage(
  context: InputContext,
  image: BaseImage,
): Promise<Result<ResolvedInput>> {
  const { store, project, env, offline, signal, emit } = context;
  const tree = await provideBaseImage(
    {
      store,
      root: project.root,
      env,
      offline,
      signal,
      onFetch: (name) => emit({ type: "done", verb: "Fetching", text: `the image ${name}` }),
      onWait: tellingOfWait(emit, "the base image"),
    },
    image,
  );
  if (!tree.ok) return tree;
  return ok({ digest: tree.value, place: async () => placement(context, tree) });
}
