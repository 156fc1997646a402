import type { DatabaseSync } from "node:sqlite";
import { kindNamed } from "../kinds/kinds.ts";
import { completeRow, insertRows, type Row } from "./rows.ts";

/** Makes the records of layout 1 those of layout 2, where the database still has that. */
export function migrateIndex(database: DatabaseSync): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    const memo = database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'memo'")
      .get();
    if (memo) {
      const rows = database.prepare("SELECT kind, key, value, used FROM memo").all();
      const migrated = rows.map(({ kind, key, value, used }) =>
        // That had days; all of one counts.
        migratedRow({
          kind: String(kind),
          key: String(key),
          value: String(value),
          used: Number(used) * 24 + 23,
        }),
      );
      insertRows(
        database,
        migrated.filter((row) => row !== undefined),
      );
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
  if (["tree", "root"].includes(kind)) return [null];
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
