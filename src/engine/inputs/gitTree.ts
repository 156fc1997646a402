import type { Digest } from "../../base/digest.ts";
import type { Result } from "../../base/result.ts";
import type { GitTree } from "../../derivation/tree.ts";
import { fetchCheckout } from "../../fetch/git/fetchCheckout.ts";
import type { InputContext } from "./inputContext.ts";

/** A repository at one commit, fetched as the user; each commit once. */
export function gitTree(context: InputContext, tree: GitTree): Promise<Result<Digest>> {
  const { url, rev, name, reference = { kind: "default" } } = tree;
  const { store, env, offline, signal, project } = context;
  return fetchCheckout({ kind: "git", url, reference, commit: rev }, store, {
    workspaceDir: project.root,
    env,
    offline,
    wantedBy: name,
    wantedAs: "input",
    signal,
  });
}
