import { digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseLock } from "../../cargo/parseLock.ts";
import { type LockEntry, lockEntries } from "../../crane/vendor/lockEntry.ts";
import type { LockFile } from "../../derivation/source.ts";
import { secretInUrl } from "../../fetch/git/secretInUrl.ts";
import { lockedPackages } from "../../fetch/registry/lockedPackages.ts";
import type { InputContext } from "./inputContext.ts";
import { lockText } from "./lockText.ts";

/** Raised when what is remembered of a lock changes. */
const format = 1;

/**
 * What a lock takes from registries and git, for the overrides of a configuration, which cannot wait for a promise.
 * Remembered by the lock's content, as its parsing takes longer than a build with nothing to do.
 *
 * Errors: `lock-missing`, `secret-in-url`, and those of `parseLock`.
 */
export function entriesOfLock(context: InputContext, file: LockFile): Result<readonly LockEntry[]> {
  const read = lockText(context, file);
  if (!read.ok) return read;
  const { memo } = context.store;
  const key = `${format} ${digestOf(read.value.text)}`;
  const known = memo.get("lock-entries", key);
  if (known !== undefined) return ok(JSON.parse(known));
  const lock = parseLock(read.value.file, read.value.text);
  if (!lock.ok) return lock;
  const packages = lockedPackages(lock.value);
  const secret = secretInUrl(packages);
  if (secret) return err(secret);
  const entries = lockEntries(packages);
  memo.set("lock-entries", key, JSON.stringify(entries));
  return ok(entries);
}
