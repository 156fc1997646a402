import { digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseLock } from "../../cargo/lock/parseLock.ts";
import { secretInUrl } from "../../fetch/git/gitSource.ts";
import { type LockedPackage, lockedPackages } from "../../fetch/lockedPackage.ts";
import type { Memo } from "../../store/store.ts";
import type { LockText } from "./lock.ts";

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

/** Raised when what is remembered of a lock changes. */
const format = 1;

const kind = "lock";

/**
 * The packages of locks by the locks' texts. Parsing a thousand of them takes longer than all the rest of a build that
 * has nothing to do.
 */
export type LockMemo = {
  get(text: string): readonly LockedPackage[] | undefined;
  set(text: string, packages: readonly LockedPackage[]): void;
};

export function lockMemo(memo: Memo): LockMemo {
  const keyOf = (text: string) => `${format} ${digestOf(text)}`;
  return {
    get(text) {
      const known = memo.get(kind, keyOf(text));
      return known === undefined ? undefined : JSON.parse(known);
    },
    set: (text, packages) => memo.set(kind, keyOf(text), JSON.stringify(packages)),
  };
}
