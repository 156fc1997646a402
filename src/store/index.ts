import { existsSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { asDigest, type Digest } from "../base/digest.ts";
import { storedTrees } from "./contents.ts";
import {
  type Connection,
  completeRow,
  connect,
  type DamagedRow,
  findRow,
  isDamage,
  isReplaced,
  isWhole,
  type Row,
  remakeDatabase,
  rowsOf,
} from "./database.ts";
import { kindNamed, kinds } from "./kinds.ts";
import type { References } from "./recordKind.ts";
import type { Records } from "./store.ts";

/**
 * The index: all records of a store in one table, each with a digest of its text. Several processes use it at once.
 *
 * A database that SQLite cannot read is made again whenever that is noticed, from what can be read of it.
 */
export type Index = Records & {
  /** Runs `work` on all records while nobody else can write. It may be run again, where the database is damaged. */
  transact<T>(work: (records: readonly StoredRecord[], drop: Drop) => T): T;
  /** All records, as they are now. */
  all(): StoredRecord[];
  /** Whether SQLite finds nothing wrong with the database. */
  isSound(): boolean;
  /** Makes the database again from the records that are whole. */
  remake(): void;
  /** Gives room back where much of it is free. */
  compact(): void;
  /** In bytes. */
  size(): number;
  [Symbol.dispose](): void;
};

/** A record as garbage collection, `verify` and `stats` see it. */
export type StoredRecord = References & {
  readonly kind: string;
  readonly key: string;
  readonly version: number;
  /** The day of its last use, in days after the epoch. */
  readonly used: number;
  /** `foreign`: of a kind, a version or a form that another Gantry knows. */
  readonly state: "whole" | "damaged" | "foreign";
};

type Drop = (records: readonly StoredRecord[]) => void;

type IndexOptions = {
  /** Told that the database was made again. Default: nobody. */
  readonly note?: ((text: string) => void) | undefined;
  /** Brings an older database to today's form. */
  readonly migrate?: ((database: DatabaseSync) => void) | undefined;
  /** Seconds after the epoch. Default: now. */
  readonly now?: () => number;
};

/**
 * Opens the index of the store at `root`, made if absent.
 *
 * @throws what SQLite throws, where the reason is not that the database is damaged
 */
export function openIndex(root: string, options: IndexOptions = {}): Index {
  const { note, migrate, now = () => Date.now() / 1000 } = options;
  const today = () => dayOf(now());
  const remake = (file: string) => {
    const kept = remakeDatabase(root, file, claimsOfAll(root, today()));
    if (kept !== undefined) note?.(remadeText(kept));
  };
  let connection = connect(root, { remake, migrate });
  const reconnect = () => {
    connection.database.close();
    connection = connect(root, { remake });
  };
  const remakeThis = () => {
    remake(connection.file);
    reconnect();
  };
  /** What does not go because the database is damaged goes again with a new one. */
  const use = <T>(work: (connection: Connection) => T): T => {
    try {
      return work(connection);
    } catch (thrown) {
      if (!isDamage(thrown, connection.file)) throw thrown;
      remakeThis();
      return work(connection);
    }
  };
  return {
    get: (name, key) =>
      use((current) => {
        const { version, read } = kinds[name];
        const row = findRow(current, { kind: name, key, version }, today());
        const record = row && read(parsed(row.value), key);
        if (!record || isLost(root, record)) return undefined;
        // Garbage collection may have dropped the record since it was read, and with it the tree that it names.
        const isKept = row.isUsedToday || current.touch.run(today(), name, key, version).changes === 1;
        return isKept ? record.value : undefined;
      }),
    set(name, key, value) {
      const { version } = kinds[name];
      const row = completeRow({ kind: name, key, version, value: JSON.stringify(value), used: today() });
      use(({ insert }) => insert.run(row));
      // Whoever made the database again may have read the old one before.
      if (!isReplaced(connection)) return;
      reconnect();
      use(({ insert }) => insert.run(row));
    },
    all: () => use(({ database }) => Array.from(rowsOf(database), storedRecord)),
    transact: (work) => use(({ database }) => transact(database, work)),
    isSound() {
      try {
        return connection.database.prepare("PRAGMA integrity_check").get()?.integrity_check === "ok";
      } catch (thrown) {
        if (isDamage(thrown, connection.file)) return false;
        throw thrown;
      }
    },
    remake: remakeThis,
    compact: () => use(({ database }) => compact(database)),
    size: () => statSync(connection.file).size,
    [Symbol.dispose]: () => connection.database.close(),
  };
}

const day = 24 * 60 * 60;

/** The day of a moment in seconds after the epoch, as the column `used` has it. */
export function dayOf(seconds: number): number {
  return Math.floor(seconds / day);
}

function isLost(root: string, { standsFor }: References): boolean {
  return standsFor !== undefined && !existsSync(`${root}/trees/${standsFor}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function storedRecord(row: Row | DamagedRow): StoredRecord {
  const { kind, key, version, used } = row;
  const place = { kind, key, version, used };
  if (!isWhole(row)) return { ...place, state: "damaged", standsFor: undefined, names: [], logs: [] };
  const known = kindNamed(kind);
  const record = known?.version === version ? known.read(parsed(row.value), key) : undefined;
  if (record) {
    const { standsFor, names, logs } = record;
    return { ...place, state: "whole", standsFor, names, logs };
  }
  // Too much is kept rather than too little.
  const digests = digestsIn(`${key} ${row.value}`);
  return { ...place, state: "foreign", standsFor: undefined, names: digests, logs: digests };
}

function digestsIn(text: string): Digest[] {
  return [...new Set(text.match(/[0-9a-f]{64}/g))].flatMap((each) => asDigest(each) ?? []);
}

function transact<T>(database: DatabaseSync, work: (records: readonly StoredRecord[], drop: Drop) => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const statement = database.prepare("DELETE FROM records WHERE kind = ? AND key = ? AND version = ?");
    const result = work(Array.from(rowsOf(database), storedRecord), (records) => {
      for (const { kind, key, version } of records) statement.run(kind, key, version);
    });
    database.exec("COMMIT");
    return result;
  } finally {
    if (database.isTransaction) database.exec("ROLLBACK");
  }
}

/** A build that is writing goes first. */
function compact(database: DatabaseSync): void {
  const pages = Number(database.prepare("PRAGMA page_count").get()?.page_count);
  const free = Number(database.prepare("PRAGMA freelist_count").get()?.freelist_count);
  if (free * 4 < pages) return;
  try {
    database.exec("VACUUM");
  } catch {}
}

/** Says of every tree that it was used today: which were, a damaged database does not tell for certain. */
function claimsOfAll(root: string, today: number): Row[] {
  const { version } = kinds.tree;
  return [...storedTrees(root)].map((key) =>
    completeRow({ kind: "tree", key, version, value: "null", used: today }),
  );
}

function remadeText(kept: number): string {
  const records = kept === 1 ? "1 record" : `${kept} records`;
  return `the index of the store was damaged, and was made again with the ${records} that could be read; what it no longer knows is found out again by building`;
}
