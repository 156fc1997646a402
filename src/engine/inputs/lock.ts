import { existsSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type LockEntry, lockEntries } from "../../crane/arguments/lockEntry.ts";
import type { LockFile, Source } from "../../derivation/model.ts";
import { lockFileOf } from "../../derivation/world.ts";
import type { LockedPackage } from "../../fetch/lockedPackage.ts";
import { readLock } from "./readLock.ts";
import type { InputContext } from "./resolvedInput.ts";
import { standardLibrary } from "./wantedToolchain.ts";

/** The packages of a source's `Cargo.lock`; see `packagesOfLock`. */
export async function lockOf(
  context: InputContext,
  source: Source,
): Promise<Result<readonly LockedPackage[]>> {
  return packagesOfLock(context, lockFileOf(source));
}

/** The packages of one lock. Errors: those of `lockText` and `readLock`. */
export async function packagesOfLock(
  context: InputContext,
  file: LockFile,
): Promise<Result<readonly LockedPackage[]>> {
  const read = lockText(context, file);
  if (!read.ok) return read;
  const { records } = context.store;
  const known = records.get("lock", digestOf(read.value.text));
  if (known) return ok(known);
  // What parses is loaded only when something has to be parsed.
  const { readLock } = await import("./readLock.ts");
  return readLock(read.value, records);
}

/**
 * What a lock takes from registries and git, for the overrides of a configuration, which cannot wait for a promise.
 *
 * Errors: those of `lockText` and `readLock`.
 */
export function entriesOfLock(context: InputContext, file: LockFile): Result<readonly LockEntry[]> {
  const read = lockText(context, file);
  if (!read.ok) return read;
  const { records } = context.store;
  const known = records.get("lock", digestOf(read.value.text));
  const packages = known ? ok(known) : readLock(read.value, records);
  return packages.ok ? ok(lockEntries(packages.value)) : packages;
}

/** A lock as text, and the name that messages show. */
export type LockText = { readonly file: string; readonly text: string };

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
