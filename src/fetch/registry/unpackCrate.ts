import { readFile } from "node:fs/promises";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import { err, type Result } from "../../base/result.ts";
import type { Store, TreeFile } from "../../store/store.ts";
import { composePackage } from "../checksumFile.ts";
import { crateStem, type LockedCrate } from "../lockedPackage.ts";
import { rememberTree } from "./knownTree.ts";
import type { CrateFile, Mismatch } from "./locateCrates.ts";
import { type CrateEntries, gunzipCrate, readCrate } from "./readCrate.ts";

/** What became of one crate's files in Cargo's cache. */
export type Unpacked =
  | { readonly status: "unpacked"; readonly digest: Digest }
  /** No file of the crate's name. */
  | { readonly status: "absent" }
  /** Files of that name only with other content. `own`: it lies in the directory of the crate's own registry. */
  | { readonly status: "mismatch"; readonly mismatch: Mismatch; readonly own: boolean }
  | { readonly status: "failed"; readonly error: Diagnostic };

/**
 * Verifies the candidates against the lock's checksum and unpacks the first that has it. The bytes that were
 * verified are those that are unpacked: the file is read once, since another process may replace it meanwhile.
 */
export async function unpackCached(
  crate: LockedCrate,
  files: readonly CrateFile[],
  store: Store,
): Promise<Unpacked> {
  let result: Unpacked = { status: "absent" };
  for (const { path, own } of files) {
    const bytes = await readFile(path).catch(absentFile);
    if (bytes === undefined) continue;
    const found = digestOf(bytes);
    if (found !== crate.checksum) {
      if (result.status === "absent")
        result = { status: "mismatch", mismatch: { crate, file: path, found }, own };
      continue;
    }
    const tree = await unpackCrate(crate, bytes, store);
    if (!tree.ok) return { status: "failed", error: tree.error };
    rememberTree(crate, tree.value, store);
    return { status: "unpacked", digest: tree.value };
  }
  return result;
}

/** Cargo collects old files of its cache on its own, perhaps between our listing and our reading. */
function absentFile(thrown: unknown): undefined {
  if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return undefined;
  throw thrown;
}

/**
 * Puts the content of a `.crate` file, whose checksum has been verified, into the store as one tree: its files
 * with modes 0644 and 0755, and a checksum file.
 *
 * Errors: `crate-malformed`, for an archive that would write outside its directory, too.
 */
export async function unpackCrate(crate: LockedCrate, bytes: Buffer, store: Store): Promise<Result<Digest>> {
  const stem = crateStem(crate);
  let archive: Buffer;
  try {
    archive = await gunzipCrate(bytes);
  } catch (thrown) {
    return err(
      malformed(stem, `not a whole gzip archive: ${thrown instanceof Error ? thrown.message : thrown}`),
    );
  }
  const entries = readCrate(archive, stem);
  if (!entries.ok) return err(malformed(stem, entries.error));
  return addEntries(entries.value, crate.checksum, store);
}

function addEntries(entries: CrateEntries, checksum: string, store: Store): Promise<Result<Digest>> {
  const files = [...entries].map(
    ([path, entry]): TreeFile =>
      entry.type === "symlink"
        ? { type: "symlink", path, target: entry.target }
        : { type: "file", path, digest: digestOf(entry.bytes), executable: entry.executable },
  );
  const origin = ({ path }: TreeFile) => {
    const entry = entries.get(path);
    return entry?.type === "file" ? entry.bytes : new Uint8Array();
  };
  return composePackage(store, { files, checksum, origin });
}

function malformed(stem: string, reason: string) {
  return diagnostic("crate-malformed", `the archive of \`${stem}\` cannot be unpacked`, {
    causes: [reason],
    notes: ["its checksum is the one in `Cargo.lock`, so it was published like this"],
    help: ["choose another version, for example with `cargo update --precise VERSION PACKAGE`"],
  });
}
