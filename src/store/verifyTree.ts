import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import type { Digest } from "../base/digest.ts";
import { digestFiles } from "./digestFiles.ts";
import { type TreeFile, treeDigest } from "./treeDigest.ts";

/** A tree that is not what it is named. */
export type DamagedTree = {
  readonly tree: Digest;
  /** The files whose content is known to be another, by path; empty where files came, went or lost their links. */
  readonly files: readonly string[];
};

type Found = TreeFile | (Unread & { readonly path: string });
type Unread = { readonly type: "unread"; readonly executable: boolean; readonly bytes: number };

/**
 * Reads a tree and compares it with its name; undefined where it is whole, or not there any more.
 *
 * @param contents of files by inode, as far as they were read already
 * @param damaged inodes of blobs that are not what they are named
 */
export async function verifyTree(
  root: string,
  tree: Digest,
  known: { readonly contents: ReadonlyMap<bigint, Digest>; readonly damaged: ReadonlySet<bigint> },
): Promise<DamagedTree | undefined> {
  const directory = `${root}/trees/${tree}`;
  const files: Found[] = [];
  const wrong: string[] = [];
  const walk = (below: string): void => {
    const entries = readdirSync(directory + below, { withFileTypes: true });
    if (entries.length === 0 && below !== "") files.push({ type: "directory", path: below.slice(1) });
    for (const entry of entries) {
      const path = `${below}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (entry.isSymbolicLink()) {
        files.push({ type: "symlink", path: path.slice(1), target: readlinkSync(directory + path) });
      } else files.push(fileAt(path));
    }
  };
  const fileAt = (path: string): Found => {
    const { ino, mode, size } = lstatSync(directory + path, { bigint: true });
    if (known.damaged.has(ino)) wrong.push(path.slice(1));
    const executable = (Number(mode) & 0o111) !== 0;
    const digest = known.contents.get(ino);
    return {
      path: path.slice(1),
      executable,
      ...(digest ? { type: "file", digest } : { type: "unread", bytes: Number(size) }),
    };
  };
  try {
    walk("");
    return treeDigest(await readRest(directory, files)) === tree ? undefined : { tree, files: wrong };
  } catch (thrown) {
    if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) return undefined;
    if (thrown instanceof Error && "code" in thrown) return { tree, files: wrong };
    throw thrown;
  }
}

/** The few files that are no links to a blob (a file system allows only so many links) are read here. */
async function readRest(directory: string, found: readonly Found[]): Promise<TreeFile[]> {
  const files = found.filter((file) => file.type !== "unread");
  const unread = found.filter((file) => file.type === "unread");
  const sized = unread.map((file) => ({ ...file, below: file.path, path: `${directory}/${file.path}` }));
  await digestFiles(sized, ({ below, executable }, digest) => {
    if (digest) files.push({ path: below, type: "file", digest, executable });
  });
  return files;
}
