import { asDigest, type Digest, digestOf } from "../../base/digest.ts";
import type { ScannedFile } from "../../project/scannedFile.ts";
import type { Memo } from "../../store/store.ts";
import { treeDigest } from "../../store/treeDigest.ts";

/**
 * The digest of a source's tree. It is remembered by the list of files, since of thousands that list is digested in
 * a fraction of the time that the tree takes.
 */
export function sourceDigest(memo: Memo, files: readonly ScannedFile[]): Digest {
  const key = digestOf(files.map(line).join("\0"));
  const known = asDigest(memo.get("source", key) ?? "");
  if (known) return known;
  const digest = treeDigest(files);
  memo.set("source", key, digest);
  return digest;
}

/** No path and no target holds a NUL, so that lists which differ never join to the same text. */
function line(file: ScannedFile): string {
  if (file.type === "symlink") return `link\0${file.path}\0${file.target}`;
  return `${file.executable ? "executable" : "file"}\0${file.path}\0${file.digest}`;
}
