import { parse, type TomlTable } from "smol-toml";

/** The names that a lock lists for a package with this manifest, sorted. */
export function dependenciesOf(manifest: string): string[] {
  const table = parse(manifest);
  const kinds = ["dependencies", "build-dependencies", "dev-dependencies"];
  return [...new Set(kinds.flatMap((kind) => Object.keys(tableAt(table, kind))))].sort();
}

/** `[package]`'s name, and its version where it has one of its own; undefined for a virtual manifest. */
export function packageOf(manifest: string): { name: string; version: string | undefined } | undefined {
  const { name, version } = tableAt(parse(manifest), "package");
  return typeof name === "string"
    ? { name, version: typeof version === "string" ? version : undefined }
    : undefined;
}

/** `workspace.package.version`. */
export function inheritedVersion(manifest: string): string | undefined {
  const { version } = tableAt(tableAt(parse(manifest), "workspace"), "package");
  return typeof version === "string" ? version : undefined;
}

function tableAt(table: TomlTable, key: string): TomlTable {
  const value = table[key];
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date) ? value : {};
}
