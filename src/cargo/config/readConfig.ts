import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { kindOf, showPath } from "../toml/toml.ts";
import { type ConfigNode, type ConfigTable, type ConfigValue, placeOfNode } from "./cargoConfig.ts";

/** One table of settings, read field by field; the wrong type is noted and reads as absent. */
export type ConfigReader = {
  readonly table: ConfigTable;
  string(key: string): ConfigValue<string> | undefined;
  /** A string that must be there. */
  required(key: string): ConfigValue<string> | undefined;
  boolean(key: string): ConfigValue<boolean> | undefined;
  integer(key: string): ConfigValue<number> | undefined;
  /** An array of strings, or one string whose words are separated by spaces. */
  words(key: string): ConfigValue<readonly string[]> | undefined;
  /** An array of strings, each with its own origin. */
  strings(key: string): readonly ConfigValue<string>[];
  child(key: string): ConfigReader | undefined;
  /** The tables in a table, by name, read by `read`. */
  each<T>(key: string, read: (reader: ConfigReader, name: string) => T): Readonly<Record<string, T>>;
};

/** Reads by type; mistakes are added to `problems`, as `config-invalid`. */
export function readConfig(table: ConfigTable, problems: Diagnostic[]): ConfigReader {
  const wrong = (node: ConfigNode, expected: string): undefined => {
    const found = node.kind === "scalar" ? kindOf(node.value) : node.kind === "list" ? "an array" : "a table";
    const message = `\`${showPath(node.origin.path)}\` must be ${expected}, found ${found}`;
    const place = { ...placeOfNode(node), label: `expected ${expected}` };
    problems.push(diagnostic("config-invalid", message, { place }));
  };
  const text = (node: ConfigNode): ConfigValue<string> | undefined =>
    node.kind === "scalar" && typeof node.value === "string"
      ? { value: node.value, origin: node.origin }
      : wrong(node, "a string");
  const reader: ConfigReader = {
    table,
    string(key) {
      const node = table.entries.get(key);
      return node && text(node);
    },
    required(key) {
      if (table.entries.has(key)) return reader.string(key);
      const place = { ...placeOfNode(table), label: `\`${key}\` is missing here` };
      const path = showPath([...table.origin.path, key]);
      problems.push(diagnostic("config-invalid", `\`${path}\` is missing`, { place }));
      return undefined;
    },
    boolean(key) {
      const node = table.entries.get(key);
      if (!node) return undefined;
      const value = node.kind === "scalar" ? node.value : undefined;
      return typeof value === "boolean" ? written(node, value) : wrong(node, "a boolean");
    },
    integer(key) {
      const node = table.entries.get(key);
      if (!node) return undefined;
      const value = node.kind === "scalar" ? node.value : undefined;
      return typeof value === "number" ? written(node, value) : wrong(node, "an integer");
    },
    words(key) {
      const node = table.entries.get(key);
      if (!node) return undefined;
      const words =
        node.kind === "list"
          ? reader.strings(key).map(({ value }) => value)
          : text(node)
              ?.value.split(/\s+/)
              .filter((word) => word !== "");
      return words && written(node, words);
    },
    strings(key) {
      const node = table.entries.get(key);
      if (node?.kind === "list") return node.items.flatMap((item) => text(item) ?? []);
      if (node) wrong(node, "an array of strings");
      return [];
    },
    child(key) {
      const node = table.entries.get(key);
      if (!node || node.kind === "table") return node && readConfig(node, problems);
      return wrong(node, "a table");
    },
    each(key, read) {
      const child = reader.child(key);
      const names = [...(child?.table.entries.keys() ?? [])];
      return Object.fromEntries(
        names.flatMap((name) => {
          const grandchild = child?.child(name);
          return grandchild ? [[name, read(grandchild, name)]] : [];
        }),
      );
    },
  };
  return reader;
}

function written<T>(node: ConfigNode, value: T): ConfigValue<T> {
  return { value, origin: node.origin };
}
