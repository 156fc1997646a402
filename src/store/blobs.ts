import { linkSync, mkdirSync, renameSync, unlinkSync } from "node:fs";
import type { Digest } from "../base/digest.ts";

/**
 * Files by content: `blobs/ab/abcdef…`, and `….x` for those that are executable, since a hard link shares its
 * mode. Every file of every tree is a hard link to its blob, so equal files are kept once, and a blob with no
 * other link is garbage.
 */
export type Blobs = {
  path(digest: Digest, executable: boolean): string;
  /** Makes `file`, which has that content, a link to the blob, which it becomes where there was none. */
  adopt(file: string, digest: Digest, executable: boolean): void;
  /** Puts a link to the blob at `file`; false if there is no such blob. */
  link(digest: Digest, executable: boolean, file: string): boolean;
};

export function openBlobs(root: string): Blobs {
  const made = new Set<string>();
  const path = (digest: Digest, executable: boolean) =>
    `${root}/${digest.slice(0, 2)}/${digest}${executable ? ".x" : ""}`;
  const directoryOf = (digest: Digest) => {
    const directory = `${root}/${digest.slice(0, 2)}`;
    if (!made.has(directory)) mkdirSync(directory, { recursive: true });
    made.add(directory);
  };
  const link = (digest: Digest, executable: boolean, file: string): boolean => {
    try {
      linkSync(path(digest, executable), file);
      return true;
    } catch (thrown) {
      if (isCode(thrown, "ENOENT")) return false;
      throw thrown;
    }
  };
  const adopt = (file: string, digest: Digest, executable: boolean): void => {
    directoryOf(digest);
    try {
      linkSync(file, path(digest, executable));
    } catch (thrown) {
      // Full of links (EMLINK): the file stays on its own. Anything but EEXIST besides is not expected.
      if (isCode(thrown, "EMLINK")) return;
      if (!isCode(thrown, "EEXIST")) throw thrown;
      replaceByLink(file, digest, executable);
    }
  };
  // By rename, so that the file is never missing: another process may be reading it.
  const replaceByLink = (file: string, digest: Digest, executable: boolean): void => {
    const aside = `${file}.gantry-link`;
    try {
      if (!link(digest, executable, aside)) return;
    } catch (thrown) {
      if (isCode(thrown, "EMLINK")) return;
      throw thrown;
    }
    renameSync(aside, file);
    // A rename between two links to one file does nothing (POSIX), so the name may be left.
    try {
      unlinkSync(aside);
    } catch {}
  };
  return { path, adopt, link };
}

function isCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === code;
}
