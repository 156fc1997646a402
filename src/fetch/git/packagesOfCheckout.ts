import { readFileSync, statSync } from "node:fs";
import { posix } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { byCodeUnit, canonical, type Digest, digestOf } from "../../base/digest.ts";
import { isWithin } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { standaloneManifest } from "../../cargo/manifest/inheritance.ts";
import { canonicalToml, isTable, mapTable, type TomlTable } from "../../cargo/toml/toml.ts";
import type { Store, TreeFile } from "../../store/store.ts";
import { followLinks } from "../../tree/links.ts";
import { composePackage, type SourcePackage } from "../checksumFile.ts";
import { crateStem } from "../lockedPackage.ts";
import {
  type Checkout,
  type CheckoutPackage,
  findPackages,
  firstOfWalk,
  openCheckout,
  type TreeListing,
} from "./checkout.ts";
import { shownUrl } from "./explainGitFailure.ts";
import type { LockedGitPackage } from "./gitSource.ts";
import { compiledInRepository, readOutside, repositoryDirectory } from "./readOutside.ts";

/** A package of a git repository in the store. */
export type GitCrate = LockedGitPackage & { readonly checksum: undefined; readonly digest: Digest };

/**
 * The packages that a lock takes from a checkout, each as a tree of its own, in their order: its files, the manifest
 * without inheritance, a checksum file without a checksum, and what it reads outside its directory (`readOutside`).
 *
 * Errors: `git-package-missing`, `workspace-inheritance`, `source-changed`.
 *
 * @param tree the checkout in the store
 */
export async function packagesOfCheckout(
  store: Store,
  tree: Digest,
  packages: readonly LockedGitPackage[],
): Promise<Result<GitCrate[]>> {
  const crates: GitCrate[] = [];
  let checkout: Checkout | undefined;
  for (const one of packages) {
    let digest = packageOnRecord(store, tree, { one, packages });
    if (digest === undefined) {
      checkout ??= openCheckout(store.pathOf(tree));
      const contents = standalonePackage(checkout, one, packages);
      if (!contents.ok) return contents;
      const added = await composePackage(store, contents.value);
      if (!added.ok) return added;
      digest = added.value;
      store.records.set("git-package", recordKey(tree, { one, packages }), digest);
    }
    crates.push({ ...one, checksum: undefined, digest });
  }
  return ok(crates);
}

type OneOf = { readonly one: LockedGitPackage; readonly packages: readonly LockedGitPackage[] };

/** With the names of the others that the lock takes, whose directories are left out. */
function recordKey(tree: Digest, { one, packages }: OneOf): string {
  const names = new Set(packages.map(({ name }) => name));
  return `${tree} ${crateStem(one)} ${digestOf(canonical([...names].sort(byCodeUnit)))}`;
}

/** The tree of a package that was taken from a checkout before, if the store still has it. */
export function packageOnRecord(store: Store, tree: Digest, of: OneOf): Digest | undefined {
  return store.records.get("git-package", recordKey(tree, of));
}

/** One of the packages that a lock takes from a checkout, without what belongs to the others. */
function standalonePackage(
  checkout: Checkout,
  locked: LockedGitPackage,
  packages: readonly LockedGitPackage[],
): Result<SourcePackage> {
  const candidates = findPackages(locked.name, checkout);
  const match = firstOfWalk(
    candidates.filter(({ version }) => version === locked.version),
    checkout,
  );
  if (!match) return err(packageMissing(locked, candidates, checkout));
  const others = packages.filter(({ name }) => name !== locked.name);
  const foreign = [...match.members, ...others.flatMap(({ name }) => directoriesOf(name, checkout))];
  const files = packageFiles(checkout, match.directory, foreign);
  const own = new Set([...files.keys()].map((path) => posix.join(match.directory, path)));
  const manifest = packageManifest(match, checkout, files);
  if (!manifest.ok) {
    const notes = [...manifest.error.notes, `in the repository of \`${locked.name} v${locked.version}\``];
    return err({ ...manifest.error, notes });
  }
  const outside = readOutside(match, own, checkout);
  if (outside.size === 0) return ok(contentsOf(checkout, files, canonicalToml(manifest.value)));
  const moved = compiledInRepository(manifest.value, match.directory, (path) => files.has(path));
  for (const [path, file] of [...files])
    files.set(posix.join(repositoryDirectory, match.directory, path), file);
  for (const path of outside) {
    for (const { below, from } of filesAt(checkout, path))
      files.set(`${repositoryDirectory}/${path}${below}`, { from });
  }
  return ok(contentsOf(checkout, files, canonicalToml(moved)));
}

function directoriesOf(name: string, checkout: Checkout): string[] {
  return findPackages(name, checkout).flatMap(({ directory }) => (directory === "." ? [] : [directory]));
}

function contentsOf({ directory }: Checkout, files: PackageFiles, text: string): SourcePackage {
  const manifest = Buffer.from(text);
  const tree: TreeFile[] = [fileOf("Cargo.toml", manifest, false)];
  const origins = new Map<string, string | Buffer>([["Cargo.toml", manifest]]);
  for (const [path, file] of files) {
    if (path === "Cargo.toml") continue;
    if ("target" in file) {
      tree.push({ type: "symlink", path, target: file.target });
      continue;
    }
    const origin = `${directory}/${file.from}`;
    origins.set(path, origin);
    tree.push(fileOf(path, readFileSync(origin), (statSync(origin).mode & 0o111) !== 0));
  }
  return { files: tree, checksum: undefined, origin: ({ path }) => origins.get(path) ?? "" };
}

function fileOf(path: string, bytes: Uint8Array, executable: boolean): TreeFile {
  return { type: "file", path, digest: digestOf(bytes), executable };
}

/** Files of a package by their path in it: the path in the checkout that the content comes from, or a link. */
type PackageFiles = Map<string, { readonly from: string } | { readonly target: string }>;

/**
 * The files that belong to the package in `directory`: all below it, less the directories of other packages. A link that
 * stays within these stays a link; one that leads elsewhere in the checkout becomes what it leads to, since a
 * package stands alone once it is vendored. Links that lead nowhere are left out.
 */
function packageFiles(listing: TreeListing, directory: string, packages: readonly string[]): PackageFiles {
  const foreign = packages.filter((other) => other !== directory && isWithin(other, directory));
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
    if (end !== undefined && (files.has(end) || directories.has(end))) {
      files.set(path, { target });
      continue;
    }
    const at = directory === "." ? path : `${directory}/${path}`;
    for (const { below, from } of filesAt(listing, at)) files.set(path + below, { from });
  }
  return files;
}

/**
 * The files of the checkout that a path leads to, by what their paths have after it: `""` for a file itself.
 *
 * @param within directories that the path was reached through, which a link may lead back to
 */
function* filesAt(
  listing: TreeListing,
  path: string,
  within: readonly string[] = [],
): Generator<{ readonly below: string; readonly from: string }> {
  const end = followLinks(listing.links, path);
  if (end === undefined || within.some((one) => one === end || isWithin(one, end || "."))) return;
  if (listing.files.has(end)) {
    yield { below: "", from: end };
    return;
  }
  // A link to a directory that the copy itself is in would go on for ever.
  if (isWithin(path, end || ".")) return;
  for (const each of [...listing.files, ...listing.links.keys()]) {
    if (!each.startsWith(`${end}/`)) continue;
    for (const { below, from } of filesAt(listing, each, [...within, end]))
      yield { below: each.slice(end.length) + below, from };
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
  { manifest, root, directory }: CheckoutPackage,
  listing: TreeListing,
  files: PackageFiles,
): Result<TomlTable> {
  const table = standaloneManifest(manifest, root);
  if (!table.ok) return table;
  const moveInside = (written: string): string => {
    const path = posix.join(directory, written);
    if (directory === "." || path.startsWith(`${directory}/`)) return written;
    const name = posix.basename(path);
    if (files.has(name)) return name;
    const from = path.startsWith("../") ? undefined : followLinks(listing.links, path);
    if (from === undefined || !listing.files.has(from)) return written;
    files.set(name, { from });
    return name;
  };
  return ok(
    mapTable(table.value, (value, key) => {
      if ((key !== "package" && key !== "project") || !isTable(value)) return value;
      return mapTable(value, (field, name) =>
        mayLieOutside.has(name) && typeof field === "string" ? moveInside(field) : field,
      );
    }),
  );
}

const mayLieOutside: ReadonlySet<string> = new Set(["readme", "license-file"]);

/** `git-package-missing`: the repository has no such package at that commit, or in another version only. */
function packageMissing(
  { name, version, source }: LockedGitPackage,
  candidates: readonly CheckoutPackage[],
  { manifests }: Checkout,
): Diagnostic {
  const [location = "", commit = ""] = source.replace(/^git\+/, "").split("#");
  const versions = candidates.map((one) => `\`${one.directory}\` is \`${one.name} v${one.version}\``);
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
