import { stringify } from "smol-toml";
import { tableOf } from "./table.ts";
import { isTable, type TomlTable, type TomlValue } from "./toml.ts";

/** TOML with the keys of every table in order: comments, formatting and the order of keys leave no trace. */
export function canonicalToml(table: TomlTable): string {
  const text = stringify(sorted(table));
  return text === "\n" ? "" : text;
}

function sorted(value: TomlValue): TomlValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isTable(value)) return value;
  return tableOf(Object.entries(value).map(([key, child]) => [key, sorted(child)]));
}
