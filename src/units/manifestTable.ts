import { parseToml } from "../cargo/parseToml.ts";
import type { TomlTable } from "../cargo/toml.ts";

/**
 * The tables of a manifest by the rules of all other TOML: large integers are `bigint`, a byte order mark is skipped.
 * Cargo has planned with the manifest, so one that is no TOML is a bug.
 */
export function manifestTable(text: string): TomlTable {
  const document = parseToml("Cargo.toml", text);
  if (!document.ok) throw new Error(document.error.message);
  return document.value.table;
}
