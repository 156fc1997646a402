import { digestOf } from "../../base/digest.ts";
import type { LockedPackage } from "../../fetch/registry/lockedPackage.ts";
import type { Memo } from "../../store/store.ts";

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
