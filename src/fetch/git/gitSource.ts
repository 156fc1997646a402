import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { redact } from "../../cargo/redact.ts";
import { parseSourceId, type SourceId } from "../../cargo/sourceId.ts";
import { isGit, type LockedPackage } from "../lockedPackage.ts";

/** A repository at one commit, as a lock's `source` names it. */
export type GitSource = Extract<SourceId, { kind: "git" }> & { readonly commit: string };

/** A package that the lock takes from a git repository. */
export type LockedGitPackage = { readonly name: string; readonly version: string; readonly source: string };

/** A repository at one commit, and the packages that the lock takes from it. */
export type LockedCheckout = {
  /** As the lock has it: `git+https://…?branch=main#<commit>`. */
  readonly source: string;
  readonly pinned: GitSource;
  readonly packages: readonly [LockedGitPackage, ...LockedGitPackage[]];
};

/**
 * The repositories that a lock names, in its order, but for those of patches that nothing uses.
 *
 * Errors: `secret-in-url`, `git-not-pinned`.
 */
export function gitCheckouts(packages: readonly LockedPackage[]): Result<LockedCheckout[]> {
  const secret = secretInUrl(packages);
  if (secret) return err(secret);
  const checkouts = new Map<string, LockedCheckout>();
  for (const { name, version, source, isUnused } of packages) {
    if (source === undefined || isUnused || !isGit(source)) continue;
    const pinned = gitSource(source);
    if (!pinned) return err(notPinned(name, source));
    const one = { name, version, source };
    const known = checkouts.get(source);
    checkouts.set(source, { source, pinned, packages: known ? [...known.packages, one] : [one] });
  }
  return ok([...checkouts.values()]);
}

function notPinned(name: string, source: string) {
  return diagnostic("git-not-pinned", `\`Cargo.lock\` names no commit for \`${name}\``, {
    notes: [`the source is \`${redact(source)}\`; after \`#\` belongs the whole commit`],
    help: [`cargo update -p ${name}`],
  });
}

/** Reads a lock's `source`; undefined for one that is not git, or not pinned to a whole commit. */
function gitSource(source: string): GitSource | undefined {
  const parsed = parseSourceId(source);
  if (parsed?.kind !== "git" || !isCommit(parsed.commit)) return undefined;
  return { ...parsed, commit: parsed.commit };
}

/** SHA-1, or SHA-256 in the repositories that have it. */
function isCommit(text: string | undefined): text is string {
  return text !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/**
 * `secret-in-url`: the first package whose repository is named with a password or an access token. Cargo finds a
 * replaced source by its whole URL, so the secret would have to be written into the build's settings, and it
 * is in the manifest and the lock that the build sees: such a project is not built at all.
 */
export function secretInUrl(packages: readonly LockedPackage[]): Diagnostic | undefined {
  for (const { name, version, source } of packages) {
    if (source === undefined || !isGit(source) || !holdsSecret(source)) continue;
    const url = source.replace(/^git\+/, "").replace(/[?#].*/s, "");
    const [plain, host] = [withoutUser(url), /:\/\/(?:[^/@]*@)?([^/]+)/.exec(url)?.[1] ?? ""];
    return diagnostic("secret-in-url", `\`Cargo.lock\` holds a password or token in the URL of \`${name}\``, {
      notes: [
        `\`${name} v${version}\` comes from \`${redact(url)}\``,
        "whoever can read the project can read the secret, and so could every build",
      ],
      help: [
        `write the dependency without it, \`git = "${plain}"\`, revoke the secret, and: cargo update -p ${name}`,
        `give git a new one by a credential helper (git credential approve), or by a line of \`~/.netrc\`: machine ${host} login USER password TOKEN`,
      ],
    });
  }
  return undefined;
}

/** A user's name alone is none (`https://me@host/…`, `ssh://git@host/…`), unless it is a token by its looks. */
function holdsSecret(source: string): boolean {
  const user = /^git\+[\w+.-]+:\/\/([^/@]+)@/.exec(source)?.[1];
  if (user === undefined) return false;
  return /:./.test(user) || /^(?:gh[a-z]_|github_pat_|gl[a-z]+-)/.test(user) || user.length >= 32;
}

/** The last part of a repository's URL, without `.git`, as a directory may be called: `my-dep`. */
export function repositoryName(url: string): string {
  const path = url.replace(/[?#].*/s, "").replace(/\/+$/, "");
  const last = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf(":")) + 1);
  return last.replace(/\.git$/, "").replace(/[^\w.-]/g, "_") || "repository";
}

/** A URL (or lock source) without its user part, for keys and names, which must not depend on who fetches. */
export function withoutUser(url: string): string {
  return url.replace(/^((?:\w+\+)?\w+:\/\/)[^/@]*@/, "$1");
}
