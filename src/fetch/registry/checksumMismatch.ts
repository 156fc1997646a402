import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { crateStem, type LockedCrate } from "./lockedPackage.ts";
import { registryName } from "./registryName.ts";

/** A file in Cargo's download cache that is not what the lock pins. */
export type Mismatch = { readonly crate: LockedCrate; readonly file: string; readonly found: Digest };

/** `checksum-mismatch`: which crate, which file, from where, what was expected and what was found. */
export function checksumMismatch({ crate, file, found }: Mismatch): Diagnostic {
  const stem = crateStem(crate);
  return diagnostic("checksum-mismatch", `the download of \`${stem}\` is not what \`Cargo.lock\` pins`, {
    notes: [
      `the file is \`${file}\`, in Cargo's download cache, which Cargo does not verify again`,
      `it came from ${registryName(crate.source)}`,
      `expected ${crate.checksum}`,
      `found    ${found}`,
    ],
    help: [
      `delete the file and fetch again: rm '${file}' && cargo fetch --locked`,
      "if that gives the same file, the registry or a mirror changed the crate, or somebody changed `Cargo.lock`: compare it with its history before you trust either",
    ],
  });
}
