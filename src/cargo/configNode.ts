import type { Place } from "../base/diagnostic.ts";
import { placeOf } from "./placeOf.ts";
import type { TomlDocument, TomlPath, TomlTable, TomlValue } from "./toml.ts";
import { isTable } from "./toml.ts";

/** A value of Cargo's configuration, which remembers where it was written. */
export type ConfigNode = ConfigScalar | ConfigList | ConfigTable;

export type Origin = { readonly document: TomlDocument; readonly path: TomlPath };

export type ConfigScalar = {
  readonly kind: "scalar";
  readonly value: Exclude<TomlValue, TomlTable | TomlValue[]>;
  readonly origin: Origin;
};

export type ConfigList = {
  readonly kind: "list";
  readonly items: readonly ConfigNode[];
  readonly origin: Origin;
};

export type ConfigTable = {
  readonly kind: "table";
  readonly entries: ReadonlyMap<string, ConfigNode>;
  /** Of the nearest file that has it. */
  readonly origin: Origin;
};

/** A document as a node. */
export function configNode(document: TomlDocument): ConfigTable {
  return tableNode(document.table, { document, path: [] });
}

/** Where a node was written, for a diagnostic. */
export function placeOfNode({ origin }: ConfigNode): Place {
  return placeOf(origin.document, origin.path);
}

function nodeOf(value: TomlValue, origin: Origin): ConfigNode {
  if (Array.isArray(value)) {
    const items = value.map((item, index) => nodeOf(item, at(origin, index)));
    return { kind: "list", items, origin };
  }
  return isTable(value) ? tableNode(value, origin) : { kind: "scalar", value, origin };
}

function tableNode(table: TomlTable, origin: Origin): ConfigTable {
  const entries = Object.entries(table).map(([key, value]) => [key, nodeOf(value, at(origin, key))] as const);
  return { kind: "table", entries: new Map(entries), origin };
}

function at({ document, path }: Origin, step: string | number): Origin {
  return { document, path: [...path, step] };
}
