import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { redact } from "../../cargo/redact.ts";
import type { LockedPackage } from "../registry/lockedPackage.ts";
import { type GitSource, gitSource, isGit } from "./gitSource.ts";
import { secretInUrl } from "./secretInUrl.ts";

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
 * The repositories that a lock names, in its order.
 *
 * Errors: `secret-in-url`, `git-not-pinned`.
 */
export function gitCheckouts(packages: readonly LockedPackage[]): Result<LockedCheckout[]> {
  const secret = secretInUrl(packages);
  if (secret) return err(secret);
  const checkouts = new Map<string, LockedCheckout>();
  for (const { name, version, source } of packages) {
    if (source === undefined || !isGit(source)) continue;
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
