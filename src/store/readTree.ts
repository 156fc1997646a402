import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { diagnostic } from "../base/diagnostic.ts";
import { digestOf } from "../base/digest.ts";
import { parentOf } from "../base/paths.ts";
import { err, ok, type Result } from "../base/result.ts";
import { walk } from "../tree/walk.ts";
import type { TreeFile } from "./treeDigest.ts";

/** What lies below a directory, read and digested. Links are not followed; sockets and the like are left out. */
export function readTree(directory: string): TreeFile[] {
  return listTree<TreeFile>(directory, (path) => {
    const executable = (lstatSync(`${directory}/${path}`).mode & 0o111) !== 0;
    return { type: "file", path, digest: digestOf(readFileSync(`${directory}/${path}`)), executable };
  }).files;
}

type Listed<File> = {
  readonly files: (File | Exclude<TreeFile, { type: "file" }>)[];
  /** The paths of what no tree can hold. */
  readonly strange: readonly string[];
};

/** What lies below a directory as a tree has it: files as `read` describes them, links, and empty directories. */
export function listTree<File extends { readonly path: string }>(
  directory: string,
  read: (path: string) => File,
): Listed<File> {
  const files: Listed<File>["files"] = [];
  const strange: string[] = [];
  const directories: string[] = [];
  for (const { path, type } of walk(directory)) {
    if (type === "file") files.push(read(path));
    else if (type === "symlink") files.push({ type, path, target: readlinkSync(`${directory}/${path}`) });
    else if (type === "directory") directories.push(path);
    else strange.push(path);
  }
  const filled = new Set([...directories, ...files.map(({ path }) => path)].map(parentOf));
  const empty = directories.filter((path) => !filled.has(path));
  return { files: [...files, ...empty.map((path) => ({ type: "directory", path }) as const)], strange };
}

/**
 * Looks whether everything below a directory has a name that a tree can have.
 *
 * Errors: `name-not-utf8`.
 *
 * @param shown what stands before the paths in messages: `$out/`
 */
export function checkNames(directory: string, shown = ""): Result<void> {
  const wrong = [...walk(directory)].find(({ type }) => type === "undecodable")?.path;
  if (wrong === undefined) return ok();
  return err(
    diagnostic("name-not-utf8", `the name of \`${shown}${wrong}\` is not UTF-8`, {
      notes: ["the bytes that are not are shown as \ufffd; what is kept has the same names on every machine"],
      help: ["let what writes it choose another name"],
    }),
  );
}
