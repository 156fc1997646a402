import { formatSourceId } from "../../cargo/formatSourceId.ts";
import { parseSourceId } from "../../cargo/parseSourceId.ts";
import { isCratesIo } from "./registryName.ts";
import { sourceDirectory } from "./sourceDirectory.ts";

/**
 * Cargo's configuration that replaces every source of `sources` (as a lock writes them) by vendored crates in
 * `directory`, which is written as given; a relative one counts from the parent of `.cargo/`. Empty for no
 * sources.
 *
 * `directoryOf` says which directory below each source has; default: that of `vendorTrees`. `nameOf` says which
 * table the project's own configuration has for a registry; see `registryConfig`.
 *
 * @example
 * vendorConfig(["registry+https://github.com/rust-lang/crates.io-index"], "/build/vendor")
 */
export function vendorConfig(
  sources: Iterable<string>,
  directory: string,
  directoryOf: (source: string) => string = sourceDirectory,
  nameOf: (source: string) => string | undefined = () => undefined,
): string {
  const tables = new Set<string>();
  const vendored = new Set<string>();
  for (const source of new Set(sources)) {
    const below = directoryOf(source);
    const name = below === "" ? "vendored-sources" : `vendored-${below}`;
    const place = below === "" ? directory : `${directory}/${below}`;
    tables.add(`${sourceTable(source, nameOf(source))}replace-with = ${quote(name)}\n`);
    vendored.add(`[source.${quoteKey(name)}]\ndirectory = ${quote(place)}\n`);
  }
  return [...tables, ...vendored].join("\n");
}

/** Cargo knows crates.io by its name; another's table is named by the lock's `source`, as `cargo vendor` does. */
function sourceTable(source: string, name = source): string {
  if (isCratesIo(source)) return "[source.crates-io]\n";
  const git = parseSourceId(source);
  if (git?.kind === "git") {
    const { kind, url, reference } = git;
    const named = reference.kind === "default" ? "" : `${reference.kind} = ${quote(reference.name)}\n`;
    return `[source.${quoteKey(formatSourceId({ kind, url, reference }, { encoded: false }))}]\ngit = ${quote(url)}\n${named}`;
  }
  return `[source.${quoteKey(name)}]\nregistry = ${quote(source.replace(/^registry\+/, ""))}\n`;
}

function quoteKey(name: string): string {
  return /^[\w-]+$/.test(name) ? name : quote(name);
}

/** A TOML basic string; JSON's escapes are among TOML's. */
function quote(text: string): string {
  return JSON.stringify(text);
}
