import { lstatSync, readdirSync } from "node:fs";
import { asDigest, type Digest } from "../base/digest.ts";
import { walk } from "../tree/walk.ts";

/** Files of one or several trees, each once, however many links it has among them. */
export type LinkedFiles = {
  /** By inode. */
  readonly files: ReadonlyMap<bigint, LinkedFile>;
  /** Of all links, as if every link were a file of its own. */
  readonly apparentBytes: number;
  readonly links: number;
};

type LinkedFile = {
  readonly bytes: number;
  /** How many links to it the file system has, and how many of them are in these trees. */
  readonly links: number;
  readonly seen: number;
};

/** Looks at every file below the directories; those that vanish meanwhile are left out. */
export function linkedFiles(directories: Iterable<string>): LinkedFiles {
  const files = new Map<bigint, LinkedFile>();
  let [apparentBytes, links] = [0, 0];
  for (const directory of directories) {
    for (const { path, type } of walk(directory, { throwIfNoEntry: false })) {
      if (type !== "file") continue;
      const found = lstatSync(`${directory}/${path}`, { throwIfNoEntry: false, bigint: true });
      if (!found) continue;
      const bytes = Number(found.size);
      files.set(found.ino, {
        bytes,
        links: Number(found.nlink),
        seen: (files.get(found.ino)?.seen ?? 0) + 1,
      });
      apparentBytes += bytes;
      links += 1;
    }
  }
  return { files, apparentBytes, links };
}

/** The trees that are in the store. Whatever else lies there is not listed. */
export function storedTrees(root: string): Set<Digest> {
  return new Set(readdirSync(`${root}/trees`).flatMap((name) => asDigest(name) ?? []));
}

/** The paths of all blobs; see `Blobs` for their names. */
export function storedBlobs(root: string): string[] {
  const blobs = `${root}/blobs`;
  return readdirSync(blobs).flatMap((name) =>
    readdirSync(`${blobs}/${name}`).map((file) => `${blobs}/${name}/${file}`),
  );
}
