import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { Mount, World } from "./sandbox.ts";

/** What is done for a world's mounts before bubblewrap takes them over. Paths in it count from a root directory. */
export type MountPlan = {
  /** Places of mounts and directories of scratch: `./build/source`. */
  readonly directories: readonly string[];
  /** Places of mounts that are files. */
  readonly files: readonly string[];
  /** The text of an fstab for `mount --all --fstab`. */
  readonly fstab: string;
  /** Absolute directories that overlays need for themselves, to be made. */
  readonly workDirectories: readonly string[];
  /** The directories of all overlays, to be linked to from `../layers/0`, `../layers/1`, … */
  readonly layers: readonly string[];
};

/**
 * Plans the mounts of a world below `root`.
 *
 * One `mount` process makes all mounts: 400 of them take 30 ms, where as many `--ro-bind` of bubblewrap take
 * 330 ms, since it reads the whole mount table anew for each (seen with bubblewrap 0.8).
 *
 * @param root absolute; need not exist yet
 * @param work absolute; directories below it are named in the plan
 */
export function planMounts(world: World, root: string, work: string): MountPlan {
  const workOf = new Map(
    world.mounts
      .filter(({ kind }) => kind === "layered")
      .map((mount, index) => [mount, `${work}/${index}`] as const),
  );
  const files = world.mounts.filter(isFile);
  const directories = world.mounts.map((mount) => (files.includes(mount) ? dirname(mount.at) : mount.at));
  const below = (path: string) => `.${path}`;
  const layers = new Map<string, string>();
  const layer = (directory: string) => {
    const link = layers.get(directory) ?? `../layers/${layers.size}`;
    layers.set(directory, link);
    return link;
  };
  const line = (mount: Mount) =>
    fstabLine(fields(mount, { at: root + mount.at, work: workOf.get(mount) ?? "", layer }));
  return {
    directories: [...directories, ...world.scratch, "/dev"].map(below),
    files: [...files.map(({ at }) => at), ...devices].map(below),
    fstab: [
      ...world.mounts.map(line),
      ...devices.map((path) => fstabLine([path, root + path, "none", "bind,ro"])),
    ].join(""),
    workDirectories: [...workOf.values()],
    layers: [...layers.keys()],
  };
}

/**
 * The devices that bubblewrap shows. They are the host's own, whose modes and times root's builds could change: they can
 * be written to where they are mounted read-only, but not changed.
 */
export const devices = ["full", "null", "random", "tty", "urandom", "zero"].map((name) => `/dev/${name}`);

function isFile(mount: Mount): boolean {
  return mount.kind === "read-only" && !statSync(mount.directories[0]).isDirectory();
}

/** As util-linux reads it (fstab(5)). */
function fstabLine(fields: readonly string[]): string {
  return `${fields.map(escaped).join(" ")} 0 0\n`;
}

type Making = {
  readonly at: string;
  /** What an overlay has to itself. */
  readonly work: string;
  /** Another name of a directory of an overlay: the options of one give `,`, `:`, `\` and `"` a meaning. */
  readonly layer: (directory: string) => string;
};

/** Overlays take `userxattr`, since none but root may set `trusted.` attributes. */
function fields(mount: Mount, { at, work, layer }: Making): string[] {
  if (mount.kind === "writable") return [mount.directory, at, "none", "bind"];
  if (mount.kind === "layered") {
    const layers = `lowerdir=${layer(mount.lower)},upperdir=${layer(mount.upper)},workdir=${layer(work)}`;
    return ["overlay", at, "overlay", `${layers},userxattr`];
  }
  const [first, ...more] = mount.directories;
  if (more.length === 0) return [first, at, "none", "bind"];
  return ["overlay", at, "overlay", `ro,lowerdir=${mount.directories.map(layer).join(":")}`];
}

function escaped(field: string): string {
  return field.replace(
    /[\\ \t\n]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}
