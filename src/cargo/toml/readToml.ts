import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { placeOf } from "./placeOf.ts";
import {
  isTable,
  kindOf,
  showPath,
  type TomlDocument,
  type TomlPath,
  type TomlTable,
  type TomlValue,
} from "./toml.ts";

/**
 * One table of a document, read field by field. A field that is absent reads as undefined, and so does one
 * of the wrong type; the latter is noted and makes `finish` an error. Keys nobody asks for are ignored.
 */
export type TomlReader = {
  readonly path: TomlPath;
  readonly table: TomlTable;
  value(key: string): TomlValue | undefined;
  string(key: string): string | undefined;
  /** A string that must be there; `""` where it is not. */
  required(key: string): string;
  boolean(key: string): boolean | undefined;
  strings(key: string): readonly string[] | undefined;
  /** A table. `expected` says what else would have been right: `a string or a table`. */
  child(key: string, expected?: string): TomlReader | undefined;
  /** The tables in a table, with their names. */
  children(key: string): readonly (readonly [name: string, reader: TomlReader])[];
  /** An array of tables. */
  list(key: string): readonly TomlReader[];
  /** The table at `index` of an array. */
  element(key: string, index: number, expected?: string): TomlReader | undefined;
  /** Notes that the value has the wrong type. */
  expect(key: string, expected: string): void;
  /** Notes another mistake; `label` is shown beside the underlined value. */
  fail(key: string, message: string, label?: string): void;
};

type TomlReading = {
  readonly root: TomlReader;
  /** `value`, or the first mistake that was noted. */
  finish<T>(value: T): Result<T>;
};

/**
 * Reads a document's tables by type. All mistakes get `code`, the place and its line.
 *
 * @example
 * const { root, finish } = readToml(document, "manifest-invalid");
 * return finish({ name: root.child("package")?.required("name") });
 */
export function readToml(document: TomlDocument, code: string): TomlReading {
  let first: Diagnostic | undefined;
  const note = (path: TomlPath, message: string, label?: string): void => {
    if (first) return;
    const place = placeOf(document, path);
    first = diagnostic(code, message, { place: label === undefined ? place : { ...place, label } });
  };
  return {
    root: readerOf(document.table, [], note),
    finish: (value) => (first ? err(first) : ok(value)),
  };
}

type Note = (path: TomlPath, message: string, label?: string) => void;

function readerOf(table: TomlTable, path: TomlPath, note: Note): TomlReader {
  const value = (key: string): TomlValue | undefined => table[key] ?? table[legacyNames.get(key) ?? key];
  const wrong = (at: TomlPath, expected: string, found: TomlValue): void =>
    note(at, `\`${showPath(at)}\` must be ${expected}, found ${kindOf(found)}`, `expected ${expected}`);
  const tableAt = (at: TomlPath, found: TomlValue | undefined, expected: string): TomlReader | undefined => {
    if (found === undefined) return undefined;
    if (isTable(found)) return readerOf(found, at, note);
    wrong(at, expected, found);
    return undefined;
  };
  const array = (key: string, expected: string): readonly TomlValue[] | undefined => {
    const found = value(key);
    if (found === undefined || Array.isArray(found)) return found;
    wrong([...path, key], expected, found);
    return undefined;
  };
  const reader: TomlReader = {
    path,
    table,
    value,
    string(key) {
      const found = value(key);
      if (found === undefined || typeof found === "string") return found;
      wrong([...path, key], "a string", found);
      return undefined;
    },
    required(key) {
      if (value(key) !== undefined) return reader.string(key) ?? "";
      note([...path, key], `\`${showPath([...path, key])}\` is missing`, `\`${key}\` is missing here`);
      return "";
    },
    boolean(key) {
      const found = value(key);
      if (found === undefined || typeof found === "boolean") return found;
      wrong([...path, key], "a boolean", found);
      return undefined;
    },
    strings: (key) =>
      array(key, "an array of strings")?.flatMap((element, index) => {
        if (typeof element === "string") return [element];
        wrong([...path, key, index], "a string", element);
        return [];
      }),
    child: (key, expected = "a table") => tableAt([...path, key], value(key), expected),
    children(key) {
      const child = reader.child(key);
      return Object.keys(child?.table ?? {}).flatMap((name) => {
        const grandchild = child?.child(name);
        return grandchild ? [[name, grandchild] as const] : [];
      });
    },
    list: (key) =>
      (array(key, "an array of tables") ?? []).flatMap((_, index) => reader.element(key, index) ?? []),
    element: (key, index, expected = "a table") =>
      tableAt([...path, key, index], array(key, "an array")?.[index], expected),
    expect(key, expected) {
      const found = value(key);
      if (found !== undefined) wrong([...path, key], expected, found);
    },
    fail: (key, message, label) => note([...path, key], message, label),
  };
  return reader;
}

/** Spellings that Cargo still reads in manifests of editions before 2024. */
const legacyNames: ReadonlyMap<string, string> = new Map([
  ["dev-dependencies", "dev_dependencies"],
  ["build-dependencies", "build_dependencies"],
  ["default-features", "default_features"],
  ["crate-type", "crate_type"],
  ["proc-macro", "proc_macro"],
]);

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The object without the fields that are undefined, for types whose optional fields must be absent. */
export function ifDefined<T extends object>(fields: T): Defined<T>;
export function ifDefined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
