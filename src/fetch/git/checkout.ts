import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { byCodeUnit } from "../../base/canonical.ts";
import { type ManifestReader, manifestReader } from "../../cargo/manifestReader.ts";
import { resolveLink } from "./resolveLink.ts";
import { type TreeListing, walkTree } from "./walkTree.ts";

/** The tree of a repository, as the packages in it are looked for. */
export type Checkout = TreeListing & {
  /** Where it lies on disk. */
  readonly directory: string;
  readonly manifests: ManifestReader;
  /** The directories that have a manifest with a word in it, the upper ones first; the root is `.`. */
  readonly mentioning: (word: string) => string[];
};

export function openCheckout(directory: string): Checkout {
  const listing = walkTree(directory);
  const texts = new Map<string, string>();
  for (const path of [...listing.files, ...listing.links.keys()]) {
    if (posix.basename(path) !== "Cargo.toml") continue;
    const target = resolveLink(path, listing.links);
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
