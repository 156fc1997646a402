import { diagnostic } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Lock, LockPackage } from "../../cargo/lock.ts";
import { patchTable } from "../../cargo/patchTable.ts";
import type { SourceId } from "../../cargo/sourceId.ts";
import type { Override } from "./parseOverride.ts";

/** A package of the lock that can be overridden: one that is not already a path. */
export type LockedDependency = LockPackage & { readonly source: SourceId };

/**
 * The package of the lock that an override means. Of several versions it is the one that is named, or the
 * only one that Cargo takes for compatible with the local version.
 *
 * Errors: `override-unknown`, `override-local`, `override-ambiguous`.
 *
 * @param localVersion of the package at the override's path
 */
export function lockedDependency(
  lock: Lock,
  override: Override,
  localVersion: string,
): Result<LockedDependency> {
  const { name, version, written } = override;
  const named = lock.packages.filter((one) => one.name === name);
  if (named.length === 0) return err(unknown(lock, override));
  const pinned = named.filter(hasSource).filter((one) => version === undefined || one.version === version);
  if (pinned.length === 0 && !named.some(hasSource)) {
    return err(
      diagnostic("override-local", `\`${name}\` is a package of this project already, or a path dependency`, {
        help: ["edit it where it is; only what comes from a registry or from git can be overridden"],
        status: 2,
      }),
    );
  }
  const compatible = pinned.filter((one) => compatibility(one.version) === compatibility(localVersion));
  const [only, another] = pinned.length > 1 ? compatible : pinned;
  if (only && !another) return ok(only);
  const versions = named.filter(hasSource).map((one) => `\`${one.version}\` (${patchTable(one.source)})`);
  const meant = named.find(hasSource)?.version ?? "";
  return err(
    diagnostic(
      "override-ambiguous",
      version === undefined
        ? `\`Cargo.lock\` has several versions of \`${name}\``
        : `\`Cargo.lock\` has no \`${name}\` of version ${version}, or several`,
      {
        notes: [`it has ${versions.join(", ")}`, `the local one is ${localVersion}`],
        help: [`say which one is meant: gantry with ${name}@${meant}=${written} -- …`],
        status: 2,
      },
    ),
  );
}

function hasSource(one: LockPackage): one is LockedDependency {
  return one.source !== undefined;
}

/** The part of a version that must agree, by Cargo's caret rule: `1`, `0.3`, `0.0.7`. */
function compatibility(version: string): string {
  return /^(?:[1-9]\d*|0\.[1-9]\d*|0\.0\.\d+)/.exec(version)?.[0] ?? version;
}

function unknown(lock: Lock, { name, written }: Override) {
  const similar = nearest(
    name,
    lock.packages.filter(hasSource).map((one) => one.name),
  );
  return diagnostic("override-unknown", `\`Cargo.lock\` has no package \`${name}\``, {
    notes: ["an override replaces a dependency that is there; it adds none"],
    help:
      similar === undefined ? [] : [`did you mean \`${similar}\`: gantry with ${similar}=${written} -- …`],
    status: 2,
  });
}
