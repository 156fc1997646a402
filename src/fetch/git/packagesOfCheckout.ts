import { readFileSync, statSync } from "node:fs";
import { posix } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { standaloneManifest } from "../../cargo/manifest/inheritance.ts";
import { isWithin } from "../../cargo/paths.ts";
import { canonicalToml, isTable, mapTable } from "../../cargo/toml/toml.ts";
import type { Store, TreeFile } from "../../store/store.ts";
import { followLinks } from "../../tree/links.ts";
import { composePackage } from "../checksumFile.ts";
import { crateStem } from "../lockedPackage.ts";
import {
  type Checkout,
  type FoundPackage,
  findPackages,
  openCheckout,
  type TreeListing,
} from "./checkout.ts";
import { shownUrl } from "./explainGitFailure.ts";
import type { LockedGitPackage } from "./gitSource.ts";

/** A package of a git repository in the store: what `vendorTrees` returns, without a checksum. */
export type GitCrate = LockedGitPackage & { readonly checksum: undefined; readonly digest: Digest };

/**
 * The packages that a lock takes from a checkout, each as a tree of its own, in the order of `wanted`: its files,
 * the manifest without inheritance, and `.cargo-checksum.json` (which has no checksum to name).
 *
 * Errors: `git-package-missing`, `workspace-inheritance`.
 */
export async function packagesOfCheckout(
  store: Store,
  tree: Digest,
  wanted: readonly LockedGitPackage[],
): Promise<Result<GitCrate[]>> {
  const keyOf = (one: LockedGitPackage) => `${tree} ${crateStem(one)}`;
  const crates: GitCrate[] = [];
  let checkout: Checkout | undefined;
  for (const one of wanted) {
    const known = store.records.get("git-package", keyOf(one));
    if (known) {
      crates.push({ ...one, checksum: undefined, digest: known });
      continue;
    }
    checkout ??= openCheckout(store.pathOf(tree));
    const added = await addPackage(one, wanted, checkout, store);
    if (!added.ok) return added;
    store.records.set("git-package", keyOf(one), added.value);
    crates.push({ ...one, checksum: undefined, digest: added.value });
  }
  return ok(crates);
}

async function addPackage(
  wanted: LockedGitPackage,
  all: readonly LockedGitPackage[],
  checkout: Checkout,
  store: Store,
): Promise<Result<Digest>> {
  const named = findPackages(wanted.name, checkout);
  const found = named.find(({ version }) => version === wanted.version);
  if (!found) return err(packageMissing(wanted, named, checkout));
  const others = [
    ...found.members,
    ...all.flatMap(({ name }) => (name === wanted.name ? [] : directoriesOf(name, checkout))),
  ];
  const files = packageFiles(checkout, found.directory, others);
  const manifest = packageManifest(found, checkout, files);
  if (!manifest.ok) {
    const notes = [...manifest.error.notes, `in the repository of \`${wanted.name} v${wanted.version}\``];
    return err({ ...manifest.error, notes });
  }
  return compose(store, checkout, found, { files, manifest: manifest.value });
}

function directoriesOf(name: string, checkout: Checkout): string[] {
  return findPackages(name, checkout).flatMap(({ directory }) => (directory === "." ? [] : [directory]));
}

async function compose(
  store: Store,
  checkout: Checkout,
  { directory }: FoundPackage,
  { files, manifest }: { files: ReturnType<typeof packageFiles>; manifest: string },
): Promise<Result<Digest>> {
  const text = Buffer.from(manifest);
  const tree = [plainFile("Cargo.toml", text, false)];
  for (const [path, file] of files) {
    if (path === "Cargo.toml") continue;
    if ("target" in file) {
      tree.push({ type: "symlink", path, target: file.target });
      continue;
    }
    const place = `${checkout.directory}/${file.from}`;
    tree.push(plainFile(path, readFileSync(place), (statSync(place).mode & 0o111) !== 0));
  }
  const origin = ({ path }: TreeFile) => {
    if (path === "Cargo.toml") return text;
    const file = files.get(path);
    return `${checkout.directory}/${file && "from" in file ? file.from : `${directory}/${path}`}`;
  };
  return composePackage(store, { files: tree, checksum: undefined, origin });
}

function plainFile(path: string, bytes: Uint8Array, executable: boolean): TreeFile {
  return { type: "file", path, digest: digestOf(bytes), executable };
}

/** Files of a package by their path in it: the path in the checkout that the content comes from, or a link. */
type PackageFiles = Map<string, { readonly from: string } | { readonly target: string }>;

/**
 * The files that belong to the package in `directory`: all below it, less the directories of `others`. A link that
 * stays within these stays a link; one that leads elsewhere in the checkout becomes what it leads to, since a
 * package stands alone once it is vendored. Links that lead nowhere are left out.
 */
function packageFiles(listing: TreeListing, directory: string, others: readonly string[]): PackageFiles {
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
    const end = followLinks(links, path);
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
  const end = followLinks(listing.links, path);
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

/**
 * The manifest of a package once it stands alone. A readme or license file outside the package is added to `files`
 * and named as lying at the package's root, as `cargo package` does (1.95).
 *
 * Errors: `workspace-inheritance`.
 */
function packageManifest(
  { manifest, root, directory }: FoundPackage,
  listing: TreeListing,
  files: PackageFiles,
): Result<string> {
  const table = standaloneManifest(manifest, root);
  if (!table.ok) return table;
  const place = (written: string): string => {
    const path = posix.join(directory, written);
    if (directory === "." || path.startsWith(`${directory}/`)) return written;
    const name = posix.basename(path);
    const from = path.startsWith("../") ? undefined : followLinks(listing.links, path);
    if (!files.has(name) && (from === undefined || !listing.files.has(from))) return written;
    if (!files.has(name) && from !== undefined) files.set(name, { from });
    return name;
  };
  const changed = mapTable(table.value, (value, key) => {
    if ((key !== "package" && key !== "project") || !isTable(value)) return value;
    return mapTable(value, (field, name) =>
      outside.has(name) && typeof field === "string" ? place(field) : field,
    );
  });
  return ok(canonicalToml(changed));
}

const outside: ReadonlySet<string> = new Set(["readme", "license-file"]);

/** `git-package-missing`: the repository has no such package at that commit, or in another version only. */
function packageMissing(
  { name, version, source }: LockedGitPackage,
  named: readonly FoundPackage[],
  { manifests }: Checkout,
): Diagnostic {
  const [location = "", commit = ""] = source.replace(/^git\+/, "").split("#");
  const versions = named.map((one) => `\`${one.directory}\` is \`${one.name} v${one.version}\``);
  const count = manifests.directories.length;
  return diagnostic(
    "git-package-missing",
    `\`${shownUrl({ url: location })}\` has no package \`${name} v${version}\``,
    {
      notes: [
        `at commit \`${commit.slice(0, 12)}\`, which \`Cargo.lock\` names`,
        ...(versions.length > 0
          ? versions
          : [`its ${count} ${count === 1 ? "manifest was" : "manifests were"} searched`]),
      ],
      help: [`cargo update -p ${name}`],
    },
  );
}
