import { readFileSync, statSync } from "node:fs";
import { asDigest, type Digest, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Store } from "../../store/store.ts";
import { crateStem } from "../registry/lockedPackage.ts";
import { type Checkout, openCheckout } from "./checkout.ts";
import { type FoundPackage, findPackages } from "./findPackage.ts";
import type { LockedGitPackage } from "./gitCheckouts.ts";
import { gitDirectory } from "./gitDirectory.ts";
import { packageFiles } from "./packageFiles.ts";
import { packageManifest } from "./packageManifest.ts";
import { packageMissing } from "./packageMissing.ts";

type TreeFile = Parameters<Store["compose"]>[0][number];

/** A package of a git repository in the store: what `vendorTrees` returns, without a checksum. */
export type GitCrate = LockedGitPackage & {
  readonly checksum: undefined;
  readonly digest: Digest;
  readonly path: string;
};

/** Raised when the same checkout shall give other packages. */
const format = 1;

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
  const keyOf = (one: LockedGitPackage) => `${tree} ${crateStem(one)} ${format}`;
  const crates: GitCrate[] = [];
  let checkout: Checkout | undefined;
  for (const one of wanted) {
    const known = asDigest(store.memo.get("git-package", keyOf(one)) ?? "");
    const path = `${gitDirectory(one.source)}/${crateStem(one)}`;
    if (known && store.tree(known) !== undefined) {
      crates.push({ ...one, checksum: undefined, digest: known, path });
      continue;
    }
    checkout ??= openCheckout(store.tree(tree) ?? lost(tree));
    const added = await addPackage(one, wanted, checkout, store);
    if (!added.ok) return added;
    store.memo.set("git-package", keyOf(one), added.value);
    crates.push({ ...one, checksum: undefined, digest: added.value, path });
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
  const own: Readonly<Record<string, string>> = {
    "Cargo.toml": manifest,
    ".cargo-checksum.json": JSON.stringify({ files: {}, package: null }),
  };
  const tree: TreeFile[] = Object.entries(own).map(([path, text]) =>
    plainFile(path, Buffer.from(text), false),
  );
  for (const [path, file] of files) {
    if (path in own) continue;
    if ("target" in file) {
      tree.push({ type: "symlink", path, target: file.target });
      continue;
    }
    const place = `${checkout.directory}/${file.from}`;
    tree.push(plainFile(path, readFileSync(place), (statSync(place).mode & 0o111) !== 0));
  }
  return store.compose(tree, ({ path }) => {
    const text = own[path];
    if (text !== undefined) return Buffer.from(text);
    const file = files.get(path);
    return `${checkout.directory}/${file && "from" in file ? file.from : `${directory}/${path}`}`;
  });
}

function plainFile(path: string, bytes: Uint8Array, executable: boolean): TreeFile {
  return { type: "file", path, digest: digestOf(bytes), executable };
}

/** @throws always: `gc` never removes a tree that was used on the same day */
function lost(tree: Digest): never {
  throw new Error(`the store lost the tree ${tree}`);
}
