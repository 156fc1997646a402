import { constants, readFileSync, writeFileSync } from "node:fs";
import { chmod, copyFile, readFile } from "node:fs/promises";
import { type Digest, digestAside, digestOf } from "../../base/digest.ts";
import type { Planned } from "./planTree.ts";

type Original = Extract<Planned, { type: "file" }>;
type Copied = { readonly digest: Digest; readonly executable: boolean };

/**
 * Copies a small file and says what was copied: the bytes that were written, and not what the original has by now,
 * which an upgrade may be replacing at the moment.
 */
export function copyDigested({ from, mode }: Original, to: string): Copied {
  const bytes = readFileSync(from);
  writeFileSync(to, bytes);
  return { digest: digestOf(bytes), executable: isExecutable(mode) };
}

/** The same for a large one, by other threads, and without copying at all where the file system can share blocks. */
export async function copyDigestedAside({ from, mode }: Original, to: string): Promise<Copied> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  // A copy of `sudo` must not keep its powers while it is being read, nor may it be unreadable to its owner.
  await chmod(to, 0o644);
  return { digest: await digestAside(await readFile(to)), executable: isExecutable(mode) };
}

function isExecutable(mode: number): boolean {
  return (mode & 0o111) !== 0;
}
