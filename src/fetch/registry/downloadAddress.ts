import type { LockedCrate } from "./lockedPackage.ts";

/**
 * Where a crate is downloaded from, by the `dl` of its registry's `config.json`: with placeholders, or the beginning
 * of an address (The Cargo Book, "Index Format").
 */
export function downloadAddress(dl: string, { name, version, checksum }: LockedCrate): string {
  const values: Readonly<Record<string, string>> = {
    crate: name,
    version,
    prefix: prefixOf(name),
    lowerprefix: prefixOf(name.toLowerCase()),
    "sha256-checksum": checksum,
  };
  const placeholder = /\{(crate|version|prefix|lowerprefix|sha256-checksum)\}/g;
  const template =
    dl.search(placeholder) === -1 ? `${dl.replace(/\/+$/, "")}/{crate}/{version}/download` : dl;
  return template.replace(placeholder, (_, key: string) => values[key] ?? "");
}

/** The directory of a crate in an index: `1`, `2`, `3/a`, `se/rd`. */
function prefixOf(name: string): string {
  if (name.length <= 2) return String(name.length);
  return name.length === 3 ? `3/${name.slice(0, 1)}` : `${name.slice(0, 2)}/${name.slice(2, 4)}`;
}
