import { normalPath } from "../normalPath.ts";
import { mapTable, tableOf } from "../table.ts";
import { isTable, type TomlValue } from "../toml.ts";
import { sortedSet } from "./sortedSet.ts";

/** Every entry of a `dependencies` table, or of a `[patch]`, through `reduceDependency`. */
export function reduceDependencies(table: TomlValue): TomlValue {
  return isTable(table) ? mapTable(table, reduceDependency) : table;
}

/**
 * One dependency in one form: always a table, features in order. A path dependency loses the version it
 * requires and the registry it would be published to: both speak of releases, and the package it leads to has
 * another version in the dummy.
 */
function reduceDependency(value: TomlValue): TomlValue {
  if (typeof value === "string") return tableOf([["version", value]]);
  if (!isTable(value)) return value;
  const { path } = value;
  return mapTable(value, (field, key) => {
    if (key === "features") return sortedSet(field);
    if (typeof path !== "string") return field;
    if (key === "path") return normalPath(path);
    return publishing.has(key) ? undefined : field;
  });
}

const publishing = new Set(["version", "registry", "registry-index"]);
