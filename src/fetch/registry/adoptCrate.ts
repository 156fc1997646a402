import { type Dirent, lstatSync, readdirSync, readlinkSync } from "node:fs";
import { diagnostic } from "../../base/diagnostic.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import { err, type Result } from "../../base/result.ts";
import { digestFile } from "../../project/digestFile.ts";
import type { FileMemory } from "../../project/fileMemory.ts";
import type { Store, TreeFile } from "../../store/store.ts";
import type { DirectoryCrate } from "./directoryCrates.ts";
import { linkLeavesCrate } from "./linkLeavesCrate.ts";
import { crateStem, type LockedCrate } from "./lockedPackage.ts";

const checksumFile = ".cargo-checksum.json";

/**
 * Puts a crate of a directory source into the store as it lies there, with a `.cargo-checksum.json` like that of an
 * unpacked `.crate` file. So an unedited copy is the same tree as the published crate.
 *
 * @param seen files that need not be read again; what is read is added, and each path is told to `found`
 *
 * Errors: `vendored-crate-changed`, for a file that is not what the crate's own `.cargo-checksum.json` says, which
 * Cargo refuses, too, or for a link that leads out of the crate; `source-changed`.
 */
export async function adoptCrate(
  crate: LockedCrate,
  { path, files: sums }: DirectoryCrate,
  to: { readonly store: Store; readonly seen: FileMemory; readonly found: (path: string) => void },
): Promise<Result<Digest>> {
  const files: TreeFile[] = [];
  const read = (file: string) => {
    const stats = lstatSync(file);
    to.found(file);
    const known = to.seen.get(file, stats);
    const digest = known?.digest ?? digestFile(file, stats.size);
    if (!known) to.seen.set(file, stats, { digest, mentions: [] });
    return { digest, executable: (stats.mode & 0o100) !== 0 };
  };
  for (const { below, entry } of entriesOf(path, "")) {
    if (below === checksumFile) continue;
    if (entry.isSymbolicLink())
      files.push({ type: "symlink", path: below, target: readlinkSync(`${path}/${below}`) });
    else if (entry.isFile()) files.push({ type: "file", path: below, ...read(`${path}/${below}`) });
  }
  const wrong = wrongFile(files, sums);
  if (wrong !== undefined) return err(changed(crate, `${path}/${wrong}`));
  const mark = Buffer.from(JSON.stringify({ files: {}, package: crate.checksum }));
  files.push({ type: "file", path: checksumFile, digest: digestOf(mark), executable: false });
  return to.store.compose(files, (file) => (file.path === checksumFile ? mark : `${path}/${file.path}`));
}

function* entriesOf(root: string, below: string): Generator<{ below: string; entry: Dirent }> {
  for (const entry of readdirSync(`${root}/${below}`, { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* entriesOf(root, path);
    else yield { below: path, entry };
  }
}

/** A listed file that is missing or has other content, or a link that leads out. */
function wrongFile(files: readonly TreeFile[], sums: Readonly<Record<string, string>>): string | undefined {
  const digests = new Map(files.flatMap((file) => (file.type === "file" ? [[file.path, file.digest]] : [])));
  const links = new Map(files.flatMap((file) => (file.type === "symlink" ? [[file.path, file.target]] : [])));
  const leaving = [...links.keys()].find((path) => linkLeavesCrate(path, links));
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
