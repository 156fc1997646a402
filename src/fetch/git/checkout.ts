import { readFileSync, readlinkSync } from "node:fs";
import { posix } from "node:path";
import { byCodeUnit } from "../../base/digest.ts";
import { localPath, upward } from "../../base/paths.ts";
import { resolveInheritance } from "../../cargo/manifest/inheritance.ts";
import type { Dependency, Manifest } from "../../cargo/manifest/manifest.ts";
import { type ManifestReader, manifestReader } from "../../cargo/workspace/manifestReader.ts";
import { workspaceMembers } from "../../cargo/workspace/workspaceMembers.ts";
import { workspaceRootIn } from "../../cargo/workspace/workspaceRoot.ts";
import { followLinks } from "../../tree/links.ts";
import { walk } from "../../tree/walk.ts";

/** What lies in a tree, by path. Directories follow from the paths. */
export type TreeListing = {
  readonly files: ReadonlySet<string>;
  /** The links' targets. */
  readonly links: ReadonlyMap<string, string>;
};

/** The tree of a repository, as the packages in it are looked for. */
export type Checkout = TreeListing & {
  /** Where it lies on disk. */
  readonly directory: string;
  readonly manifests: ManifestReader;
  /** The directories that have a manifest with a word in it, the upper ones first; the root is `.`. */
  readonly mentioning: (word: string) => string[];
};

/** Reads the manifests of a checkout in the store. */
export function openCheckout(directory: string): Checkout {
  const listing = listTree(directory);
  const texts = new Map<string, string>();
  for (const path of [...listing.files, ...listing.links.keys()]) {
    if (posix.basename(path) !== "Cargo.toml") continue;
    const target = followLinks(listing.links, path);
    // Not through a link that leads out: what it leads to is not the repository's.
    if (target !== undefined && listing.files.has(target))
      texts.set(path, readFileSync(`${directory}/${target}`, "utf8"));
  }
  const manifests = manifestReader(texts);
  const depth = (each: string) => (each === "." ? 0 : each.split("/").length);
  const directories = [...manifests.directories].sort((a, b) => depth(a) - depth(b) || byCodeUnit(a, b));
  return {
    ...listing,
    directory,
    manifests,
    mentioning: (word) =>
      directories.filter((each) => texts.get(posix.join(each, "Cargo.toml"))?.includes(word)),
  };
}

/** Lists a tree of the store without following links. */
export function listTree(directory: string): TreeListing {
  const files = new Set<string>();
  const links = new Map<string, string>();
  for (const { path, type } of walk(directory)) {
    if (type === "symlink") links.set(path, readlinkSync(`${directory}/${path}`));
    else if (type === "file") files.add(path);
  }
  return { files, links };
}

/** A package of a checkout. */
export type CheckoutPackage = {
  readonly name: string;
  readonly version: string;
  /** Relative to the checkout, which is `.` itself. */
  readonly directory: string;
  readonly manifest: Manifest;
  /** What it inherits from; its own manifest where there is nothing to inherit. */
  readonly root: Manifest;
  /** The directories of the packages of its workspace. */
  readonly members: readonly string[];
};

/**
 * The packages of a checkout that have a name, in the order of their directories, the upper ones first. A repository may
 * have several, one of them test data. Manifests that cannot be read are passed over, as Cargo does (1.95).
 */
export function findPackages(name: string, checkout: Checkout): CheckoutPackage[] {
  return checkout.mentioning(name).flatMap((directory) => describe(name, directory, checkout));
}

/**
 * Which of some packages of one name and version Cargo takes: the one that it comes upon first (1.95). It walks through
 * the repository, each directory before what is in it and those in order of their names, and goes from each package to
 * those that it depends on by path. It does not enter hidden directories, submodules, and `target` beside a manifest,
 * and finds what lies there by a path alone. One that it would not find at all comes last.
 */
export function firstOfWalk(
  packages: readonly CheckoutPackage[],
  checkout: Checkout,
): CheckoutPackage | undefined {
  if (packages.length < 2) return packages[0];
  const wanted = new Map(packages.map((one) => [one.directory, one]));
  const visited = new Set<string>();
  const visit = (directory: string): CheckoutPackage | undefined => {
    if (visited.has(directory) || !checkout.manifests.has(directory)) return undefined;
    visited.add(directory);
    return wanted.get(directory) ?? firstOf(pathsOf(directory, checkout), visit);
  };
  const children = Map.groupBy(directoriesAbove(checkout), (each) => posix.dirname(each));
  const modules = submodulePaths(checkout);
  const walk = (directory: string): CheckoutPackage | undefined => {
    const isBuilt =
      posix.basename(directory) === "target" && checkout.manifests.has(posix.dirname(directory));
    if (directory !== "." && (posix.basename(directory).startsWith(".") || isBuilt)) return undefined;
    if (modules.has(directory)) return undefined;
    const below = (children.get(directory) ?? []).filter((each) => each !== ".");
    return visit(directory) ?? firstOf(below.sort(byCodeUnit), walk);
  };
  return walk(".") ?? packages[0];
}

function firstOf<T>(items: readonly string[], find: (item: string) => T | undefined): T | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The directories that have a manifest in them, or below them. */
function directoriesAbove({ manifests }: Checkout): ReadonlySet<string> {
  return new Set(manifests.directories.flatMap(upward));
}

function submodulePaths({ directory, files }: Checkout): ReadonlySet<string> {
  const text = files.has(".gitmodules") ? readFileSync(`${directory}/.gitmodules`, "utf8") : "";
  return new Set([...text.matchAll(/^\s*path\s*=\s*"?(.+?)"?\s*$/gm)].map((match) => match[1] ?? ""));
}

/** Where a package's dependencies by path lie, in Cargo's order: by their kinds, those of platforms after others. */
function pathsOf(directory: string, { manifests }: Checkout): string[] {
  const manifest = manifests.read(directory);
  if (!manifest.ok || !manifest.value.package) return [];
  const at = workspaceRootIn(manifests, directory);
  const root = manifests.read((at.ok && at.value) || directory);
  const resolved = resolveInheritance(manifest.value, root.ok ? root.value : manifest.value);
  if (!resolved.ok) return [];
  const rank = ({ kind, platform = "" }: Dependency) => [platform, kinds.indexOf(kind)] as const;
  return [...resolved.value.dependencies]
    .sort((a, b) => {
      const [[platformA, kindA], [platformB, kindB]] = [rank(a), rank(b)];
      return byCodeUnit(platformA, platformB) || kindA - kindB || byCodeUnit(a.name, b.name);
    })
    .flatMap(({ path }) => (path === undefined ? [] : (localPath(directory, path) ?? [])));
}

const kinds = ["normal", "build", "dev"];

function describe(name: string, directory: string, { manifests }: Checkout): CheckoutPackage[] {
  const manifest = manifests.read(directory);
  if (!manifest.ok || manifest.value.package?.name !== name) return [];
  const at = workspaceRootIn(manifests, directory);
  const above = at.ok && at.value !== undefined ? at.value : directory;
  const read = manifests.read(above);
  const root = read.ok ? read.value : manifest.value;
  const members = workspaceMembers(manifests, above);
  const resolved = resolveInheritance(manifest.value, root);
  return [
    {
      name,
      version: (resolved.ok && resolved.value.package?.version) || "0.0.0",
      directory,
      manifest: manifest.value,
      root,
      members: members.ok ? members.value.map((member) => member.directory) : [],
    },
  ];
}
