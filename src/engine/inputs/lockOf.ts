import { ok, type Result } from "../../base/result.ts";
import { lockFileOf } from "../../derivation/lockFileOf.ts";
import type { LockFile, Source } from "../../derivation/source.ts";
import type { LockedPackage } from "../../fetch/registry/lockedPackage.ts";
import type { InputContext } from "./inputContext.ts";
import { lockMemo } from "./lockMemo.ts";
import { lockText } from "./lockText.ts";

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
  const memo = lockMemo(context.store.memo);
  const known = memo.get(read.value.text);
  if (known) return ok(known);
  // What parses is loaded only when something has to be parsed.
  const { readLock } = await import("./readLock.ts");
  return readLock(read.value, memo);
}
