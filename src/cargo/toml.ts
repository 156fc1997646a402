import type { TomlTable, TomlValue } from "smol-toml";

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
