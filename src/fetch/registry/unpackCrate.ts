import { diagnostic } from "../../base/diagnostic.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import { err, type Result } from "../../base/result.ts";
import type { Store } from "../../store/store.ts";
import { gunzipCrate } from "./gunzipCrate.ts";
import { crateStem, type LockedCrate } from "./lockedPackage.ts";
import { type CrateEntries, readCrate } from "./readCrate.ts";

type TreeFile = Parameters<Store["compose"]>[0][number];

const checksumFile = ".cargo-checksum.json";

/**
 * Puts the content of a `.crate` file, whose checksum has been verified, into the store as one tree: its files
 * with modes 0644 and 0755, and the `.cargo-checksum.json` that makes it a package of a directory source. The
 * latter lists no files, which Cargo accepts (1.95): the store guards the content, and hooks may patch it.
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

async function addEntries(entries: CrateEntries, checksum: string, store: Store): Promise<Result<Digest>> {
  const contents = new Map<string, Uint8Array>();
  const files: TreeFile[] = [];
  const add = (path: string, bytes: Uint8Array, executable: boolean) => {
    contents.set(path, bytes);
    files.push({ type: "file", path, digest: digestOf(bytes), executable });
  };
  for (const [path, entry] of entries) {
    if (path === checksumFile) continue;
    if (entry.type === "symlink") files.push({ type: "symlink", path, target: entry.target });
    else add(path, entry.bytes, entry.executable);
  }
  add(checksumFile, Buffer.from(JSON.stringify({ files: {}, package: checksum })), false);
  return store.compose(files, ({ path }) => contents.get(path) ?? new Uint8Array());
}

function malformed(stem: string, reason: string) {
  return diagnostic("crate-malformed", `the archive of \`${stem}\` cannot be unpacked`, {
    causes: [reason],
    notes: ["its checksum is the one in `Cargo.lock`, so it was published like this"],
    help: ["choose another version, for example with `cargo update --precise VERSION PACKAGE`"],
  });
}
