import { rmSync } from "node:fs";
import { asDigest, type Digest } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Store } from "../../store/store.ts";
import { stopped } from "../registry/stopped.ts";
import { addCommit } from "./addCommit.ts";
import type { GitSource } from "./gitSource.ts";
import { leavingLinks } from "./leavingLinks.ts";
import { withoutUser } from "./withoutUser.ts";

export type FetchCheckoutOptions = {
  /** Where git runs: a directory of the user's. */
  readonly workspaceDir: string;
  /** The user's own environment, which says how git logs in and where Cargo's home is. */
  readonly env: NodeJS.ProcessEnv;
  /** Ask no server. */
  readonly offline: boolean;
  /** Whose dependency it is, for messages: `my-dep v1.2.3`. */
  readonly wantedBy: string;
  /** What of the configuration's that is. Default: a package of the lock. */
  readonly wantedAs?: "input" | "registry";
  readonly signal?: AbortSignal | undefined;
  /** Told before a server is asked. */
  readonly asking?: () => void;
};

/** Raised when the same commit shall give another tree. */
const format = 1;

/**
 * A repository at one commit, its submodules included, as one immutable tree of the store: from the store, else from
 * Cargo's own copy of the repository, else fetched by the user's `git`. What is in it does not depend on the user's
 * settings; links that lead out of it are left out.
 *
 * Errors: `git-authentication`, `git-host-key`, `git-unreachable`, `git-repository-missing`, `git-revision-gone`,
 * `git-offline`, `git-missing`, `git-malformed`, `git-failed`, `interrupted`.
 *
 * @example
 * const source = gitSource("git+https://github.com/me/dep?branch=main#0123…");
 * const tree = source && await fetchCheckout(source, store, { workspaceDir, env, offline: false, wantedBy: "dep" });
 */
export async function fetchCheckout(
  source: GitSource,
  store: Store,
  options: FetchCheckoutOptions,
): Promise<Result<Digest>> {
  const key = `${withoutUser(source.url)} ${source.commit} ${format}`;
  const known = () => {
    const digest = asDigest(store.memo.get("git", key) ?? "");
    return digest && store.tree(digest) ? digest : undefined;
  };
  const before = known();
  if (before) return ok(before);
  // Several steps, or processes, may want the same commit at once: whoever waited finds it there.
  await using _ = await store.lock(`git ${source.commit}`, options.signal);
  const meanwhile = known();
  if (meanwhile) return ok(meanwhile);
  if (options.signal?.aborted) return err(stopped());
  await using scratch = await store.tempDir("git");
  const written = await addCommit(source, `${scratch.path}/checkout`, {
    ...options,
    scratch: scratch.path,
  });
  if (!written.ok) return written;
  const leaving = leavingLinks(written.value);
  for (const path of leaving) rmSync(`${scratch.path}/checkout/${path}`);
  const kept = written.value.filter(({ path }) => !leaving.has(path));
  const tree = await store.addTree(`${scratch.path}/checkout`, kept);
  if (tree.ok) store.memo.set("git", key, tree.value);
  return tree;
}
