import { diagnostic } from "../base/diagnostic.ts";
import { asDigest } from "../base/digest.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Lock, LockPackage } from "../cargo/lock/lock.ts";
import { redact } from "../cargo/redact.ts";
import { cratesIoText, formatSourceId } from "../cargo/sourceId.ts";

/**
 * What vendoring needs of one `[[package]]` of `Cargo.lock`. A package without `source` is the project's own
 * (a path dependency) and is not vendored.
 */
export type LockedPackage = {
  readonly name: string;
  readonly version: string;
  /** As the lock has it: `registry+https://github.com/rust-lang/crates.io-index`, `sparse+https://…`, `git+https://…`. */
  readonly source?: string | undefined;
  /** SHA-256 of the `.crate` file. */
  readonly checksum?: string | undefined;
  /** A patch that no package uses (`[[patch.unused]]`). Only its name and version matter, see `vendorTrees`. */
  readonly isUnused?: true | undefined;
};

/** A package of a registry, as the lock pins it. */
export type LockedCrate = {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  /** SHA-256 of the `.crate` file, in lower-case hexadecimal. */
  readonly checksum: string;
};

/** `itoa-1.0.19`: the stem of the `.crate` file, the one directory in it, and the directory under `/build/vendor`. */
export function crateStem(crate: { readonly name: string; readonly version: string }): string {
  return `${crate.name}-${crate.version}`;
}

/** A parsed lock as vendoring reads it. */
export function lockedPackages(lock: Lock): LockedPackage[] {
  const used = lock.packages.map(lockedPackage);
  // One may be patched in for a repository in vain, and used as a dependency.
  const keys = new Set(used.map(packageKey));
  const unused = lock.unusedPatches
    .map(lockedPackage)
    .filter((one) => one.source && !keys.has(packageKey(one)));
  return [...used, ...unused.map((one) => ({ ...one, isUnused: true }) as const)];
}

function lockedPackage({ name, version, source, checksum }: LockPackage): LockedPackage {
  return { name, version, checksum, source: source && formatSourceId(source) };
}

/** Which package it is. Two of a lock that differ in nothing else are one. */
export function packageKey({ name, version, source }: LockedPackage): string {
  return JSON.stringify([name, version, source]);
}

/** Whether a lock's `source` is a git repository. */
export function isGit(source: string): boolean {
  return source.startsWith("git+");
}

/**
 * Whether a lock's `source` is crates.io. Cargo writes the git index's URL even where it reads the sparse one
 * (seen with Cargo 1.95), so that locks agree.
 */
export function isCratesIo(source: string): boolean {
  return source === cratesIoText;
}

/** What people call the registry of a lock's `source`: `crates.io`, or its URL without credentials. */
export function registryName(source: string): string {
  return isCratesIo(source) ? "crates.io" : redact(source.replace(/^registry\+/, ""));
}

/** The index of a registry as Cargo's settings have it, as a lock's `source`. */
export function sourceOfIndex(index: string): string {
  return index.startsWith("sparse+") ? index : `registry+${index}`;
}

/**
 * The crates of a lock that come from registries, in the lock's order; the project's own packages are left out,
 * those from git (see `gitCheckouts`), and patches that nothing uses.
 *
 * Errors: `checksum-missing`, `source-unknown`.
 */
export function selectCrates(packages: readonly LockedPackage[]): Result<LockedCrate[]> {
  const foreign = packages.flatMap(({ source, isUnused, ...rest }) =>
    source === undefined || isUnused || isGit(source) ? [] : [{ ...rest, source }],
  );
  const crates: LockedCrate[] = [];
  for (const { name, version, source, checksum } of foreign) {
    if (!/^(registry|sparse)\+/.test(source)) return err(sourceUnknown(name, source));
    const digest = asDigest(checksum ?? "");
    if (digest === undefined) return err(checksumMissing({ name, version }, checksum));
    crates.push({ name, version, source, checksum: digest });
  }
  return ok(crates);
}

function sourceUnknown(name: string, source: string) {
  return diagnostic(
    "source-unknown",
    `\`Cargo.lock\` names a source of \`${name}\` that is of no known kind`,
    {
      notes: [`the source is \`${redact(source)}\`; known are \`registry+\`, \`sparse+\` and \`git+\``],
    },
  );
}

function checksumMissing(crate: { name: string; version: string }, found: string | undefined) {
  const what =
    found === undefined ? "has no checksum" : `has the checksum \`${found}\`, which is no SHA-256,`;
  return diagnostic("checksum-missing", `\`${crateStem(crate)}\` ${what} in \`Cargo.lock\``, {
    notes: ["the checksums of `Cargo.lock` are all that pins dependencies, so none may be missing"],
    help: ["cargo generate-lockfile"],
  });
}
