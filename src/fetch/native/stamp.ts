import { statSync } from "node:fs";

/**
 * Changes whenever one of the files or directories does: inode, size and time of change of each. Cheap enough
 * for every run, and never part of a key: it only says that what was found out earlier still holds.
 */
export function stamp(paths: readonly string[]): string {
  return paths.map(one).join(" ");
}

function one(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}` : "-";
}
