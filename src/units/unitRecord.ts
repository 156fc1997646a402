import type { Digest } from "../base/digest.ts";
import type { Memo } from "../store/store.ts";
import type { UnitFiles } from "./composeUnits.ts";

/** What is kept of a compiled unit. */
export type UnitRecord = UnitFiles & {
  /**
   * The trees of the dependencies that it was compiled against, by their keys. Two compilations of one unit may
   * differ in bytes, and what was compiled against one cannot be linked with the other.
   */
  readonly against: Readonly<Record<string, Digest>>;
  /** What a unit of the project's own read, see `LocalSource.digestOf`. */
  readonly reads?: readonly string[];
  /**
   * Its files are also those of units that could not be told from it, see `locateTwins`. It is restored only where all
   * such units of the plan are: Cargo must not find an old file of one that has to be compiled.
   */
  readonly shared?: boolean;
};

const kind = "unit";

export function recordedUnit(memo: Memo, key: Digest): UnitRecord | undefined {
  const text = memo.get(kind, key);
  return text === undefined ? undefined : JSON.parse(text);
}

export function recordUnit(memo: Memo, key: Digest, record: UnitRecord): void {
  memo.set(kind, key, JSON.stringify(record));
}
