import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { digestOf } from "../base/digest.ts";
import type { TreeFile } from "./treeDigest.ts";

/** What lies below a directory, read and digested. Links are not followed; sockets and the like are ignored. */
export function readTree(directory: string): TreeFile[] {
  const files: TreeFile[] = [];
  walk(directory, "", files);
  return files;
}

function walk(root: string, below: string, files: TreeFile[]): void {
  const entries = readdirSync(root + below, { withFileTypes: true });
  if (entries.length === 0 && below !== "") files.push({ type: "directory", path: below.slice(1) });
  for (const entry of entries) {
    const path = `${below}/${entry.name}`;
    if (entry.isDirectory()) walk(root, path, files);
    else if (entry.isSymbolicLink()) {
      files.push({ type: "symlink", path: path.slice(1), target: readlinkSync(root + path) });
    } else if (entry.isFile()) {
      const executable = (lstatSync(root + path).mode & 0o111) !== 0;
      files.push({
        type: "file",
        path: path.slice(1),
        digest: digestOf(readFileSync(root + path)),
        executable,
      });
    }
  }
}
