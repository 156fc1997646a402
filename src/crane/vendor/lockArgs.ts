import { stringify } from "smol-toml";
import type { LockFile, Source } from "../../derivation/model.ts";
import type { LockEntry } from "./lockEntry.ts";

/** A lock in place of the source's own. The first that is given counts. */
export type LockArgs = {
  /** A file, relative to the project's root or absolute. */
  readonly cargoLock?: string;
  /** Its text. */
  readonly cargoLockContents?: string;
  /** What its text says. */
  readonly cargoLockParsed?: ParsedLock;
};

/** A `Cargo.lock` as data, with the names that the file has. */
export type ParsedLock = {
  readonly version?: number;
  readonly package: readonly (LockEntry | { readonly name: string; readonly version: string })[];
};

/** The source with the lock that the arguments give. */
export function withLock(src: Source, { cargoLock, cargoLockContents, cargoLockParsed }: LockArgs): Source {
  const lock =
    cargoLock !== undefined
      ? { path: cargoLock }
      : cargoLockContents !== undefined
        ? { text: cargoLockContents }
        : cargoLockParsed && lockOfParsed(cargoLockParsed);
  return lock ? { ...src, cargoLock: lock } : src;
}

/** Version 4 percent-encodes the names of branches and tags, as entries that an override sees do. */
export function lockOfParsed(parsed: ParsedLock): LockFile {
  return { text: stringify({ version: 4, ...parsed }) };
}
