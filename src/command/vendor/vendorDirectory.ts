import {
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { checksumFile, checksumText, isLeftOutByVendoring, readChecksums } from "../../fetch/checksumFile.ts";
import { makeDirectory } from "../../tree/makeDirectory.ts";
import { walk } from "../../tree/walk.ts";

/** A crate's tree in the store, and where its copy belongs below the vendor directory. */
type CrateCopy = { readonly tree: string; readonly path: string };

/**
 * Replaces `directory` (absolute) by copies of the crates. It is complete beside its place before it takes
 * it, so that whoever stops it leaves the old one whole. Hidden entries of the old one are kept.
 *
 * Errors: `vendor-occupied`, where something else than crates would be lost.
 */
export function writeVendorDirectory(directory: string, crates: readonly CrateCopy[]): Result<void> {
  const place = existsSync(directory) ? realpathSync(directory) : directory;
  const foreign = occupied(place);
  if (foreign !== undefined) return err(vendorOccupied(directory, foreign));
  makeDirectory(dirname(place));
  const scratch = mkdtempSync(`${place}.gantry-`);
  try {
    const [fresh, old] = [join(scratch, "new"), join(scratch, "old")];
    mkdirSync(fresh);
    for (const { tree, path } of crates) {
      copyCrate(tree, join(fresh, path));
      listFiles(join(fresh, path));
    }
    keepHidden(place, fresh);
    replace(place, fresh, old);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return ok();
}

function keepHidden(place: string, fresh: string): void {
  if (!existsSync(place)) return;
  const hidden = readdirSync(place).filter((name) => name.startsWith("."));
  for (const name of hidden)
    cpSync(join(place, name), join(fresh, name), { recursive: true, verbatimSymlinks: true });
}

function replace(place: string, fresh: string, old: string): void {
  const had = existsSync(place);
  if (had) renameSync(place, old);
  try {
    renameSync(fresh, place);
  } catch (thrown) {
    if (had) renameSync(old, place);
    throw thrown;
  }
}

function vendorOccupied(directory: string, foreign: string) {
  return diagnostic(
    "vendor-occupied",
    `\`${directory}\` holds something else than vendored crates: \`${foreign}\``,
    {
      notes: ["vendoring replaces the whole directory"],
      help: ["move it away, or choose another directory: gantry vendor DIR"],
      status: 2,
    },
  );
}

/**
 * What in `directory` was not put there by vendoring, and would be lost if it were replaced: the first such
 * entry. Hidden entries do not count; they are kept.
 */
function occupied(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  return visible(directory).find(
    (name) => !isCrate(join(directory, name)) && !holdsCrates(join(directory, name)),
  );
}

function visible(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => !name.startsWith("."));
  } catch {
    return [directory];
  }
}

function isCrate(path: string): boolean {
  return existsSync(join(path, checksumFile));
}

/** The directory of one registry. */
function holdsCrates(path: string): boolean {
  const names = visible(path);
  return names.length > 0 && names.every((name) => isCrate(join(path, name)));
}

/**
 * Copies a crate's tree, so that the copy may be edited without harm to the store. Times are those of copying.
 */
function copyCrate(tree: string, destination: string): void {
  for (const { path, type } of walk(tree, { enters: (directory) => !isLeftOutByVendoring(directory) })) {
    if (isLeftOutByVendoring(path) || (type !== "file" && type !== "symlink")) continue;
    const [from, to] = [`${tree}/${path}`, `${destination}/${path}`];
    // For each file: `cargo vendor` writes no empty directories.
    mkdirSync(dirname(to), { recursive: true });
    if (type === "symlink") symlinkSync(readlinkSync(from), to);
    else copyFileSync(from, to, constants.COPYFILE_FICLONE);
  }
}

/**
 * Completes the checksum file of a copied crate (absolute) as `cargo vendor` (1.95) writes it: with
 * the SHA-256 of each file, so that Cargo refuses a crate that was changed by accident. The store's own lists
 * none.
 */
function listFiles(crate: string): void {
  const files = [...walk(crate)]
    .filter(({ path, type }) => type === "file" && path !== checksumFile)
    .map(({ path }) => [path, digestOf(readFileSync(`${crate}/${path}`))]);
  const { package: checksum = null } = readChecksums(crate) ?? {};
  const text = checksumText({ files: Object.fromEntries(files), package: checksum });
  writeFileSync(`${crate}/${checksumFile}`, text);
}
