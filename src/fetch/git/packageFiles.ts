import { isWithin } from "../../cargo/isWithin.ts";
import { resolveLink } from "./resolveLink.ts";
import type { TreeListing } from "./walkTree.ts";

/** Files of a package by their path in it: the path in the checkout that the content comes from, or a link. */
export type PackageFiles = Map<string, { readonly from: string } | { readonly target: string }>;

/**
 * The files that belong to the package in `directory`: all below it, less the directories of `others`. A link that
 * stays within these stays a link; one that leads elsewhere in the checkout becomes what it leads to, since a
 * package stands alone once it is vendored. Links that lead nowhere are left out.
 */
export function packageFiles(
  listing: TreeListing,
  directory: string,
  others: readonly string[],
): PackageFiles {
  const foreign = others.filter((other) => other !== directory && isWithin(other, directory));
  const isOwn = (path: string) =>
    isWithin(path, directory) && !foreign.some((other) => isWithin(path, other));
  const inside = (path: string) => (directory === "." ? path : path.slice(directory.length + 1));
  const files: PackageFiles = new Map();
  for (const path of listing.files) if (isOwn(path)) files.set(inside(path), { from: path });

  const links = new Map<string, string>();
  for (const [path, target] of listing.links) if (isOwn(path)) links.set(inside(path), target);
  const directories = new Set([...files.keys()].flatMap(parentsOf));
  for (const [path, target] of links) {
    const end = resolveLink(path, links);
    if (end !== undefined && (files.has(end) || directories.has(end))) files.set(path, { target });
    else copy(listing, directory === "." ? path : `${directory}/${path}`, path, files);
  }
  return files;
}

/** Puts what a path of the checkout leads to at another path; `seen` are the directories that it is within. */
function copy(
  listing: TreeListing,
  path: string,
  to: string,
  files: PackageFiles,
  seen: readonly string[] = [],
): void {
  const end = resolveLink(path, listing.links);
  if (end === undefined || seen.some((one) => one === end || isWithin(one, end || "."))) return;
  if (listing.files.has(end)) {
    files.set(to, { from: end });
    return;
  }
  // A link to a directory that the copy itself is in would go on for ever.
  if (isWithin(path, end || ".")) return;
  for (const each of [...listing.files, ...listing.links.keys()]) {
    if (!each.startsWith(`${end}/`)) continue;
    copy(listing, each, `${to}/${each.slice(end.length + 1)}`, files, [...seen, end]);
  }
}

function parentsOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return ["", ...parts.map((_, index) => parts.slice(0, index + 1).join("/"))];
}
