import { digestOf } from "../../base/digest.ts";
import { formatSourceId, parseSourceId } from "../../cargo/sourceId.ts";
import { repositoryName, withoutUser } from "../git/gitSource.ts";
import { isCratesIo, isGit, registryName } from "../lockedPackage.ts";

type VendorConfigOptions = {
  /** Which directory below the vendor directory a source has. Default: that of `vendorTrees`. */
  readonly directoryOf?: (source: string) => string;
  /** Which `[source.<name>]` the project's own settings have for a registry. Default: none. */
  readonly nameOf?: (source: string) => string | undefined;
};

/**
 * Settings of Cargo that replace every source of `sources` (as a lock writes them) by vendored crates in
 * `directory`, which is written as given; a relative one counts from the parent of `.cargo/`. Empty for no
 * sources.
 *
 * @example
 * vendorConfig(["registry+https://github.com/rust-lang/crates.io-index"], "/build/vendor")
 */
export function vendorConfig(
  sources: Iterable<string>,
  directory: string,
  { directoryOf = sourceDirectory, nameOf = () => undefined }: VendorConfigOptions = {},
): string {
  const tables = new Set<string>();
  const directories = new Set<string>();
  for (const source of new Set(sources)) {
    const below = directoryOf(source);
    const name = below === "" ? "vendored-sources" : `vendored-${below}`;
    const place = below === "" ? directory : `${directory}/${below}`;
    tables.add(`${sourceTable(source, nameOf(source))}replace-with = ${quote(name)}\n`);
    directories.add(`[source.${quoteKey(name)}]\ndirectory = ${quote(place)}\n`);
  }
  return [...tables, ...directories].join("\n");
}

/**
 * The same, with what the user's settings say of registries, for a build that does not see them.
 *
 * @param root the workspace's directory, whose own settings the build does see
 */
export async function vendorConfigOf(
  sources: readonly string[],
  directory: string,
  { root, env }: { readonly root: string; readonly env: NodeJS.ProcessEnv },
): Promise<string> {
  const registries = sources.filter((source) => !isGit(source) && !isCratesIo(source));
  if (registries.length === 0) return vendorConfig(sources, directory);
  const { registrySettings } = await import("../registry/registrySettings.ts");
  const { tables, nameOf } = await registrySettings(registries, root, env);
  return vendorConfig(sources, directory, { nameOf }) + tables;
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

/** The directory of a lock's `source` below the vendor directory: `""`, that directory itself, for crates.io. */
export function sourceDirectory(source: string): string {
  return isGit(source) ? gitDirectory(source) : registryDirectory(source);
}

/**
 * The directory of a registry below the vendor directory, by the lock's `source`: `""`, the vendor directory
 * itself, for crates.io, and `<host>-<8 digits of the source's digest>` for any other.
 *
 * Two registries may hold crates of the same name and version. In one directory source Cargo would take either
 * for both, so each registry has its own; Cargo ignores a subdirectory without `Cargo.toml` (1.95).
 */
function registryDirectory(source: string): string {
  if (isCratesIo(source)) return "";
  const url = registryName(source).replace(/^sparse\+/, "");
  const host = URL.canParse(url) ? new URL(url).hostname : "";
  return `${host.replace(/[^\w.-]/g, "_") || "registry"}-${digestOf(source).slice(0, 8)}`;
}

/**
 * The directory of a git source below the vendor directory: `<repository>-<8 digits>`.
 *
 * The digits tell the repository and the branch, tag or revision, not the commit: a lock has one commit of each,
 * and a package that a new commit left as it was is then found at its old place and not compiled again.
 */
function gitDirectory(source: string): string {
  const [location = ""] = withoutUser(source).split("#");
  return `${repositoryName(location.replace(/^git\+/, ""))}-${digestOf(location).slice(0, 8)}`;
}
