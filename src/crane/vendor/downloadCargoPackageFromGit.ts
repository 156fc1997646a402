import type { GitTree } from "../../derivation/tree.ts";
import { git as gitInput } from "../inputs/git.ts";

export type DownloadCargoPackageFromGitArgs = {
  /** The repository's URL. */
  readonly git: string;
  /** The whole commit. */
  readonly rev: string;
  /** `refs/heads/<branch>` or `refs/tags/<tag>`, which leads to it. Default: none is needed. */
  readonly ref?: string;
};

/**
 * A repository at one commit (Crane's `downloadCargoPackageFromGit`), for the `src` of an override. Which
 * packages of it are vendored, the lock says.
 */
export function downloadCargoPackageFromGit(args: DownloadCargoPackageFromGitArgs): GitTree {
  const { git: url, rev, ref } = args;
  const branch = ref?.match(/^refs\/heads\/(.+)$/)?.[1];
  const tag = ref?.match(/^refs\/tags\/(.+)$/)?.[1];
  return gitInput({ url, rev, ...(branch !== undefined && { branch }), ...(tag !== undefined && { tag }) });
}
