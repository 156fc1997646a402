import { byCodeUnit } from "../../base/canonical.ts";
import type { TomlValue } from "../toml.ts";

/** Names of which order and number do not matter, in order, each once. Anything else is returned as it is. */
export function sortedSet(value: TomlValue): TomlValue {
  if (!Array.isArray(value)) return value;
  const names = value.filter((element) => typeof element === "string");
  return names.length === value.length ? [...new Set(names)].sort(byCodeUnit) : value;
}
