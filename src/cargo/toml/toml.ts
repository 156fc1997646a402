// cargo/toml: TOML as values, with the places of values for diagnostics, and typed reading of tables.

import { parse, stringify, TomlError, type TomlTable, type TomlValue } from "smol-toml";
import { diagnostic } from "../../base/diagnostic.ts";
import { byCodeUnit } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { redact } from "../redact.ts";

export type { TomlTable, TomlValue };

/**
 * A TOML file that was read: its values, and its text for showing places.
 *
 * Tables have no prototype, so a crate named `constructor` is a key like any other. Integers that a
 * JavaScript number cannot hold are `bigint`.
 */
export type TomlDocument = {
  /** As the user would type it: relative to the project where possible. */
  readonly file: string;
  readonly text: string;
  readonly table: TomlTable;
};

/** A way into a document: names of keys and indexes of array elements. */
export type TomlPath = readonly (string | number)[];

/** Whether a value is a table (and not a date or an array). */
export function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}

/** A path as one would write it in TOML: `target."cfg(unix)".dependencies`, `bin[0].name`. */
export function showPath(path: TomlPath): string {
  return path.reduce<string>((shown, step) => {
    if (typeof step === "number") return `${shown}[${step}]`;
    const key = /^[\w-]+$/.test(step) ? step : JSON.stringify(step);
    return shown === "" ? key : `${shown}.${key}`;
  }, "");
}

/** What a value is, with its article, for messages. */
export function kindOf(value: TomlValue): string {
  if (typeof value === "string") return "a string";
  if (typeof value === "boolean") return "a boolean";
  if (typeof value === "bigint" || Number.isInteger(value)) return "an integer";
  if (typeof value === "number") return "a float";
  if (Array.isArray(value)) return "an array";
  return value instanceof Date ? "a date" : "a table";
}

/**
 * Reads TOML. `file` is the name that diagnostics show.
 *
 * Errors: `toml-syntax`, with the place and its line.
 *
 * @example
 * const document = parseToml("Cargo.toml", text);
 * if (document.ok) document.value.table.package;
 */
export function parseToml(file: string, text: string): Result<TomlDocument> {
  const plain = text.startsWith("\ufeff") ? text.slice(1) : text;
  try {
    const table = parse(plain, { integersAsBigInt: "asNeeded" });
    return ok({ file, text: plain, table });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = (error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
    const line = (plain.split("\n")[error.line - 1] ?? "").replace(/\r$/, "");
    return err(
      diagnostic("toml-syntax", `\`${file}\` is not valid TOML: ${reason}`, {
        place: { file, line: error.line, column: error.column, length: 1, text: redact(line), label: reason },
        help: /^(<<<<<<<|=======|>>>>>>>)/.test(line) ? ["resolve the merge conflict: git status"] : [],
      }),
    );
  }
}

/** A table without a prototype, so that a crate named `__proto__` is a key like any other. */
export function tableOf(entries: Iterable<readonly [string, TomlValue | undefined]>): TomlTable {
  const table: TomlTable = Object.create(null);
  for (const [key, value] of entries) if (value !== undefined) table[key] = value;
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
export function omitKeys(table: TomlTable, keys: ReadonlySet<string>): TomlTable {
  return mapTable(table, (value, key) => (keys.has(key) ? undefined : value));
}

/** Undefined for an empty table, which means the same as none where it stands. Other values come back. */
export function unlessEmpty(value: TomlValue): TomlValue | undefined {
  return isTable(value) && Object.keys(value).length === 0 ? undefined : value;
}

/** TOML with the keys of every table in order: comments, formatting and the order of keys leave no trace. */
export function canonicalToml(table: TomlTable): string {
  const text = stringify(sorted(table));
  return text === "\n" ? "" : text;
}

function sorted(value: TomlValue): TomlValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isTable(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => byCodeUnit(a, b));
  return tableOf(entries.map(([key, child]) => [key, sorted(child)]));
}

/** Names of which order and number do not matter, in order, each once. Anything else is returned as it is. */
export function sortedSet(value: TomlValue): TomlValue {
  if (!Array.isArray(value)) return value;
  const names = value.filter((element) => typeof element === "string");
  return names.length === value.length ? [...new Set(names)].sort(byCodeUnit) : value;
}
