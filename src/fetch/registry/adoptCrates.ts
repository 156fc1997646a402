import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { CargoConfig } from "../../cargo/config/cargoConfig.ts";
import { type FileMemory, scanMemory } from "../../project/scan/scanMemory.ts";
import type { Store, TreeFile } from "../../store/store.ts";
import { digestFile } from "../../tree/files.ts";
import { followLinks, linksAmong } from "../../tree/links.ts";
import { walk } from "../../tree/walk.ts";
import { checksumFile, composePackage, readChecksums } from "../checksumFile.ts";
import { crateStem, type LockedCrate } from "../lockedPackage.ts";
import { localReplacement } from "./registrySettings.ts";

/**
 * The trees of those crates that the user's settings take from a directory (`[source.…] directory`). Crates that are
 * not in it are left out.
 *
 * Errors: `vendored-crate-changed`, `source-changed`.
 */
export async function adoptCrates(
  crates: readonly LockedCrate[],
  settings: CargoConfig | undefined,
  store: Store,
): Promise<Result<Map<LockedCrate, Digest>>> {
  const trees = new Map<LockedCrate, Digest>();
  for (const [directory, group] of settings ? byDirectory(crates, settings) : []) {
    const find = directoryCrates(directory);
    const memory = scanMemory(store.records.get("vendored", directory), Date.now());
    const paths: string[] = [];
    const onFile = (path: string) => void paths.push(path);
    for (const crate of group) {
      const copy = find(crate);
      if (!copy) continue;
      const tree = await adoptCrate(crate, copy, { store, memory: memory.files, onFile });
      if (!tree.ok) return tree;
      trees.set(crate, tree.value);
    }
    const record = memory.record(paths);
    if (record) store.records.set("vendored", directory, record);
  }
  return ok(trees);
}

/** The crates by the directory that replaces their registry, as far as one does. */
function byDirectory(crates: readonly LockedCrate[], settings: CargoConfig): Map<string, LockedCrate[]> {
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

type AdoptOptions = {
  readonly store: Store;
  /** Of files that need not be read again. What is read is added. */
  readonly memory: FileMemory;
  /** Told each file of the crate. */
  readonly onFile: (path: string) => void;
};

/**
 * Puts a crate of a directory source into the store as it lies there, with a checksum file like that of an
 * unpacked `.crate` file. So an unedited copy is the same tree as the published crate.
 *
 * Errors: `vendored-crate-changed`, for a file that is not what the crate's own checksum file says, which Cargo
 * refuses, too, or for a link that leads out of the crate; `source-changed`.
 */
async function adoptCrate(
  crate: LockedCrate,
  { path, files: sums }: DirectoryCrate,
  { store, memory, onFile }: AdoptOptions,
): Promise<Result<Digest>> {
  const files: TreeFile[] = [];
  const read = (file: string) => {
    const stats = lstatSync(file);
    onFile(file);
    const before = memory.get(file, stats);
    const digest = before?.digest ?? digestFile(file, stats.size);
    if (!before) memory.set(file, stats, { digest, mentions: [] });
    return { digest, executable: (stats.mode & 0o100) !== 0 };
  };
  for (const { path: below, type } of walk(path)) {
    if (below === checksumFile) continue;
    if (type === "symlink") files.push({ type, path: below, target: readlinkSync(`${path}/${below}`) });
    else if (type === "file") files.push({ type, path: below, ...read(`${path}/${below}`) });
  }
  const wrong = wrongFile(files, sums);
  if (wrong !== undefined) return err(changed(crate, `${path}/${wrong}`));
  const origin = (file: TreeFile) => `${path}/${file.path}`;
  return composePackage(store, { files, checksum: crate.checksum, origin });
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
        "`.cargo/config.toml` puts the directory in the registry's place, so the build uses the copy",
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
