import * as v from "valibot";
import { diagnostic } from "../../base/diagnostic.ts";
import { redact } from "../../cargo/redact.ts";
import type { CrateTree, GitTree, Source } from "../../derivation/model.ts";
import { checkArgument, checkArguments, refuse, type Schema } from "../arguments/refuse.ts";
import { sourceAt } from "../arguments/sources.ts";

type GitArgs = {
  /** As `git clone` takes it, without credentials: those are the affair of git's helpers and of SSH. */
  readonly url: string;
  /** The whole commit, which pins the content. */
  readonly rev: string;
  /** A branch that leads to it, for servers that give no single commits. Default: none is needed. */
  readonly branch?: string;
  /** A tag that leads to it. Default: none is needed. */
  readonly tag?: string;
  /** For people, and among the flake's inputs. Default: the repository's own, `my-private-dep`. */
  readonly name?: string;
};

const gitSchema = {
  url: v.string(),
  rev: v.string(),
  branch: v.optional(v.string()),
  tag: v.optional(v.string()),
  name: v.optional(v.string()),
} satisfies Schema<GitArgs>;

/**
 * A repository at one commit as an input, with its submodules: what a flake has with `flake = false`. Fetched
 * as the user, outside the sandbox, once.
 *
 * @throws Refused: `configuration-argument`; `git-input`, for a commit that is none and for credentials in
 *   the URL
 * @example
 * const myDep = git({ url: "ssh://git@github.com/myorg/my-private-dep", rev: "8f3c…" });
 */
export function git(args: GitArgs): GitTree {
  checkArguments("git", gitSchema, args);
  const { url, rev, branch, tag, name = nameOf(url) } = args;
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(rev)) refuse(noCommit(url, rev));
  if (/:\/\/[^/@]*:[^/@]+@/.test(url)) refuse(secret(url));
  const kind = branch === undefined ? "tag" : "branch";
  const reference = branch ?? tag;
  return {
    type: "git",
    name,
    url,
    rev,
    ...(reference !== undefined && { reference: { kind, name: reference } }),
  };
}

function nameOf(url: string): string {
  const last = url.replace(/\/+$/, "").split(/[/:]/).at(-1) ?? "";
  return last.replace(/\.git$/, "") || "input";
}

function noCommit(url: string, rev: string) {
  return diagnostic("git-input", `\`rev\` of the git input must be a whole commit, and is \`${rev}\``, {
    notes: ["a branch, a tag or a short commit may mean something else tomorrow"],
    help: [`git ls-remote ${redact(url)} ${rev}`],
    status: 2,
  });
}

function secret(url: string) {
  return diagnostic("git-input", `the URL \`${redact(url)}\` of the git input holds a password`, {
    notes: ["whoever can read the project can read it"],
    help: ["leave it out, and give it to git by a credential helper: git credential approve"],
    status: 2,
  });
}

/**
 * A directory as an input: all its files that git does not ignore. It may lie outside the project, which then
 * builds only where that directory is.
 *
 * @param root relative to the project's root, or absolute
 * @example
 * overrideVendorGitCheckout: (lock, checkout) =>
 *   isMyDep(lock) ? checkout.overrideAttrs({ src: path("../my-private-dep") }) : checkout,
 */
export function path(root: string): Source {
  checkArgument("path", v.string(), root);
  return sourceAt(root, { kind: "everything" });
}

export const downloadCargoPackageSchema = {
  name: v.string(),
  version: v.string(),
  source: v.string(),
  checksum: v.string(),
} satisfies Schema<Omit<CrateTree, "type">>;

/**
 * A crate of a registry as it was published, verified by its checksum (Crane's `downloadCargoPackage`): the
 * `src` of an override that takes another version's files, or an input of a step.
 *
 * @example
 * crate.overrideAttrs({ src: crane.downloadCargoPackage({ name, version, source, checksum }) })
 */
export function downloadCargoPackage(args: Omit<CrateTree, "type">): CrateTree {
  const { name, version, source, checksum } = args;
  return { type: "crate", name, version, source, checksum };
}

export type DownloadCargoPackageFromGitArgs = {
  /** The repository's URL. */
  readonly git: string;
  /** The whole commit. */
  readonly rev: string;
  /** `refs/heads/<branch>` or `refs/tags/<tag>`, which leads to it. Default: none is needed. */
  readonly ref?: string;
};

export const downloadCargoPackageFromGitSchema = {
  git: v.string(),
  rev: v.string(),
  ref: v.optional(
    v.pipe(v.string(), v.regex(/^refs\/(?:heads|tags)\/./, "`refs/heads/BRANCH` or `refs/tags/TAG`")),
  ),
} satisfies Schema<DownloadCargoPackageFromGitArgs>;

/**
 * A repository at one commit (Crane's `downloadCargoPackageFromGit`), for the `src` of an override. Which
 * packages of it are vendored, the lock says.
 *
 * @throws Refused: those of `git`
 * @example
 * checkout.overrideAttrs({
 *   src: crane.downloadCargoPackageFromGit({ git: "https://github.com/myorg/fork", rev: "8f3c…" }),
 * })
 */
export function downloadCargoPackageFromGit(args: DownloadCargoPackageFromGitArgs): GitTree {
  const { git: url, rev, ref } = args;
  const branch = ref?.match(/^refs\/heads\/(.+)$/)?.[1];
  const tag = ref?.match(/^refs\/tags\/(.+)$/)?.[1];
  return git({ url, rev, ...(branch !== undefined && { branch }), ...(tag !== undefined && { tag }) });
}
