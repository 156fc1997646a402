import { readFileSync, readlinkSync } from "node:fs";
import { posix } from "node:path";
import { byCodeUnit } from "../../base/digest.ts";
import { resolveInheritance } from "../../cargo/manifest/inheritance.ts";
import type { Manifest } from "../../cargo/manifest/manifest.ts";
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
 * The packages of a checkout that have a name. A repository may have several (one of them test data): those that
 * their workspace counts among its members come first, then those higher up. Manifests that cannot be read are
 * passed over, as Cargo does (1.95).
 */
export function findPackages(name: string, checkout: Checkout): CheckoutPackage[] {
  const packages = checkout.mentioning(name).flatMap((directory) => describe(name, directory, checkout));
  const isMember = ({ directory, members }: CheckoutPackage) => members.includes(directory);
  return [...packages.filter(isMember), ...packages.filter((one) => !isMember(one))];
}

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
