import { byCodeUnit } from "../base/canonical.ts";
import { isTable, type TomlTable, type TomlValue } from "./toml.ts";

/** A table without a prototype, so that a crate named `__proto__` is a key like any other. */
export function tableOf(entries: Iterable<readonly [string, TomlValue | undefined]>): TomlTable {
  const table: TomlTable = Object.create(null);
  const present = [...entries].sort(([a], [b]) => byCodeUnit(a, b));
  for (const [key, value] of present) if (value !== undefined) table[key] = value;
  return table;
}

/** Every value of a table through `change`; what it returns undefined for is left out. */
export function mapTable(
  table: TomlTable,
  change: (value: TomlValue, key: string) => TomlValue | undefined,
): TomlTable {
  return tableOf(Object.entries(table).map(([key, value]) => [key, change(value, key)]));
}

/** The table without some of its keys. */
export function without(table: TomlTable, keys: ReadonlySet<string>): TomlTable {
  return mapTable(table, (value, key) => (keys.has(key) ? undefined : value));
}

/** Undefined for an empty table, which means the same as none where it stands. Other values come back. */
export function unlessEmpty(value: TomlValue): TomlValue | undefined {
  return isTable(value) && Object.keys(value).length === 0 ? undefined : value;
}
