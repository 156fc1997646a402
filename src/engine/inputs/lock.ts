import { existsSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseLock } from "../../cargo/lock/parseLock.ts";
import { type LockEntry, lockEntries } from "../../crane/arguments/libContext.ts";
import type { LockFile, Source } from "../../derivation/model.ts";
import { lockFileOf } from "../../derivation/steps.ts";
import { secretInUrl } from "../../fetch/git/gitSource.ts";
import { type LockedPackage, lockedPackages } from "../../fetch/lockedPackage.ts";
import { standardLibrary } from "./host.ts";
import type { InputContext } from "./resolvedInput.ts";

/** The packages of a source's `Cargo.lock`; see `packagesOfLock`. */
export function lockOf(context: InputContext, source: Source): Result<readonly LockedPackage[]> {
  return packagesOfLock(context, lockFileOf(source));
}

/**
 * The packages of one lock. They are remembered by the lock's text: parsing a thousand of them takes longer than all the
 * rest of a build that has nothing to do.
 *
 * Errors: `secret-in-url`; those of `lockText` and `parseLock`.
 */
export function packagesOfLock(context: InputContext, file: LockFile): Result<readonly LockedPackage[]> {
  const lock = lockText(context, file);
  if (!lock.ok) return lock;
  const { records } = context.store;
  const key = digestOf(lock.value.text);
  const known = records.get("lock", key);
  if (known) return ok(known);
  const packages = parsedPackages(lock.value);
  if (packages.ok) records.set("lock", key, packages.value);
  return packages;
}

function parsedPackages({ file, text }: LockText): Result<readonly LockedPackage[]> {
  const lock = parseLock(file, text);
  if (!lock.ok) return lock;
  const packages = lockedPackages(lock.value);
  const secret = secretInUrl(packages);
  return secret ? err(secret) : ok(packages);
}

/** What a lock takes from registries and git, for the overrides of a configuration. Errors: those of `packagesOfLock`. */
export function entriesOfLock(context: InputContext, file: LockFile): Result<readonly LockEntry[]> {
  const packages = packagesOfLock(context, file);
  return packages.ok ? ok(lockEntries(packages.value)) : packages;
}

/** A lock as text, and the name that messages show. */
type LockText = { readonly file: string; readonly text: string };

/**
 * Reads a lock.
 *
 * Errors: `lock-missing`; those of `standardLibrary`.
 */
export function lockText(context: InputContext, lock: LockFile): Result<LockText> {
  if ("text" in lock) return ok({ file: "Cargo.lock", text: lock.text });
  const place = pathOf(context, lock);
  if (!place.ok) return place;
  const { path, file } = place.value;
  if (existsSync(path)) return ok({ file, text: readFileSync(path, "utf8") });
  return err(
    diagnostic("lock-missing", `the lock \`${file}\` does not exist`, {
      help: ["name one that does, relative to the project's root, or make it: cargo generate-lockfile"],
      status: 2,
    }),
  );
}

function pathOf(
  context: InputContext,
  lock: Exclude<LockFile, { readonly text: string }>,
): Result<{ readonly path: string; readonly file: string }> {
  const { root } = context.project;
  if ("path" in lock) {
    const path = resolve(root, lock.path);
    return ok({ path, file: relative(root, path) });
  }
  const directory = standardLibrary(context, lock.toolchain);
  if (!directory.ok) return directory;
  const path = `${directory.value}/Cargo.lock`;
  return ok({ path, file: path });
}
