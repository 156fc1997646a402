import { err, ok, type Result } from "../../base/result.ts";
import { parseLock } from "../../cargo/parseLock.ts";
import { secretInUrl } from "../../fetch/git/secretInUrl.ts";
import type { LockedPackage } from "../../fetch/registry/lockedPackage.ts";
import { lockedPackages } from "../../fetch/registry/lockedPackages.ts";
import type { LockMemo } from "./lockMemo.ts";
import type { LockText } from "./lockText.ts";

/** Parses a lock and remembers its packages. Errors: `secret-in-url`, and those of `parseLock`. */
export function readLock({ file, text }: LockText, memo: LockMemo): Result<readonly LockedPackage[]> {
  const lock = parseLock(file, text);
  if (!lock.ok) return lock;
  const packages = lockedPackages(lock.value);
  const secret = secretInUrl(packages);
  if (secret) return err(secret);
  memo.set(text, packages);
  return ok(packages);
}
