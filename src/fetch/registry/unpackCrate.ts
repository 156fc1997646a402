import { readFileSync } from "node:fs";
import { inParallel } from "../../base/concurrency.ts";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import { errorCode } from "../../base/narrowing.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { CargoConfig } from "../../cargo/config/cargoConfig.ts";
import type { Store, TreeContents, TreeItem } from "../../store/store.ts";
import { writePackage } from "../checksumFile.ts";
import { crateStem, type LockedCrate, registryName } from "../lockedPackage.ts";
import { stopped } from "../progress.ts";
import { type CrateFile, locateCrates } from "./locateCrates.ts";
import { type CrateEntries, gunzipCrate, readCrate } from "./readCrate.ts";

/** What became of one crate's files in Cargo's cache. */
export type Unpacked =
  | { readonly status: "unpacked" }
  /** No file of the crate's name. */
  | { readonly status: "absent" }
  /** Files of that name only with other content. `own`: the first is in the directory of the crate's own registry. */
  | { readonly status: "mismatch"; readonly error: Diagnostic; readonly own: boolean }
  | { readonly status: "failed"; readonly error: Diagnostic };

type UnpackOptions = {
  /** Cargo's. */
  readonly home: string;
  /** Those in which a local registry may stand. */
  readonly settings: CargoConfig | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onUnpacked: (crate: LockedCrate, tree: Digest) => void;
};

/** Unpacks the crates of which Cargo has the file, into the store; what became of each, in their order. */
export function unpackCrates(
  crates: readonly LockedCrate[],
  store: Store,
  { home, settings, signal, onUnpacked }: UnpackOptions,
): Promise<Unpacked[]> {
  const files = locateCrates(crates, home, settings);
  return inParallel(crates, unpackedAtOnce, async (crate, index) => {
    if (signal?.aborted) return { status: "failed", error: stopped() };
    return unpackFirst(files[index] ?? [], crate, async (bytes) => {
      const tree = await unpackCrate(crate, bytes, store);
      if (!tree.ok) return { status: "failed", error: tree.error };
      onUnpacked(crate, tree.value);
      return { status: "unpacked" };
    });
  });
}

/** As many as zlib's threads and those that write files can be kept busy with; each holds a crate in memory. */
const unpackedAtOnce = 4;

/**
 * Verifies files against the lock's checksum and unpacks the first that has it. The bytes that were verified are
 * those that are unpacked: the file is read once, since another process may replace it meanwhile.
 */
async function unpackFirst(
  files: readonly CrateFile[],
  crate: LockedCrate,
  unpack: (bytes: Buffer) => Promise<Unpacked>,
): Promise<Unpacked> {
  let result: Unpacked = { status: "absent" };
  for (const { path, own } of files) {
    const bytes = bytesOf(path);
    if (bytes === undefined) continue;
    const digest = digestOf(bytes);
    if (digest === crate.checksum) return unpack(bytes);
    if (result.status === "absent")
      result = { status: "mismatch", error: checksumMismatch(crate, path, digest), own };
  }
  return result;
}

/** Cargo collects old files of its cache on its own, perhaps between our listing and our reading. */
function bytesOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (thrown) {
    if (errorCode(thrown) === "ENOENT") return undefined;
    throw thrown;
  }
}

/** `checksum-mismatch`: which crate, which file, from where, what was expected and what was found. */
function checksumMismatch(crate: LockedCrate, file: string, digest: Digest): Diagnostic {
  const stem = crateStem(crate);
  return diagnostic("checksum-mismatch", `the download of \`${stem}\` is not what \`Cargo.lock\` pins`, {
    notes: [
      `the file is \`${file}\`, in Cargo's download cache, which Cargo does not verify again`,
      `it came from ${registryName(crate.source)}`,
      `expected ${crate.checksum}`,
      `found    ${digest}`,
    ],
    help: [
      `delete the file and fetch again: rm '${file}' && cargo fetch --locked`,
      "if that gives the same file, the registry or a mirror changed the crate, or somebody changed `Cargo.lock`: compare it with its history before you trust either",
    ],
  });
}

/**
 * Puts the content of a `.crate` file, whose checksum has been verified, into the store as one tree: its files
 * with modes 0644 and 0755, and a checksum file.
 *
 * Errors: `crate-malformed`, for an archive that would write outside its directory, too.
 */
export async function unpackCrate(crate: LockedCrate, bytes: Buffer, store: Store): Promise<Result<Digest>> {
  const stem = crateStem(crate);
  let archive: Buffer<ArrayBuffer>;
  try {
    archive = await gunzipCrate(bytes);
  } catch (thrown) {
    return err(
      malformed(stem, `not a whole gzip archive: ${thrown instanceof Error ? thrown.message : thrown}`),
    );
  }
  const entries = readCrate(archive, stem);
  if (!entries.ok) return err(malformed(stem, entries.error));
  return ok(await writePackage(store, contentsOf(archive, entries.value), crate.checksum));
}

/** What the archive holds, most of it as stretches of the archive itself. */
function contentsOf(archive: Buffer<ArrayBuffer>, entries: CrateEntries): TreeContents {
  const buffers: Uint8Array<ArrayBuffer>[] = [archive];
  const items = [...entries].map(([path, entry]): TreeItem => {
    if (entry.type === "symlink") return { type: "symlink", path, target: entry.target };
    const { bytes, executable } = entry;
    const isWithin = bytes.buffer === archive.buffer;
    const part = isWithin
      ? ([0, bytes.byteOffset - archive.byteOffset, bytes.length] as const)
      : ([buffers.length, 0, bytes.length] as const);
    if (!isWithin) buffers.push(new Uint8Array(bytes));
    return { type: "file", path, executable, parts: [part] };
  });
  return { items, buffers };
}

function malformed(stem: string, reason: string) {
  return diagnostic("crate-malformed", `the archive of \`${stem}\` cannot be unpacked`, {
    causes: [reason],
    notes: ["its checksum is the one in `Cargo.lock`, so it was published like this"],
    help: ["choose another version, for example with `cargo update --precise VERSION PACKAGE`"],
  });
}
