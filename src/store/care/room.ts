import { lstatSync, readdirSync } from "node:fs";
import type { Digest } from "../../base/digest.ts";
import { walk } from "../../tree/walk.ts";
import { type Pause, roomOf, storedTrees } from "../contents.ts";

/** How much room things take on the disk, in bytes: whole blocks, as `du` counts them. */

/** All that lies in a directory, by inode. What vanishes meanwhile is left out. */
type Rooms = ReadonlyMap<bigint, number>;

export function roomsIn(directory: string): Rooms {
  const rooms = new Map<bigint, number>();
  const add = (path: string) => {
    const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
    if (found) rooms.set(found.ino, roomOf(found));
    return found;
  };
  if (!add(directory)?.isDirectory()) return rooms;
  for (const { path, type } of walk(directory, { throwIfNoEntry: false }))
    if (type === "file" || type === "directory") add(`${directory}/${path}`);
  return rooms;
}

export function sumOf(rooms: Rooms): number {
  let bytes = 0;
  for (const each of rooms.values()) bytes += each;
  return bytes;
}

/** Of each tree. Looks at every file of the store: not something to do while builds wait for the index. */
type TreeRooms = ReadonlyMap<Digest, Rooms>;

export async function treeRooms(root: string, pause: Pause): Promise<TreeRooms> {
  const rooms = new Map<Digest, Rooms>();
  for (const tree of storedTrees(root)) {
    await pause();
    rooms.set(tree, roomsIn(`${root}/trees/${tree}`));
  }
  return rooms;
}

/** Tells how many bytes a tree adds to those that were asked for before it: a file in two trees counts once. */
export function addedRoom(rooms: TreeRooms, root: string): (tree: Digest) => number {
  const counted = new Set<bigint>();
  return (tree) => {
    let bytes = 0;
    // A tree that came since is looked at now.
    for (const [inode, room] of rooms.get(tree) ?? roomsIn(`${root}/trees/${tree}`)) {
      if (!counted.has(inode)) bytes += room;
      counted.add(inode);
    }
    return bytes;
  };
}

/** What the store takes beside its trees and their files: the index, logs, what is downloaded, directories. */
export function otherRoom(root: string): number {
  const parts = readdirSync(root).filter((name) => !["trees", "blobs", "tmp"].includes(name));
  const directories = readdirSync(`${root}/blobs`).map((name) => `blobs/${name}`);
  const alone = ["", "trees", "blobs", "tmp", ...directories].map((name) => {
    const found = lstatSync(`${root}/${name}`, { throwIfNoEntry: false, bigint: true });
    return found ? roomOf(found) : 0;
  });
  const whole = parts.map((name) => sumOf(roomsIn(`${root}/${name}`)));
  return [...alone, ...whole].reduce((sum, each) => sum + each, 0);
}
