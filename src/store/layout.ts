import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { entriesOf } from "../tree/walk.ts";
import { completeRow, insertRow, type Row } from "./database.ts";
import { kindNamed } from "./kinds.ts";

/**
 * How the parts of a store lie on the disk. Raised when a Gantry that is older could not use the store as it should,
 * together with a migration of the stores that are there.
 *
 * 1. The index has the table `memo`, of texts without a digest. Such stores have no file `version`.
 * 2. The index has the table `records`.
 */
const today = 2;

/** Which layout a store has. */
export type Layout = "today's" | "older" | "newer";

/** The layout of the store at `root`, by its file `version`. What has none is older, or new and empty. */
export function layoutOf(root: string): Layout {
  const written = versionIn(root);
  if (written === undefined || written < today) return "older";
  return written === today ? "today's" : "newer";
}

/** What to say to somebody whose Gantry is older than the store. */
export function newerLayout(root: string): Diagnostic {
  return diagnostic("store-newer", `the store at \`${root}\` was made by a newer Gantry`, {
    notes: [`it has layout ${versionIn(root)}; this Gantry knows layouts up to ${today}`],
    help: ["update Gantry, or use another store: `--store DIR`"],
  });
}

/** Says that a store has today's layout. On the disk for certain when it returns. */
export function recordLayout(root: string): void {
  const fresh = `${root}/version.new`;
  const descriptor = openSync(fresh, "w");
  writeSync(descriptor, `${today}\n`);
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(fresh, `${root}/version`);
}

/** Undefined where the file is absent, or says nothing that can be understood. */
function versionIn(root: string): number | undefined {
  try {
    const text = readFileSync(`${root}/version`, "utf8");
    return /^\d+\n$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}

/** In layout 1 a claim was a directory, and held by nothing. */
export function removeOldClaims(root: string): void {
  for (const { name, type } of existsSync(`${root}/claims`) ? entriesOf(`${root}/claims`) : [])
    if (type === "directory") rmSync(`${root}/claims/${name}`, { recursive: true, force: true });
}

/** Makes the records of layout 1 those of layout 2, where the database still has that. */
export function migrateIndex(database: DatabaseSync): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    const memo = database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'memo'")
      .get();
    if (memo) {
      const rows = database.prepare("SELECT kind, key, value, used FROM memo").all();
      for (const { kind, key, value, used } of rows) {
        const row = migratedRow({
          kind: String(kind),
          key: String(key),
          value: String(value),
          used: Number(used),
        });
        if (row) insertRow(database, row);
      }
      database.exec("DROP TABLE memo");
    }
    database.exec("COMMIT");
  } finally {
    if (database.isTransaction) database.exec("ROLLBACK");
  }
}

/** Undefined for what this Gantry would not understand. It is found out again. */
function migratedRow({ kind, key, value, used }: Omit<Row, "digest" | "version">): Row | undefined {
  const known = kindNamed(kind);
  if (known?.version !== 1) return undefined;
  const newKey = migratedKey(kind, key);
  for (const json of migratedValues(kind, value)) {
    const record = known.read(json, newKey);
    if (record)
      return completeRow({ kind, key: newKey, version: 1, value: JSON.stringify(record.value), used });
  }
  return undefined;
}

/** Layout 1 had the version of a kind in the key. */
function migratedKey(kind: string, key: string): string {
  if (["crate", "git", "git-package"].includes(kind)) return key.replace(/ 1$/, "");
  if (["lock", "base-dpkg", "native-dpkg", "native-listing", "native-path"].includes(kind))
    return key.replace(/^1 /, "");
  return key;
}

/** A text of layout 1 was JSON, or itself the value, or a digest and a version. */
function migratedValues(kind: string, text: string): unknown[] {
  if (["tree", "root", "sandbox"].includes(kind)) return [null];
  if (/^(?:native-(?!told)|base-dpkg)/.test(kind)) {
    const [digest, version] = text.split(" ");
    return [text === "" ? null : { digest, ...(version !== undefined && { version }) }];
  }
  try {
    return [JSON.parse(text), text];
  } catch {
    return [text];
  }
}
