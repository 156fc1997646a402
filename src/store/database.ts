import { accessSync, constants, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type Digest, digestOf } from "../base/digest.ts";
import { exclusivelyNow } from "./locks.ts";

/**
 * The database of the index: how it is opened, which damage is told by which error, and how it is made again.
 *
 * A database that is damaged is not mended in its place, where other processes may have it open: a new one is made
 * beside it, with the next number (`index.sqlite`, `index-1.sqlite`, …). The highest number is the one that counts.
 */
export type Connection = {
  readonly file: string;
  readonly database: DatabaseSync;
  readonly select: StatementSync;
  readonly touch: StatementSync;
  readonly insert: StatementSync;
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
export function connect(root: string, { remake, migrate }: Connecting): Connection {
  for (;;) {
    const file = currentFile(root);
    try {
      const connection = open(file, migrate);
      // Else the file was made again, and the damaged one removed, before it was opened.
      if (currentFile(root) === file) return connection;
      connection.database.close();
    } catch (thrown) {
      if (!isDamage(thrown, file)) throw thrown;
      remake(file);
    }
  }
}

type Connecting = {
  /** Makes the database again that is in that file. */
  readonly remake: (file: string) => void;
  /** Brings an older database to today's form. */
  readonly migrate?: ((database: DatabaseSync) => void) | undefined;
};

function open(file: string, migrate: Connecting["migrate"]): Connection {
  const database = new DatabaseSync(file, { timeout: 30_000 });
  try {
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${schema}`);
    migrate?.(database);
    database.exec(olderView);
    return {
      file,
      database,
      select: database.prepare(
        "SELECT value, digest, used = ? AS isUsedToday FROM records WHERE kind = ? AND key = ? AND version = ?",
      ),
      touch: database.prepare("UPDATE records SET used = ? WHERE kind = ? AND key = ? AND version = ?"),
      insert: database.prepare(insertRecord),
    };
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

const schema = `
  CREATE TABLE IF NOT EXISTS records (
    kind TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL,
    value TEXT NOT NULL, digest TEXT NOT NULL, used INTEGER NOT NULL,
    PRIMARY KEY (kind, key, version)
  ) WITHOUT ROWID, STRICT;
`;

/** A Gantry that is older than layouts would take a store without that name for an empty one, and collect its trees. */
const olderView = `
  CREATE VIEW IF NOT EXISTS memo AS SELECT kind, key, value, used FROM records WHERE FALSE;
`;

const insertRecord =
  "INSERT OR REPLACE INTO records (kind, key, version, value, digest, used) VALUES (:kind, :key, :version, :value, :digest, :used)";

/** A record as the database has it. */
export type Row = {
  readonly kind: string;
  readonly key: string;
  readonly version: number;
  readonly value: string;
  readonly digest: string;
  /** The day of its last use, in days after the epoch. */
  readonly used: number;
};

/** A row whose text is not what was written. */
export type DamagedRow = Pick<Row, "kind" | "key" | "version" | "used">;

export function isWhole(row: Row | DamagedRow): row is Row {
  return "value" in row;
}

/** A row with its digest. */
export function completeRow(row: Omit<Row, "digest">): Row {
  return { ...row, digest: digestOfRow(row) };
}

/** The text of a record and whether it was used on that day; undefined where there is none, or it is damaged. */
export function findRow(
  { select }: Connection,
  { kind, key, version }: Pick<Row, "kind" | "key" | "version">,
  today: number,
): { readonly value: string; readonly isUsedToday: boolean } | undefined {
  const row = select.get(today, kind, key, version);
  if (typeof row?.value !== "string") return undefined;
  const { value } = row;
  if (row.digest !== digestOfRow({ kind, key, version, value })) return undefined;
  return { value, isUsedToday: row.isUsedToday === 1 };
}

export function insertRow(database: DatabaseSync, row: Row): void {
  database.prepare(insertRecord).run(row);
}

/** The digest of a record also covers where it stands, since a flipped bit may move it. */
function digestOfRow({ kind, key, version, value }: Pick<Row, "kind" | "key" | "version" | "value">): Digest {
  return digestOf(`${kind}\0${key}\0${version}\0${value}`);
}

/**
 * Every record, whole or not, in the order of their keys.
 *
 * The numbers are cut to what JavaScript can hold: Node throws for a damaged one that is larger.
 */
export function* rowsOf(database: DatabaseSync, order: "ASC" | "DESC" = "ASC"): Generator<Row | DamagedRow> {
  const rows = database.prepare(
    `SELECT kind, key, value, digest, ${cut("version")}, ${cut("used")} FROM records
     ORDER BY kind ${order}, key ${order}, version ${order}`,
  );
  for (const { kind, key, value, digest, version, used } of rows.iterate()) {
    const damaged = { kind: String(kind), key: String(key), version: Number(version), used: Number(used) };
    const row = typeof value === "string" ? { ...damaged, value } : undefined;
    yield row && digest === digestOfRow(row) ? { ...row, digest } : damaged;
  }
}

function cut(column: string): string {
  return `min(max(${column}, 0), ${Number.MAX_SAFE_INTEGER}) AS ${column}`;
}

/**
 * Makes the database again under the next number, from what can be read of `file`; returns how many records that were,
 * or undefined where another process did it meanwhile.
 *
 * @param more records for what the damaged one may have lost
 */
export function remakeDatabase(root: string, file: string, more: readonly Row[]): number | undefined {
  return exclusivelyNow(`${root}/locks`, "index", () => {
    if (currentFile(root) !== file) return undefined;
    const kept = readableRows(file);
    const fresh = `${root}/index.new`;
    for (const each of withCompanions(fresh)) rmSync(each, { force: true });
    const database = new DatabaseSync(fresh);
    database.exec(`PRAGMA synchronous = FULL; ${schema} BEGIN`);
    const insert = database.prepare(insertRecord);
    for (const row of [...more, ...kept]) insert.run(row);
    database.exec("COMMIT");
    database.close();
    renameSync(fresh, nextFile(file));
    for (const each of withCompanions(file)) rmSync(each, { recursive: true, force: true });
    return kept.length;
  });
}

/** What can be read before the damage, and from the other end. */
function readableRows(file: string): Row[] {
  const rows = new Map<string, Row>();
  for (const order of ["ASC", "DESC"] as const) {
    const database = new DatabaseSync(file, { timeout: 30_000 });
    try {
      for (const row of rowsOf(database, order)) if (isWhole(row)) rows.set(row.digest, row);
    } catch (thrown) {
      if (!(thrown instanceof Error && "errcode" in thrown)) throw thrown;
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
export function isReplaced({ file }: Connection): boolean {
  return existsSync(nextFile(file));
}

/**
 * Whether SQLite threw since what is in the file is wrong, and not since the file is locked, the disk full, or writing
 * not permitted (sqlite.org/rescode.html).
 */
export function isDamage(thrown: unknown, file: string): boolean {
  if (!(thrown instanceof Error) || !("errcode" in thrown) || typeof thrown.errcode !== "number")
    return false;
  const [error, readOnly, corrupt, cannotOpen, tooBig, notADatabase] = [1, 8, 11, 14, 18, 26];
  const code = thrown.errcode & 0xff;
  // Our statements are right, so that an error in one means that the tables are others.
  if ([error, corrupt, tooBig, notADatabase].includes(code)) return true;
  // A damaged header may say that the database is not to be written to.
  return [readOnly, cannotOpen].includes(code) && isWritable(file);
}

function isWritable(file: string): boolean {
  try {
    for (const path of [file, dirname(file)]) accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
