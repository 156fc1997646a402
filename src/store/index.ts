import { accessSync, constants, existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { asDigest } from "../base/digest.ts";
import { parsedJson } from "../base/parsedJson.ts";
import { sqliteResult } from "../base/systemError.ts";
import { kinds } from "./kinds/kinds.ts";
import type { References } from "./kinds/recordKind.ts";
import { exclusivelyNow } from "./locks.ts";
import {
  completeRow,
  cut,
  dayOf,
  digestOfRow,
  hourOf,
  insert,
  insertRecord,
  insertRows,
  insertUse,
  isWhole,
  ofKey,
  type Row,
  type RowKey,
  rowsOf,
  schema,
  usedHour,
} from "./rows/rows.ts";
import type { Records } from "./store.ts";

/**
 * The index: all records of a store in one table of an SQLite database, each with a digest of its text. Several
 * processes use it at once.
 *
 * A database that is damaged is made again whenever that is noticed, from what can be read of it. That happens not in its
 * place, where other processes may have it open, but beside it, under the next number (`index.sqlite`,
 * `index-1.sqlite`, …). The highest number is the one that counts.
 */
export type Index = Records & {
  /** Works on the database. It may happen twice, the second time with a database that was made again. */
  use<T>(work: (database: DatabaseSync) => T): T;
  /** Whether SQLite finds nothing wrong with the database. */
  isSound(): boolean;
  /** Makes the database again from the records that are whole. */
  remake(): void;
  /** In bytes. */
  size(): number;
  [Symbol.dispose](): void;
};

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
  const thisHour = () => hourOf(now());
  const remake = (file: string) => {
    const kept = remakeDatabase(root, file, claimsOfAll(root, thisHour()));
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
  const get: Records["get"] = (name, key) =>
    use((current) => {
      const { version, read } = kinds[name];
      const row = findRow(current, { kind: name, key, version });
      const record = row && read(parsedJson(row.value), key);
      if (!record || isLost(root, record)) return undefined;
      const hour = thisHour();
      // Garbage collection may have dropped the record since it was read, and with it the tree that it names.
      const isKept = row.used === hour || touch(current, { kind: name, key, version, used: hour }, row.used);
      return isKept ? record.value : undefined;
    });
  return {
    get,
    known(name, keys) {
      const asked = { kind: name, version: kinds[name].version, keys: JSON.stringify(keys) };
      return use((current) => inOne(current, () => knownKeys(current, asked, thisHour())));
    },
    all(name, key) {
      const value = get(name, key);
      return value === undefined ? [] : [value];
    },
    set(name, key, value) {
      const { version } = kinds[name];
      const row = completeRow({ kind: name, key, version, value: JSON.stringify(value), used: thisHour() });
      use((current) => inOne(current, () => insert(current, row)));
      // Whoever made the database again may have read the old one before.
      if (!isReplaced(root, connection)) return;
      reconnect();
      use((current) => inOne(current, () => insert(current, row)));
    },
    use: (work) => use(({ database }) => work(database)),
    isSound() {
      try {
        return connection.database.prepare("PRAGMA integrity_check").get()?.integrity_check === "ok";
      } catch (thrown) {
        if (isDamage(thrown, connection.file)) return false;
        throw thrown;
      }
    },
    remake: remakeThis,
    size: () => statSync(connection.file).size,
    [Symbol.dispose]: () => connection.database.close(),
  };
}

function isLost(root: string, { standsFor }: References): boolean {
  return standsFor !== undefined && !existsSync(`${root}/trees/${standsFor}`);
}

type Connection = {
  readonly file: string;
  readonly database: DatabaseSync;
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly select: StatementSync;
  readonly touchDay: StatementSync;
  readonly touchHour: StatementSync;
  readonly insertRecord: StatementSync;
  readonly insertUse: StatementSync;
  readonly selectKnown: StatementSync;
};

/**
 * Opens the database of the store at `root`, made if absent. One that is damaged is made again before.
 *
 * `synchronous = NORMAL` in WAL mode: what was committed last may be lost when the power fails, but the database stays
 * whole (sqlite.org/pragma.html#pragma_synchronous). Records can be found out again; waiting for the disk at each
 * would cost more than they do.
 *
 * @throws what SQLite throws, where the reason is not that the database is damaged
 */
function connect(root: string, { remake, migrate }: Connecting): Connection {
  for (const until = performance.now() + patience; ; ) {
    const file = currentFile(root);
    try {
      const connection = open(file, migrate);
      // Else the file was made again, and the damaged one removed, before it was opened.
      if (currentFile(root) === file) return connection;
      connection.database.close();
    } catch (thrown) {
      if (isDamage(thrown, file)) remake(file);
      // Two processes that make WAL of one file would wait for each other for ever, so that SQLite lets one not wait at all.
      else if (isBusy(thrown) && performance.now() < until) Atomics.wait(sleeper, 0, 0, 5);
      else throw thrown;
    }
  }
}

/** How long others are waited for, in milliseconds. */
const patience = 30_000;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

type Connecting = {
  /** Makes the database again that is in that file. */
  readonly remake: (file: string) => void;
  /** Brings an older database to today's form. */
  readonly migrate?: ((database: DatabaseSync) => void) | undefined;
};

function open(file: string, migrate: Connecting["migrate"]): Connection {
  const database = new DatabaseSync(file, { timeout: patience });
  try {
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${schema}`);
    migrate?.(database);
    database.exec(olderView);
    return {
      file,
      database,
      begin: database.prepare("BEGIN IMMEDIATE"),
      commit: database.prepare("COMMIT"),
      select: database.prepare(`SELECT value, digest, ${cut("used", usedHour)} FROM records WHERE ${ofKey}`),
      touchDay: database.prepare(`UPDATE records SET used = :day WHERE ${ofKey}`),
      touchHour: database.prepare(
        `INSERT OR REPLACE INTO uses SELECT kind, key, version, :hour FROM records WHERE ${ofKey}`,
      ),
      insertRecord: database.prepare(insertRecord),
      insertUse: database.prepare(insertUse),
      selectKnown: database.prepare(
        `SELECT key, ${cut("used", usedHour)} FROM records
         WHERE kind = :kind AND version = :version AND key IN (SELECT value FROM json_each(:keys))`,
      ),
    };
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** A Gantry that is older than layouts would take a store without that name for an empty one, and collect its trees. */
const olderView = `
  CREATE VIEW IF NOT EXISTS memo AS SELECT kind, key, value, used FROM records WHERE FALSE;
`;

/** The text of a record and the hour of its last use; undefined where there is none, or it is damaged. */
function findRow(
  { select }: Connection,
  { kind, key, version }: RowKey,
): Pick<Row, "value" | "used"> | undefined {
  const row = select.get({ kind, key, version });
  if (typeof row?.value !== "string") return undefined;
  const { value } = row;
  if (row.digest !== digestOfRow({ kind, key, version, value })) return undefined;
  return { value, used: Number(row.used) };
}

/** Makes several changes one, which also takes half the time: a change alone is a transaction of its own. */
function inOne<T>({ database, begin, commit }: Connection, change: () => T): T {
  begin.run();
  try {
    const result = change();
    commit.run();
    return result;
  } finally {
    if (database.isTransaction) database.exec("ROLLBACK");
  }
}

type Asked = { readonly kind: string; readonly version: number; readonly keys: string };

/** The keys that are there, noted as used. */
function knownKeys(connection: Connection, { kind, version, keys }: Asked, hour: number): Set<string> {
  const rows = connection.selectKnown.all({ kind, version, keys });
  for (const { key, used } of rows)
    if (used !== hour) touch(connection, { kind, key: String(key), version, used: hour }, Number(used));
  return new Set(rows.map(({ key }) => String(key)));
}

/** Notes that a record is used; false where there is none any more. */
function touch(
  { touchDay, touchHour }: Connection,
  { kind, key, version, used }: Omit<Row, "value" | "digest">,
  before: number,
): boolean {
  const place = { kind, key, version };
  if (dayOf(used) !== dayOf(before)) touchDay.run({ ...place, day: dayOf(used) });
  return touchHour.run({ ...place, hour: used }).changes === 1;
}

/**
 * Makes the database again under the next number, from what can be read of `file`; returns how many records that were,
 * or undefined where another process did it meanwhile.
 *
 * @param more records for what the damaged one may have lost
 */
function remakeDatabase(root: string, file: string, more: readonly Row[]): number | undefined {
  return exclusivelyNow(`${root}/locks`, "index", () => {
    if (currentFile(root) !== file) return undefined;
    const kept = readableRows(file);
    const fresh = `${root}/index.new`;
    for (const each of withCompanions(fresh)) rmSync(each, { force: true });
    const database = new DatabaseSync(fresh);
    database.exec(`PRAGMA synchronous = FULL; ${schema} BEGIN`);
    insertRows(database, [...more, ...kept]);
    database.exec("COMMIT");
    database.close();
    renameSync(fresh, nextFile(file));
    for (const each of withCompanions(file)) rmSync(each, { recursive: true, force: true });
    return kept.length;
  });
}

/** What can be read before the damage, and from the other end; of what has lost its hour the day counts. */
function readableRows(file: string): Row[] {
  const rows = new Map<string, Row>();
  const ways = [true, false].flatMap((hours) =>
    (["ASC", "DESC"] as const).map((order) => ({ order, hours })),
  );
  for (const way of ways) {
    const database = new DatabaseSync(file, { timeout: patience });
    try {
      for (const row of rowsOf(database, way))
        if (isWhole(row) && !rows.has(row.digest)) rows.set(row.digest, row);
    } catch (thrown) {
      if (sqliteResult(thrown) === undefined) throw thrown;
    } finally {
      database.close();
    }
  }
  return [...rows.values()];
}

/** With the files that SQLite has beside it. */
function withCompanions(file: string): string[] {
  return [file, `${file}-wal`, `${file}-shm`, `${file}-journal`];
}

function currentFile(root: string): string {
  const numbers = readdirSync(root).flatMap((name) => /^index-(\d+)\.sqlite$/.exec(name)?.[1] ?? []);
  return numbers.length === 0
    ? `${root}/index.sqlite`
    : `${root}/index-${Math.max(...numbers.map(Number))}.sqlite`;
}

/** The name that the database gets when `file` is made again. */
function nextFile(file: string): string {
  const number = Number(/-(\d+)\.sqlite$/.exec(file)?.[1] ?? 0);
  return file.replace(/(?:-\d+)?\.sqlite$/, `-${number + 1}.sqlite`);
}

/** Whether another process made the database again since it was opened. */
function isReplaced(root: string, { file }: Connection): boolean {
  // The next one may have been damaged and removed in its turn.
  return currentFile(root) !== file;
}

/**
 * Whether SQLite threw since what is in the file is wrong, and not since the file is locked, the disk full, or writing
 * not permitted (sqlite.org/rescode.html).
 */
function isDamage(thrown: unknown, file: string): boolean {
  const code = sqliteResult(thrown);
  if (code === undefined) return false;
  const [error, readOnly, corrupt, cannotOpen, tooBig, notADatabase] = [1, 8, 11, 14, 18, 26];
  // Our statements are right, so that an error in one means that the tables are others.
  if ([error, corrupt, tooBig, notADatabase].includes(code)) return true;
  // A damaged header may say that the database is not to be written to.
  return [readOnly, cannotOpen].includes(code) && isWritable(file);
}

function isBusy(thrown: unknown): boolean {
  return sqliteResult(thrown) === 5;
}

function isWritable(file: string): boolean {
  try {
    for (const path of [file, dirname(file)]) accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Says of every tree that it was used now: which were, a damaged database does not tell for certain. */
function claimsOfAll(root: string, used: number): Row[] {
  const { version } = kinds.tree;
  const trees = readdirSync(`${root}/trees`).filter((name) => asDigest(name) !== undefined);
  return trees.map((key) => completeRow({ kind: "tree", key, version, value: "null", used }));
}

function remadeText(kept: number): string {
  const records = kept === 1 ? "1 record" : `${kept} records`;
  return `the index of the store was damaged, and was made again with the ${records} that could be read; what it no longer knows is found out again by building`;
}
