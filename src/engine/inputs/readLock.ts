import { digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseLock } from "../../cargo/lock/parseLock.ts";
import { secretInUrl } from "../../fetch/git/gitSource.ts";
import { type LockedPackage, lockedPackages } from "../../fetch/lockedPackage.ts";
import type { Records } from "../../store/store.ts";
import type { LockText } from "./lock.ts";

/** Parses a lock and remembers its packages. Errors: `secret-in-url`, and those of `parseLock`. */
export function readLock({ file, text }: LockText, records: Records): Result<readonly LockedPackage[]> {
  const lock = parseLock(file, text);
  if (!lock.ok) return lock;
  const packages = lockedPackages(lock.value);
  const secret = secretInUrl(packages);
  if (secret) return err(secret);
  records.set("lock", digestOf(text), packages);
  return ok(packages);
}
