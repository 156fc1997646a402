import { digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { lockFileOf } from "../../derivation/lockFileOf.ts";
import type { LockFile, Source } from "../../derivation/source.ts";
import type { LockedPackage } from "../../fetch/registry/lockedPackage.ts";
import type { InputContext } from "./inputContext.ts";
import { lockText } from "./lockText.ts";

/** Raised when what is remembered of a lock changes. */
const format = 1;

/**
 * The packages of a source's `Cargo.lock`. Parsing a thousand of them takes longer than all the rest of a build
 * that has nothing to do, so what was read is remembered by the lock's content.
 */
export async function lockOf(
  context: InputContext,
  source: Source,
): Promise<Result<readonly LockedPackage[]>> {
  return packagesOfLock(context, lockFileOf(source));
}

/** The packages of one lock; see `lockOf`. */
export async function packagesOfLock(
  context: InputContext,
  file: LockFile,
): Promise<Result<readonly LockedPackage[]>> {
  const read = lockText(context, file);
  if (!read.ok) return read;
  const { text } = read.value;
  const key = `${format} ${digestOf(text)}`;
  const known = context.store.memo.get("lock", key);
  if (known !== undefined) return ok(JSON.parse(known));
  const { parseLock } = await import("../../cargo/parseLock.ts");
  const { lockedPackages } = await import("../../fetch/registry/lockedPackages.ts");
  const { secretInUrl } = await import("../../fetch/git/secretInUrl.ts");
  const lock = parseLock(read.value.file, text);
  if (!lock.ok) return lock;
  const packages = lockedPackages(lock.value);
  const secret = secretInUrl(packages);
  if (secret) return err(secret);
  context.store.memo.set("lock", key, JSON.stringify(packages));
  return ok(packages);
}
