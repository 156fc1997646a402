import { DatabaseSync } from "node:sqlite";
import { asDigest, type Digest } from "../base/digest.ts";
import type { Memo } from "./store.ts";

const day = 24 * 60 * 60;

/** The day of a moment in seconds after the epoch, as the column `used` has it. */
export function dayOf(seconds: number): number {
  return Math.floor(seconds / day);
}

/** The memo as a table. `used`, in days, tells `gc` what nobody asked for lately. */
export function openMemo(database: DatabaseSync, now: () => number = () => Date.now() / 1000): Memo {
  const get = database.prepare("SELECT value, used FROM memo WHERE kind = ? AND key = ?");
  const touch = database.prepare("UPDATE memo SET used = ? WHERE kind = ? AND key = ?");
  const set = database.prepare("INSERT OR REPLACE INTO memo (kind, key, value, used) VALUES (?, ?, ?, ?)");
  return {
    get(kind, key) {
      const row = get.get(kind, key);
      if (!row) return undefined;
      const today = dayOf(now());
      // Garbage collection may have dropped the record since it was read, and with it the tree that it names.
      if (row.used !== today && touch.run(today, kind, key).changes === 0) return undefined;
      return String(row.value);
    },
    set(kind, key, value) {
      set.run(kind, key, value, dayOf(now()));
    },
  };
}

/** The index: what is remembered about trees, steps and units. In WAL mode, since several processes use it. */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 30_000 });
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS memo (
      kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, used INTEGER NOT NULL,
      PRIMARY KEY (kind, key)
    ) WITHOUT ROWID, STRICT;
  `);
  return database;
}

/** A record of the index, without its text. */
export type StoreRecord = {
  readonly kind: string;
  readonly key: string;
  /** The day of its last use, in days after the epoch. */
  readonly used: number;
  /** Every digest in its text. */
  readonly digests: readonly Digest[];
  /** Those of them that are trees in the store. */
  readonly names: readonly Digest[];
  /** The tree that it stands for, there or not: of a step its output, of a unit its files. */
  readonly standsFor: Digest | undefined;
};

/** Kinds whose text has the tree that the record stands for as the first digest in it. */
const treeKinds = /^(?:result|unit|crate|tree|base-dpkg|git-.+|native-.+)$/;

/**
 * What a record says of trees. Any digest in its text counts as named, whatever the kind: too much is kept rather
 * than too little.
 */
export function recordOf(
  row: Readonly<Record<string, unknown>>,
  there: { has(digest: Digest): boolean },
): StoreRecord {
  const [kind, key, value] = [String(row.kind), String(row.key), String(row.value)];
  const digests = [...new Set((value.match(/[0-9a-f]{64}/g) ?? []).flatMap((text) => asDigest(text) ?? []))];
  return {
    kind,
    key,
    used: Number(row.used),
    digests,
    names: digests.filter((digest) => there.has(digest)),
    standsFor: treeKinds.test(kind) ? digests[0] : undefined,
  };
}
