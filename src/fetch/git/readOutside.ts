import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { isWithin, localPath, parentOf } from "../../base/paths.ts";
import type { ManifestTarget } from "../../cargo/manifest/manifest.ts";
import { isTable, mapTable, type TomlTable, type TomlValue } from "../../cargo/toml/toml.ts";
import { mentionsIn } from "../../project/scan/mentions.ts";
import { followLinks } from "../../tree/links.ts";
import type { Checkout, CheckoutPackage } from "./checkout.ts";

/**
 * Where a vendored package has what it reads outside its directory: as much of its repository as that takes, itself
 * included, each file at its path in the repository. Its targets are compiled there, so that the paths that its code
 * has lead where they do in the repository. Cargo wants the manifest of a vendored package at the top (1.95).
 */
export const repositoryDirectory = ".repository";

/**
 * What a package reads of its repository outside its own directory, as paths in the repository: the directories of targets
 * that lie outside, and what the code names (see `mentionsIn`). Empty for nearly all packages.
 *
 * @param own the paths of the package's own files
 */
export function readOutside(
  { manifest, directory, members }: CheckoutPackage,
  own: ReadonlySet<string>,
  checkout: Checkout,
): ReadonlySet<string> {
  if (directory === ".") return new Set();
  const paths = [...checkout.files, ...checkout.links.keys()];
  const targets = writtenPaths(manifest.targets, manifest.package?.build)
    .flatMap((path) => localPath(directory, path) ?? [])
    .filter((path) => !isWithin(path, directory) && endOf(path, checkout) !== undefined);
  const packages = new Set([...checkout.manifests.directories, ...members]);
  const isOf = (path: string, target: string) => {
    const home = parentOf(target) || ".";
    const isForeign = (each: string) => isWithin(path, each) && isWithin(each, home) && each !== home;
    return isWithin(path, home) && !own.has(path) && ![...packages].some(isForeign);
  };
  const read = new Set(paths.filter((path) => targets.some((target) => isOf(path, target))));

  const directories = new Set(paths.flatMap(parents));
  /** What a name in a file means to rustc, which counts from the file. What counts from the package cannot be had. */
  const named = (file: string, name: string): readonly string[] => {
    const path = posix.join(parentOf(file), name).replace(/\/$/, "");
    if (!directories.has(path)) return endOf(path, checkout) === undefined ? [] : [path];
    return isWithin(directory, path) ? [] : paths.filter((each) => isWithin(each, path));
  };
  const scanned = new Set<string>();
  for (let isGrowing = true; isGrowing; ) {
    isGrowing = false;
    for (const path of [...own, ...read]) {
      if (scanned.has(path) || !path.endsWith(".rs")) continue;
      scanned.add(path);
      const end = endOf(path, checkout);
      if (end === undefined) continue;
      const names = mentionsIn(path, readFileSync(`${checkout.directory}/${end}`, "utf8"));
      for (const each of names.flatMap((name) => named(path, name))) {
        if (own.has(each) || read.has(each)) continue;
        read.add(each);
        isGrowing = true;
      }
    }
  }
  return read;
}

function endOf(path: string, { files, links }: Checkout): string | undefined {
  const end = followLinks(links, path);
  return end !== undefined && files.has(end) ? end : undefined;
}

function parents(path: string): string[] {
  const above = parentOf(path);
  return above === "" ? [] : [above, ...parents(above)];
}

function writtenPaths(
  targets: readonly ManifestTarget[],
  build: string | boolean | readonly string[] = false,
): string[] {
  const scripts = typeof build === "boolean" ? [] : [build].flat();
  // Of a dependency nobody builds tests, examples and benches.
  const built = targets.filter(({ kind }) => kind === "lib" || kind === "bin");
  return [...built.flatMap(({ path }) => path ?? []), ...scripts];
}

/**
 * A manifest whose library, build script and other targets with a path are compiled in the package's place in
 * `repositoryDirectory`.
 *
 * @param directory of the package in its repository
 * @param has whether the package has a file
 */
export function compiledInRepository(
  manifest: TomlTable,
  directory: string,
  has: (path: string) => boolean,
): TomlTable {
  const moved = (path: string): string => {
    const place = localPath(directory, path);
    return place === undefined ? path : posix.join(repositoryDirectory, place);
  };
  const movedTarget = (target: TomlValue): TomlValue =>
    isTable(target)
      ? mapTable(target, (value, key) => (key === "path" && typeof value === "string" ? moved(value) : value))
      : target;
  const table = mapTable(manifest, (value, key) => {
    if (key === "lib" && isTable(value)) {
      return movedTarget("path" in value ? value : { ...value, path: "src/lib.rs" });
    }
    if (Array.isArray(value) && targetTables.has(key)) return value.map(movedTarget);
    if ((key !== "package" && key !== "project") || !isTable(value)) return value;
    const { build = has("build.rs") } = value;
    if (build === false) return value;
    const scripts = Array.isArray(build)
      ? build.map((each) => (typeof each === "string" ? moved(each) : each))
      : moved(typeof build === "string" ? build : "build.rs");
    return { ...value, build: scripts };
  });
  const own = table.package ?? table.project;
  const isLibrary = has("src/lib.rs") && !(isTable(own) && own.autolib === false);
  return table.lib === undefined && isLibrary ? { ...table, lib: { path: moved("src/lib.rs") } } : table;
}

const targetTables: ReadonlySet<string> = new Set(["bin", "example", "test", "bench"]);
