import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { diagnostic } from "../../base/diagnostic.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import { shownFrom } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { CargoConfig } from "../../cargo/config/cargoConfig.ts";
import { type FileMemory, scanMemory } from "../../project/scan/scanMemory.ts";
import type { Store, TreeFile } from "../../store/store.ts";
import { digestFile } from "../../tree/files.ts";
import { followLinks, linksAmong } from "../../tree/links.ts";
import { walk } from "../../tree/walk.ts";
import { checksumFile, composePackage, isLeftOutByVendoring, readChecksums } from "../checksumFile.ts";
import { crateStem, type LockedCrate } from "../lockedPackage.ts";
import { localReplacement } from "./registrySettings.ts";

type AdoptOptions = {
  /** The directory, absolute, or the user's settings, which may say one for each registry. */
  readonly from: string | CargoConfig | undefined;
  /** Copies are named relative to it. */
  readonly workspaceDir: string;
  /** The tree of a crate as it was published, as far as the store has it. */
  readonly published: (crate: LockedCrate) => Digest | undefined;
  /** Brings published crates into the store, as far as they are on this machine. */
  readonly unpack: (crates: readonly LockedCrate[]) => Promise<void>;
};

/**
 * The trees of those crates that come from a directory: a given one, or that of the user's settings (`[source.…]
 * directory`). Crates that are not in it are left out.
 *
 * A copy that nobody edited is the published crate, where that can be had: vendoring leaves files out, and a unit shall
 * have one key however its crate came. Any other copy is taken as it lies there.
 *
 * Errors: `vendored-crate-changed`, `source-changed`.
 */
export async function adoptCrates(
  crates: readonly LockedCrate[],
  store: Store,
  { from, workspaceDir, published, unpack }: AdoptOptions,
): Promise<Result<Map<LockedCrate, Digest>>> {
  const copies = readCopies(byDirectory(crates, from), store);
  if (!copies.ok) return copies;
  const known = (copy: Copy) => store.records.get("vendored-copy", copyKey(copy, published(copy.crate)));
  const unpublished = copies.value.filter((copy) => !published(copy.crate) && !known(copy));
  if (unpublished.length > 0) await unpack(unpublished.map(({ crate }) => crate));
  const trees = new Map<LockedCrate, Digest>();
  for (const copy of copies.value) {
    const original = published(copy.crate);
    const before = known(copy);
    const tree = before === undefined ? await adoptCopy(copy, original, store) : ok(before);
    if (!tree.ok) return tree;
    trees.set(copy.crate, tree.value);
    if (before === undefined) store.records.set("vendored-copy", copyKey(copy, original), tree.value);
    if (tree.value !== original) noteOrigin(tree.value, shownFrom(workspaceDir, copy.path), store);
  }
  return ok(trees);
}
/** Notes where a copy lies, for whoever asks why its units are compiled. */
function noteOrigin(tree: Digest, place: string, { records }: Store): void {
  if (records.get("copied-from", tree) !== place) records.set("copied-from", tree, place);
}

/** The crates by the directory that replaces their registry, as far as one does. */
function byDirectory(
  crates: readonly LockedCrate[],
  settings: AdoptOptions["from"],
): ReadonlyMap<string, readonly LockedCrate[]> {
  if (settings === undefined) return new Map();
  if (typeof settings === "string") return new Map([[settings, crates]]);
  const replacements = new Map(
    [...new Set(crates.map(({ source }) => source))].map((source) => [
      source,
      localReplacement(settings, source),
    ]),
  );
  const groups = new Map<string, LockedCrate[]>();
  for (const crate of crates) {
    const replacement = replacements.get(crate.source);
    if (replacement?.kind !== "directory") continue;
    groups.set(replacement.path, [...(groups.get(replacement.path) ?? []), crate]);
  }
  return groups;
}

/** A crate as it lies in a directory source. */
type Copy = {
  readonly crate: LockedCrate;
  /** Absolute. */
  readonly path: string;
  /** Without its checksum file. */
  readonly files: readonly TreeFile[];
};

/** Errors: `vendored-crate-changed`. */
function readCopies(
  groups: ReadonlyMap<string, readonly LockedCrate[]>,
  store: Store,
): Result<readonly Copy[]> {
  const copies: Copy[] = [];
  for (const [directory, group] of groups) {
    const find = directoryCrates(directory);
    const memory = scanMemory(store.records.get("vendored", directory), Date.now());
    const paths: string[] = [];
    for (const crate of group) {
      const found = find(crate);
      if (!found) continue;
      const files = filesOf(found.path, { memory: memory.files, onFile: (path) => paths.push(path) });
      const wrong = wrongFile(files, found.files);
      if (wrong !== undefined) return err(changed(crate, `${found.path}/${wrong}`));
      copies.push({ crate, path: found.path, files });
    }
    const record = memory.record(paths);
    if (record) store.records.set("vendored", directory, record);
  }
  return ok(copies);
}

type Reading = {
  /** Of files that need not be read again. What is read is added. */
  readonly memory: FileMemory;
  /** Told each file of the crate. */
  readonly onFile: (path: string) => void;
};

/** The files of a crate but its checksum file. */
function filesOf(directory: string, { memory, onFile }: Partial<Reading> = {}): TreeFile[] {
  const files: TreeFile[] = [];
  const read = (file: string) => {
    const stats = lstatSync(file);
    onFile?.(file);
    const before = memory?.get(file, stats);
    const digest = before?.digest ?? digestFile(file, stats.size);
    if (!before) memory?.set(file, stats, { digest, mentions: [] });
    return { digest, executable: (stats.mode & 0o100) !== 0 };
  };
  for (const { path, type } of walk(directory)) {
    if (path === checksumFile) continue;
    if (type === "symlink") files.push({ type, path, target: readlinkSync(`${directory}/${path}`) });
    else if (type === "file") files.push({ type, path, ...read(`${directory}/${path}`) });
  }
  return files;
}

/** What decides which tree a copy is: with the published one, which the store may get or lose. */
function copyKey({ crate, files }: Copy, published: Digest | undefined): Digest {
  const lines = files.map((file) => [file.path, fileText(file)].join("\0"));
  return digestOf([crateStem(crate), crate.checksum, published ?? "", ...lines].join("\0"));
}

/** A file's content and mode, or what a link points to. */
function fileText(file: TreeFile): string {
  if (file.type === "file") return `${file.executable ? "executable" : "file"} ${file.digest}`;
  return file.type === "symlink" ? `link ${file.target}` : "directory";
}

/**
 * The published tree, if the copy is what vendoring made of it; else the copy's own, with a checksum file like that of an
 * unpacked `.crate` file.
 *
 * Errors: `source-changed`.
 */
async function adoptCopy(
  { crate, path, files }: Copy,
  published: Digest | undefined,
  store: Store,
): Promise<Result<Digest>> {
  if (published !== undefined && isVendoredFrom(files, filesOf(store.pathOf(published))))
    return ok(published);
  const origin = (file: TreeFile) => `${path}/${file.path}`;
  return composePackage(store, { files, checksum: crate.checksum, origin });
}

/** Whether files are those of a published crate, but for what vendoring leaves out. */
function isVendoredFrom(files: readonly TreeFile[], published: readonly TreeFile[]): boolean {
  const rest = new Map(published.map((file) => [file.path, fileText(file)]));
  for (const file of files) {
    if (rest.get(file.path) !== fileText(file)) return false;
    rest.delete(file.path);
  }
  // Older Cargo leaves out `Cargo.toml.orig`, and whatever else `patch` might have left.
  return [...rest.keys()].every((path) => isLeftOutByVendoring(path) || /\.(?:orig|rej)$/.test(path));
}

/** A listed file that is missing or has other content, or a link that leads out. */
function wrongFile(files: readonly TreeFile[], sums: Readonly<Record<string, string>>): string | undefined {
  const digests = new Map(files.flatMap((file) => (file.type === "file" ? [[file.path, file.digest]] : [])));
  const links = linksAmong(files);
  const leaving = [...links.keys()].find((path) => followLinks(links, path) === undefined);
  // A listed file that is a link has the sum of what it points to, inside the crate, which is listed itself.
  const differs = ([path, sum]: [string, string]) => !links.has(path) && digests.get(path) !== sum;
  return leaving ?? Object.entries(sums).find(differs)?.[0];
}

function changed(crate: LockedCrate, file: string) {
  return diagnostic(
    "vendored-crate-changed",
    `the vendored copy of \`${crateStem(crate)}\` is not what was vendored`,
    {
      notes: [
        `\`${file}\` differs from what \`.cargo-checksum.json\` beside it says, is missing, or is a link that leads out`,
        "`.cargo/config.toml` or `cargoVendorDir` puts the directory in the registry's place, so the build uses the copy",
      ],
      help: [
        "vendor again: cargo vendor, or gantry vendor, with the same directory",
        "to change a crate on purpose, give it a patch in `gantry.config.ts`: overrideVendorCargoPackage",
      ],
    },
  );
}

/** An unpacked crate of a directory source. */
type DirectoryCrate = {
  /** Absolute. */
  readonly path: string;
  /** That of its `.crate` file. */
  readonly checksum: string;
  /** What its checksum file says of its files: path → SHA-256. Empty where they may be edited. */
  readonly files: Readonly<Record<string, string>>;
};

/**
 * Finds crates in a directory source by the checksum in their `.cargo-checksum.json`. The directory of a crate may
 * have any name; `<name>-<version>` and `<name>` are looked at first, so that usually nothing else is read.
 */
function directoryCrates(directory: string): (crate: LockedCrate) => DirectoryCrate | undefined {
  let byChecksum: ReadonlyMap<string, DirectoryCrate> | undefined;
  return (crate) => {
    for (const name of [crateStem(crate), crate.name]) {
      const found = readCrate(`${directory}/${name}`);
      if (found?.checksum === crate.checksum) return found;
    }
    byChecksum ??= readAll(directory);
    return byChecksum.get(crate.checksum);
  };
}

function readAll(directory: string): Map<string, DirectoryCrate> {
  const crates = namesIn(directory).flatMap((name) => readCrate(`${directory}/${name}`) ?? []);
  return new Map(crates.map((crate) => [crate.checksum, crate]));
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function readCrate(path: string): DirectoryCrate | undefined {
  const read = readChecksums(path);
  return read?.package ? { path, checksum: read.package, files: read.files } : undefined;
}
