import { chmodSync, lchownSync, lstatSync, lutimesSync, readdirSync, type Stats } from "node:fs";
import { asDigest, type Digest } from "../../base/digest.ts";
import { walk } from "../../tree/walk.ts";
import type { Pause } from "../contents.ts";
import { isAllowed } from "../locks.ts";
import { constantTime } from "../trees.ts";

/**
 * What is not as the store leaves it though no content is another: modes, times and owners, which Cargo and others go by; and
 * what has no business among trees and blobs.
 */

/** The paths below `trees/` and `blobs/` that are no tree and no blob, from the store's root. */
export function straysIn(root: string): string[] {
  const trees = readdirSync(`${root}/trees`)
    .filter((name) => asDigest(name) === undefined)
    .map((name) => `trees/${name}`);
  const groups = readdirSync(`${root}/blobs`, { withFileTypes: true });
  const isGroup = (entry: (typeof groups)[number]) => /^[0-9a-f]{2}$/.test(entry.name) && entry.isDirectory();
  return [...trees, ...groups.filter((entry) => !isGroup(entry)).map(({ name }) => `blobs/${name}`)];
}

type Among = {
  readonly trees: readonly Digest[];
  /** By path. */
  readonly blobs: readonly string[];
  readonly pause: Pause;
};

/** The paths in trees and of blobs that have another mode, time or owner than the store gave them, from the store's root. */
export async function unsettledIn(root: string, { trees, blobs, pause }: Among): Promise<string[]> {
  const owner = lstatSync(root).uid;
  const seen = new Set<number>();
  const unsettled: string[] = [];
  const look = (path: string) => {
    const found = lstatSync(`${root}/${path}`, { throwIfNoEntry: false });
    if (!found || seen.has(found.ino) || isSettled(found, owner)) return;
    seen.add(found.ino);
    unsettled.push(path);
  };
  for (const path of blobs) {
    await pause();
    look(path.slice(root.length + 1));
  }
  for (const tree of trees) {
    look(`trees/${tree}`);
    for (const { path, type } of walk(`${root}/trees/${tree}`, { throwIfNoEntry: false })) {
      await pause();
      if (type !== "special" && type !== "undecodable") look(`trees/${tree}/${path}`);
    }
  }
  return unsettled;
}

function isSettled(found: Stats, owner: number): boolean {
  if (found.uid !== owner || found.mtimeMs !== 1000 * constantTime) return false;
  if (found.isSymbolicLink()) return true;
  const mode = found.mode & 0o7777;
  return mode === 0o755 || (mode === 0o644 && found.isFile());
}

/**
 * Makes it so again; returns the paths where the system refuses that. Whether a file is executable is what it is found to be,
 * which its content's name was compared with.
 */
export function settle(root: string, paths: readonly string[]): string[] {
  const { uid, gid } = lstatSync(root);
  return paths.filter((below) => !isAllowed(() => settleEntry(`${root}/${below}`, { uid, gid })));
}

function settleEntry(path: string, owner: { readonly uid: number; readonly gid: number }): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  // Before the mode: a change of the owner takes bits of that away.
  if (found.uid !== owner.uid) lchownSync(path, owner.uid, owner.gid);
  if (found.isDirectory()) chmodSync(path, 0o755);
  else if (found.isFile()) chmodSync(path, (found.mode & 0o111) === 0 ? 0o644 : 0o755);
  lutimesSync(path, constantTime, constantTime);
}
