import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type Digest, digestOf } from "../../base/digest.ts";

/** The records as the database of the index has them: its tables, and what is written to and read from them. */

/** A record as the database has it. */
export type Row = {
  readonly kind: string;
  readonly key: string;
  readonly version: number;
  readonly value: string;
  readonly digest: string;
  /** The hour of its last use, in hours after the epoch. */
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

export type RowKey = Pick<Row, "kind" | "key" | "version">;

/** The hour of a moment in seconds after the epoch: as exact as last uses are known. */
export function hourOf(seconds: number): number {
  return Math.floor(seconds / 3600);
}

/** As the column `used` of `records` has it. */
export function dayOf(hour: number): number {
  return Math.floor(hour / 24);
}

/**
 * `used` is the day of a record's last use; `uses` has the hour apart, so that noting it does not write the record anew, which
 * may be long. A Gantry that knows `used` alone writes no hour: then the day counts, up to its end.
 */
export const schema = `
  CREATE TABLE IF NOT EXISTS records (
    kind TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL,
    value TEXT NOT NULL, digest TEXT NOT NULL, used INTEGER NOT NULL,
    PRIMARY KEY (kind, key, version)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX IF NOT EXISTS records_by_use ON records (used);
  CREATE TABLE IF NOT EXISTS uses (
    kind TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, hour INTEGER NOT NULL,
    PRIMARY KEY (kind, key, version)
  ) WITHOUT ROWID, STRICT;
`;

export const ofKey = "kind = :kind AND key = :key AND version = :version";

const endOfDay = "records.used * 24 + 23";

/** The hour after the epoch of the last use of a row of `records`. */
export const usedHour = `coalesce((
    SELECT hour FROM uses WHERE uses.kind = records.kind AND uses.key = records.key
      AND uses.version = records.version AND hour / 24 = records.used
  ), ${endOfDay})`;

export const insertRecord =
  "INSERT OR REPLACE INTO records (kind, key, version, value, digest, used) VALUES (:kind, :key, :version, :value, :digest, :day)";

export const insertUse =
  "INSERT OR REPLACE INTO uses (kind, key, version, hour) VALUES (:kind, :key, :version, :hour)";

/** Statements of `insertRecord` and `insertUse`. */
type Inserting = { readonly insertRecord: StatementSync; readonly insertUse: StatementSync };

/** Writes a record that is used in the hour that it says. */
export function insert(
  { insertRecord, insertUse }: Inserting,
  { kind, key, version, value, digest, used }: Row,
): void {
  insertRecord.run({ kind, key, version, value, digest, day: dayOf(used) });
  insertUse.run({ kind, key, version, hour: used });
}

/** Writes many records. */
export function insertRows(database: DatabaseSync, rows: Iterable<Row>): void {
  const statements = { insertRecord: database.prepare(insertRecord), insertUse: database.prepare(insertUse) };
  for (const row of rows) insert(statements, row);
}

/** The digest of a record also covers where it stands, since a flipped bit may move it. */
export function digestOfRow({ kind, key, version, value }: RowKey & Pick<Row, "value">): Digest {
  return digestOf(`${kind}\0${key}\0${version}\0${value}`);
}

/**
 * Every record, whole or not, in the order of their keys.
 *
 * The numbers are cut to what JavaScript can hold: Node throws for a damaged one that is larger.
 */
export function* rowsOf(
  database: DatabaseSync,
  { order = "ASC", hours = true }: Reading = {},
): Generator<Row | DamagedRow> {
  const used = cut("used", hours ? usedHour : endOfDay);
  const rows = database.prepare(
    `SELECT kind, key, value, digest, ${cut("version")}, ${used} FROM records
     ORDER BY kind ${order}, key ${order}, version ${order}`,
  );
  for (const { kind, key, value, digest, version, used } of rows.iterate()) {
    const place = { kind: String(kind), key: String(key), version: Number(version) };
    yield checkedRow({ ...place, used: Number(used) }, value, digest);
  }
}

function checkedRow(damaged: DamagedRow, value: unknown, digest: unknown): Row | DamagedRow {
  if (typeof value !== "string" || typeof digest !== "string") return damaged;
  return digest === digestOfRow({ ...damaged, value }) ? { ...damaged, value, digest } : damaged;
}

/**
 * The records that were used in that hour or later, and that `wanted` names. The text of no other is read, so that this is quick
 * where little was used.
 */
export function* rowsUsedSince(
  database: DatabaseSync,
  hour: number,
  wanted: (place: RowKey) => boolean,
): Generator<Row | DamagedRow> {
  const places = database
    .prepare(
      `SELECT kind, key, ${cut("version")} FROM records INDEXED BY records_by_use
       WHERE used >= :day AND ${usedHour} >= :hour`,
    )
    .all({ day: dayOf(hour), hour });
  const select = database.prepare(
    `SELECT value, digest, ${cut("used", usedHour)} FROM records WHERE ${ofKey}`,
  );
  for (const { kind, key, version } of places) {
    const place = { kind: String(kind), key: String(key), version: Number(version) };
    if (!wanted(place)) continue;
    const { value, digest, used } = select.get(place) ?? {};
    yield checkedRow({ ...place, used: Number(used) }, value, digest);
  }
}

type Reading = {
  readonly order?: "ASC" | "DESC";
  /** Whether the table `uses` is read. Default: it is. */
  readonly hours?: boolean;
};

/** A column of numbers, each as JavaScript can hold it. */
export function cut(column: string, expression = `records.${column}`): string {
  return `${whole(expression)} AS ${column}`;
}

/** A number as JavaScript can hold it. */
export function whole(expression: string): string {
  return `min(max(${expression}, 0), ${Number.MAX_SAFE_INTEGER})`;
}
