import { lstatSync, type Stats } from "node:fs";
import { posix } from "node:path";
import { underUsr, type Whereabouts, whereabouts } from "./underUsr.ts";

/** What a tree below `/usr` will consist of, by path: files of the host, and links. */
export type TreePlan = Map<string, Planned>;
export type Planned =
  | { readonly type: "file"; readonly from: string; readonly mode: number; readonly size: number }
  | { readonly type: "link"; readonly target: string };

/**
 * Plans a tree of the host's files that can be mounted at `/usr` anywhere: absolute links become relative,
 * those through `/etc/alternatives` lead straight to what they stand for, and those that leave `/usr` are
 * dropped. Paths that do not exist, directories, and what `wanted` refuses are passed over.
 */
export function planTree(root: string, paths: Iterable<string>, wanted: (path: string) => boolean): TreePlan {
  const where = whereabouts(root);
  const plan: TreePlan = new Map();
  for (const path of paths) {
    const at = underUsr(path);
    if (at === undefined || !wanted(at)) continue;
    const stat = lstatSync(root + path, { throwIfNoEntry: false });
    const planned = stat && planOne(path, stat, { root, where });
    if (planned) plan.set(...planned);
  }
  return plan;
}

type Host = { readonly root: string; readonly where: Whereabouts };

function planOne(path: string, stat: Stats, host: Host): [string, Planned] | undefined {
  const real = host.where.real(path);
  const at = underUsr(real);
  if (at === undefined) return undefined;
  // A helper that only its group may read would make the tree depend on who builds.
  if (stat.isFile() && !(stat.mode & 0o004)) return undefined;
  if (stat.isFile()) return [at, { type: "file", from: host.root + real, mode: stat.mode, size: stat.size }];
  if (!stat.isSymbolicLink()) return undefined;
  const target = linkTarget(at, host.where.destination(real));
  return target === undefined ? undefined : [at, { type: "link", target }];
}

/** The relative link from `at` to a path of the host; undefined if that is not below `/usr`, or is itself. */
export function linkTarget(at: string, destination: string | undefined): string | undefined {
  const to = destination === undefined ? undefined : underUsr(destination);
  if (to === undefined || to === at) return undefined;
  return posix.relative(posix.dirname(at), to) || ".";
}
