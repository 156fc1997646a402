import { readFile } from "node:fs/promises";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import type { Store } from "../../store/store.ts";
import type { Mismatch } from "./checksumMismatch.ts";
import { rememberTree } from "./knownTree.ts";
import type { CrateFile } from "./locateCrates.ts";
import type { LockedCrate } from "./lockedPackage.ts";
import { unpackCrate } from "./unpackCrate.ts";

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
