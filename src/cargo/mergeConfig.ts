import { diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import { type ConfigNode, type ConfigTable, placeOfNode } from "./configNode.ts";
import { showPath, type TomlPath } from "./toml.ts";

/**
 * Merges two levels of configuration as Cargo does
 * (https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure): tables key by key, of
 * single values the nearer one, arrays joined with the nearer one's elements last.
 *
 * Errors: `config-invalid`, where one has a table or an array and the other something else.
 */
export function mergeConfig(near: ConfigTable, far: ConfigTable): Result<ConfigTable> {
  const merged = mergeNodes(near, far, []);
  if (!merged.ok) return merged;
  return ok(merged.value.kind === "table" ? merged.value : near);
}

function mergeNodes(near: ConfigNode, far: ConfigNode, path: TomlPath): Result<ConfigNode> {
  if (near.kind === "scalar" && far.kind === "scalar") return ok(near);
  if (near.kind === "list" && far.kind === "list") {
    return ok(isReplaced(path) ? near : { ...near, items: [...far.items, ...near.items] });
  }
  if (near.kind !== "table" || far.kind !== "table") return err(mismatch(near, far, path));
  const entries = new Map(far.entries);
  for (const [key, node] of near.entries) {
    const other = far.entries.get(key);
    const merged = other ? mergeNodes(node, other, [...path, key]) : ok(node);
    if (!merged.ok) return merged;
    entries.set(key, merged.value);
  }
  return ok({ ...near, entries });
}

/** Commands written as arrays, whose words must not mix with another command's. */
function isReplaced([first, second, third]: TomlPath): boolean {
  if (first === "target") return third === "runner";
  if (first === "registries") return third === "credential-provider";
  if (first === "registry") return second === "credential-provider";
  return (
    first === "credential-alias" ||
    (first === "host" && second === "runner") ||
    (first === "doc" && second === "browser")
  );
}

function mismatch(near: ConfigNode, far: ConfigNode, path: TomlPath) {
  const found = `${words[near.kind]} here, ${words[far.kind]} in \`${far.origin.document.file}\``;
  return diagnostic("config-invalid", `\`${showPath(path)}\` cannot be merged: ${found}`, {
    place: placeOfNode(near),
    help: ["write both in the same form"],
  });
}

const words = { scalar: "a single value", list: "an array", table: "a table" };
