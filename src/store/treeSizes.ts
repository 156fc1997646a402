import type { Digest } from "../base/digest.ts";
import { linkedFiles } from "./linkedFiles.ts";

/** Tells how many bytes a tree adds to those that were asked for before it: a file in two trees counts once. */
export function treeSizes(trees: string): (tree: Digest) => number {
  const counted = new Set<bigint>();
  return (tree) => {
    let bytes = 0;
    for (const [inode, file] of linkedFiles([`${trees}/${tree}`]).files) {
      if (!counted.has(inode)) bytes += file.bytes;
      counted.add(inode);
    }
    return bytes;
  };
}
