import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { FstabEntry } from "./fstab.ts";
import type { Mount, World } from "./world.ts";

/**
 * The places on the host where the world's mounts are put together before bubblewrap takes them over:
 * `<scratch>/root/…` with an empty directory (or file) for each mount.
 */
export function stage(
  world: World,
  scratch: string,
): { readonly mounts: readonly FstabEntry[]; readonly written: ReadonlyMap<string, string> } {
  const written = new Map<string, string>();
  const mounts = world.mounts.map((mount, index) => {
    const at = `${scratch}/root${mount.at}`;
    makePlace(at, mount);
    const entry = entryFor(mount, at, `${scratch}/work-${index}`);
    if (mount.kind === "layered") written.set(mount.at, mount.upper);
    if (mount.kind === "writable") written.set(mount.at, mount.directory);
    return entry;
  });
  for (const path of world.scratch) mkdirSync(`${scratch}/root${path}`, { recursive: true });
  return { mounts, written };
}

function makePlace(at: string, mount: Mount): void {
  const single = mount.kind === "read-only" && !statSync(mount.directories[0]).isDirectory();
  mkdirSync(single ? dirname(at) : at, { recursive: true });
  if (single) writeFileSync(at, "");
}

function entryFor(mount: Mount, at: string, work: string): FstabEntry {
  if (mount.kind === "writable") return { at, bind: mount.directory };
  if (mount.kind === "read-only") {
    const [first, ...more] = mount.directories;
    return more.length === 0 ? { at, bind: first } : { at, lower: mount.directories };
  }
  mkdirSync(work, { recursive: true });
  return { at, lower: [mount.lower], upper: { directory: mount.upper, work } };
}
