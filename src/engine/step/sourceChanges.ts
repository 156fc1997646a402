import { lstatSync, readFileSync, readlinkSync, type Stats } from "node:fs";
import { posix } from "node:path";
import { parentOf } from "../../base/paths.ts";
import { world } from "../../derivation/world.ts";
import type { SandboxInstance } from "../../sandbox/sandbox.ts";
import { permit, walk } from "../../tree/walk.ts";
import type { ObservedBuild } from "../../units/layout/observedUnits.ts";

/** What the commands of a step have changed. */
type Changes = Omit<ObservedBuild, "observations">;

/**
 * What the commands of a step have changed, told from what lies in its writable directories now: a call that was to write
 * may have failed, and what was written may be gone.
 *
 * @param before the host's directory with the source that the step was given; undefined: it cannot write to it
 */
export function changesOf(instance: SandboxInstance, before: string | undefined): Changes {
  const now = before === undefined ? undefined : instance.written(world.source);
  const removed = (path: string) => instance.locate(`${world.source}/${path}`) === undefined;
  const changed = before === undefined || now === undefined ? [] : changedBelow({ before, now, removed });
  const remains = (path: string) => {
    const place = posix.normalize(path);
    const root = roots.find((each) => `${place}/`.startsWith(`${each}/`));
    const below = place.slice(root?.length);
    // Gone with the sandbox: only what was left is told of at all.
    if (root === world.temporary || root === world.sharedMemory || root === world.home) return true;
    if (root !== world.source)
      return root !== undefined && statOf(instance.written(root) + below) !== undefined;
    if (before === undefined || now === undefined) return false;
    return statOf(now + below)
      ? isChanged(before + below, now + below)
      : isHidden(before + below, now + below);
  };
  return {
    remains,
    locate: (path) => instance.locate(path),
    changed: new Set(changed.map((path) => `${world.source}/${path}`)),
  };
}

/** Where a step can write. */
const roots = [
  world.source,
  world.targetDirectory,
  world.out,
  world.temporary,
  world.sharedMemory,
  world.home,
];

type Directories = {
  readonly before: string;
  /** May be a layer over `before`, in which nothing lies where nothing was done. */
  readonly now: string;
  readonly removed: (path: string) => boolean;
};

/**
 * The paths at which something else lies now than before.
 *
 * A directory that is neither removed nor written to is not entered: an overlay copies a directory up before anything in it
 * can change or go. Of ten thousand files whose directories nobody wrote to, none has to be looked for.
 */
function changedBelow({ before, now, removed }: Directories): string[] {
  permit(now, 0o400);
  const is = [...walk(now)].map(({ path }) => path);
  const changed = is.filter((path) => isChanged(`${before}/${path}`, `${now}/${path}`));
  const touched = new Set(is);
  const gone = new Set<string>();
  for (const { path } of walk(before, {
    enters: (directory) => touched.has(directory) || gone.has(directory),
  }))
    if (removed(path)) gone.add(path);
  return [...changed, ...gone];
}

function isChanged(before: string, now: string): boolean {
  const [was, is] = [statOf(before), statOf(now)];
  if (was?.isDirectory() && is?.isDirectory()) return false;
  if (was?.isSymbolicLink() && is?.isSymbolicLink()) return readlinkSync(before) !== readlinkSync(now);
  return !was || !is || !isCopy(was, is) || !readFileSync(now).equals(readFileSync(before));
}

/** Of what was to be changed: a directory that was made anew hides what was in it. */
function isHidden(before: string, now: string): boolean {
  return statOf(before) !== undefined && statOf(parentOf(now)) !== undefined;
}

function isCopy(was: Stats, is: Stats): boolean {
  return was.isFile() && is.isFile() && was.size === is.size && was.mode === is.mode;
}

/** Undefined also for what is no path, of which a process may ask. */
function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
