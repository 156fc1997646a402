import { ok, type Result } from "../../base/result.ts";
import { type LockEntry, lockEntries } from "../../crane/vendor/lockEntry.ts";
import type { LockFile } from "../../derivation/source.ts";
import type { InputContext } from "./inputContext.ts";
import { lockMemo } from "./lockMemo.ts";
import { lockText } from "./lockText.ts";
import { readLock } from "./readLock.ts";

/**
 * What a lock takes from registries and git, for the overrides of a configuration, which cannot wait for a promise.
 *
 * Errors: those of `lockText` and `readLock`.
 */
export function entriesOfLock(context: InputContext, file: LockFile): Result<readonly LockEntry[]> {
  const read = lockText(context, file);
  if (!read.ok) return read;
  const memo = lockMemo(context.store.memo);
  const known = memo.get(read.value.text);
  const packages = known ? ok(known) : readLock(read.value, memo);
  return packages.ok ? ok(lockEntries(packages.value)) : packages;
}
