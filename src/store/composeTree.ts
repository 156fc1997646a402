import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { breather } from "../base/breather.ts";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { type Digest, digestOf } from "../base/digest.ts";
import { err, ok, type Result } from "../base/result.ts";
import { addTree, type Trees } from "./addTree.ts";
import { type TreeFile, treeDigest } from "./treeDigest.ts";

/** Where the content of a file that the store does not have comes from: a path to copy, or the bytes. */
export type Origin = string | Uint8Array;

/**
 * Makes the tree that `files` describe out of blobs, asking `origin` only for contents that are not there.
 *
 * Errors: `source-changed`, where a file no longer has the content that it was said to have. A user who saves a
 * file while it is being copied must not put the new content into the store under the old name.
 */
export async function composeTree(
  place: { readonly trees: Trees; readonly scratch: string },
  files: readonly TreeFile[],
  origin: (file: TreeFile) => Origin,
): Promise<Result<Digest>> {
  const digest = treeDigest(files);
  const { trees } = place;
  trees.claim(digest);
  if (existsSync(`${trees.directory}/${digest}`)) return ok(digest);
  const made = new Set<string>();
  const parentOf = (path: string) => {
    const directory = dirname(path);
    if (!made.has(directory)) mkdirSync(directory, { recursive: true });
    made.add(directory);
  };
  const root = `${place.scratch}/tree`;
  mkdirSync(root, { recursive: true });
  const pause = breather();
  for (const file of files) {
    await pause();
    const path = `${root}/${file.path}`;
    parentOf(path);
    if (file.type === "directory") mkdirSync(path, { recursive: true });
    else if (file.type === "symlink") symlinkSync(file.target, path);
    else if (!trees.blobs.link(file.digest, file.executable, path)) {
      const from = origin(file);
      if (!put(path, from, file.digest)) return err(changed(file.path));
    }
  }
  return ok(await addTree(trees, root, files));
}

/** Whether what arrived is what was expected. */
function put(path: string, origin: Origin, expected: Digest): boolean {
  if (typeof origin !== "string") {
    writeFileSync(path, origin);
    return true;
  }
  copyFileSync(origin, path, constants.COPYFILE_FICLONE);
  return digestOf(readFileSync(path)) === expected;
}

function changed(path: string): Diagnostic {
  return diagnostic("source-changed", `\`${path}\` changed while it was being read`, {
    help: ["run the same command again"],
  });
}
