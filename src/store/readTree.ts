import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { diagnostic } from "../base/diagnostic.ts";
import { digestOf } from "../base/digest.ts";
import { err, ok, type Result } from "../base/result.ts";
import { isUndecodable } from "../tree/walk.ts";
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

/**
 * Looks whether everything below a directory has a name that a tree can have.
 *
 * Errors: `name-not-utf8`.
 *
 * @param shown what stands before the paths in messages: `$out/`
 */
export function checkNames(directory: string, shown = ""): Result<void> {
  const wrong = undecodableBelow(directory, "");
  if (wrong === undefined) return ok();
  return err(
    diagnostic("name-not-utf8", `the name of \`${shown}${wrong}\` is not UTF-8`, {
      notes: ["the bytes that are not are shown as \ufffd; what is kept has the same names on every machine"],
      help: ["let what writes it choose another name"],
    }),
  );
}

function undecodableBelow(root: string, below: string): string | undefined {
  const directory = `${root}/${below}`;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (isUndecodable(directory, entry.name)) return path;
    const wrong = entry.isDirectory() ? undecodableBelow(root, path) : undefined;
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
