import { posix } from "node:path";
import picomatch from "picomatch";
import { isInside, isWithin, localPath, normalPath } from "../../base/paths.ts";
import type { CargoConfigFile } from "../../cargo/config/settings.ts";
import { isTable, parseToml, type TomlTable, type TomlValue } from "../../cargo/toml/toml.ts";
import type { Filter } from "../../derivation/model.ts";
import { textOf } from "../../tree/files.ts";
import type { Walk } from "./walkSource.ts";

/** Where vendored crates may lie in a source. Paths are relative to its root. */
export type VendorDirectories = {
  /** Directories below which a package is a crate of the lock, unless something names it by its path. */
  readonly directories: readonly string[];
  /** What Cargo's settings take packages from by path: those stay. */
  readonly byPath: readonly string[];
};

/**
 * The directories that a `[source]` of Cargo's settings names, and `vendor` beside the lock, where `cargo vendor` writes
 * before anybody tells Cargo of it.
 *
 * @param root the source's, absolute
 * @param workspace relative to it
 * @param configs with absolute paths
 */
export function vendorDirectories(
  root: string,
  workspace: string,
  configs: readonly CargoConfigFile[],
): VendorDirectories {
  const directories = [normalPath(workspace, "vendor")];
  const byPath: string[] = [];
  for (const { file, text } of configs) {
    if (!/directory|path/.test(text)) continue;
    const document = parseToml(file, text);
    if (!document.ok) continue;
    const inSource = (path: string): string[] => {
      const absolute = posix.resolve(posix.dirname(posix.dirname(file)), path);
      return isInside(absolute, root) ? [posix.relative(root, absolute) || "."] : [];
    };
    const { source, paths, patch } = document.value.table;
    for (const table of Object.values(isTable(source) ? source : {}))
      if (isTable(table) && typeof table.directory === "string")
        directories.push(...inSource(table.directory).filter((each) => each !== "."));
    byPath.push(...stringsIn([paths ?? [], patch ?? []]).flatMap(inSource));
  }
  return { directories, byPath };
}

/**
 * A walk without the packages that vendoring wrote, told by their `.cargo-checksum.json`: the crates of a lock are taken
 * as crates, and are not the project's own. One that is used by its path stays, and what the filter names itself.
 */
export function withoutVendored(
  walk: Walk,
  root: string,
  { directories, byPath, filter }: VendorDirectories & { readonly filter: Filter },
): Walk {
  const named = patternsOf(filter).map((pattern) => picomatch.scan(normalPath(pattern)).base);
  const byFilter = named.filter((base) => directories.some((each) => isWithin(base, each)));
  const packages = walk.paths
    .filter((path) => path.endsWith(`/${checksumFile}`))
    .map((path) => posix.dirname(path))
    .filter((path) => directories.some((each) => path !== each && isWithin(path, each)))
    .filter((path) => !byPath.some((each) => isWithin(path, each)))
    .filter((path) => !byFilter.some((base) => isWithin(path, base) || isWithin(base, path)));
  if (packages.length === 0) return walk;
  const left = new Set(packages);
  const isLeft = (path: string): boolean =>
    left.has(path) || (path.includes("/") && isLeft(posix.dirname(path)));
  const queue = walk.paths.filter((path) => posix.basename(path) === "Cargo.toml" && !isLeft(path));
  for (let manifest = queue.shift(); manifest !== undefined; manifest = queue.shift()) {
    for (const path of packagesNamedIn(manifest, root, left)) {
      left.delete(path);
      queue.push(`${path}/Cargo.toml`);
    }
  }
  const stays = (path: string): boolean => !isLeft(path);
  return {
    paths: walk.paths.filter(stays),
    symlinks: new Set([...walk.symlinks].filter(stays)),
    directories: new Set([...walk.directories].filter(stays)),
    special: walk.special.filter(stays),
    undecodable: walk.undecodable.filter(stays),
  };
}

/** As in `fetch/checksumFile.ts`. */
const checksumFile = ".cargo-checksum.json";

/** Those packages that a manifest names as a path: a dependency, a patch, a member. Rather one too many. */
function packagesNamedIn(manifest: string, root: string, packages: ReadonlySet<string>): string[] {
  const document = parseToml(manifest, textOf(`${root}/${manifest}`) ?? "");
  if (!document.ok) return [];
  const directory = posix.dirname(manifest);
  const paths = stringsIn([document.value.table]).flatMap((text) => localPath(directory, text) ?? []);
  const globs = paths
    .filter((path) => path.includes("*") && path.includes("/"))
    .map((path) => picomatch(path));
  const plain = new Set(paths);
  return [...packages].filter((path) => plain.has(path) || globs.some((matches) => matches(path)));
}

function stringsIn(values: readonly TomlValue[]): string[] {
  return values.flatMap((value) => {
    if (typeof value === "string") return [value];
    if (Array.isArray(value)) return stringsIn(value);
    return isTable(value) ? stringsIn(Object.values<TomlValue>(value as TomlTable)) : [];
  });
}

/** The patterns by which a filter keeps files. */
function patternsOf(filter: Filter): readonly string[] {
  switch (filter.kind) {
    case "globs":
      return filter.patterns;
    case "union":
    case "intersection":
      return filter.of.flatMap(patternsOf);
    case "difference":
      return patternsOf(filter.of);
    default:
      return [];
  }
}
