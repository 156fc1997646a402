import { posix } from "node:path";
import { byCodeUnit } from "../../base/digest.ts";
import { isWithin } from "../../base/paths.ts";
import { type Lock, type LockPackage, lockGraph } from "../../cargo/lock/lock.ts";
import { formatSourceId } from "../../cargo/sourceId.ts";

/** A state of a workspace: what its builds could read, and what its lock pins. */
export type WorkspaceState = {
  /** Name and directory of each member, relative to the workspace's root, which is `.` itself. */
  readonly members: ReadonlyMap<string, string>;
  /** By path from the workspace's root: what tells a file's contents apart. */
  readonly files: ReadonlyMap<string, string>;
  readonly lock: Lock;
  /** The text of a file, to look for names of others in it. */
  readonly textOf: (path: string) => string;
};

/** A member that a change can touch, and the ways by which it does, the nearest first; of many, how many more there are. */
export type AffectedMember = { readonly name: string; readonly because: string };

/**
 * The members of a workspace that may come out otherwise than before, in the order of their names:
 *
 * - those in whose directory a file changed, or whose code has the name of a changed file in it
 * - all, where a file changed that belongs to none: the workspace's manifest, Cargo's settings, the toolchain file
 * - those that depend, in the lock, on a crate that changed there, or on another member of this list
 *
 * @example
 * affectedMembers(before, now) // [{ name: "core", because: "core/src/lib.rs" }, { name: "cli", because: "depends on core" }]
 */
export function affectedMembers(before: WorkspaceState, now: WorkspaceState): readonly AffectedMember[] {
  const because = new Map<string, Set<string>>();
  const touch = (name: string, reason: string): void => {
    if (now.members.has(name)) because.set(name, (because.get(name) ?? new Set()).add(reason));
  };
  const changed = changedFiles(before, now);
  const owners = changed.map((path) => [path, ownerOf(path, now.members)] as const);
  for (const [path, owner] of owners) if (owner !== undefined) touch(owner, path);
  for (const name of now.members.keys()) if (!before.members.has(name)) touch(name, "it is new");
  for (const [name, path] of mentioning(changed, now))
    if (!because.get(name)?.has(path)) touch(name, `its code names ${path}`);
  const graph = lockGraph(now.lock);
  const pinned = new Set(before.lock.packages.map(identity));
  for (const [member, dependencies] of graph) {
    const crates = isOwn(member) ? dependencies.filter((each) => changedBelow(each, graph, pinned)) : [];
    for (const crate of crates)
      touch(member.name, `depends on ${crate.name} ${crate.version}, which changed in Cargo.lock`);
  }
  // What depends on an affected member is affected, too.
  for (let isGrowing = true; isGrowing; ) {
    const size = because.size;
    for (const [member, dependencies] of graph) {
      const near = isOwn(member) ? dependencies.filter((each) => isOwn(each) && because.has(each.name)) : [];
      for (const each of near) touch(member.name, `depends on ${each.name}`);
    }
    isGrowing = because.size > size;
  }
  // Last, since all have it in common.
  for (const [path, owner] of owners)
    if (owner === undefined) for (const name of now.members.keys()) touch(name, path);
  return [...because]
    .map(([name, reasons]) => ({ name, because: inShort([...reasons]) }))
    .sort((a, b) => byCodeUnit(a.name, b.name));
}

function inShort(reasons: readonly string[]): string {
  const rest = reasons.length - 2;
  return [...reasons.slice(0, 2), ...(rest > 0 ? [`and ${rest} more`] : [])].join(", ");
}

/** Without the lock and Gantry's own files: what those change shows in the lock's packages and in the steps. */
function changedFiles({ files: before }: WorkspaceState, { files: now }: WorkspaceState): string[] {
  const paths = new Set([...before.keys(), ...now.keys()]);
  return [...paths]
    .filter((path) => before.get(path) !== now.get(path) && !passedOver.has(path))
    .sort(byCodeUnit);
}

const passedOver: ReadonlySet<string> = new Set(["Cargo.lock", "gantry.lock", "gantry.config.ts"]);

/**
 * The member that a file belongs to: the nearest above it. What lies beside the code of a package in the root is the whole
 * workspace's, if there are other members.
 */
function ownerOf(path: string, members: ReadonlyMap<string, string>): string | undefined {
  const [nearest] = [...members]
    .filter(([, directory]) => isWithin(path, directory) || directory === ".")
    .sort(([, a], [, b]) => depth(b) - depth(a));
  if (!nearest) return undefined;
  const [name, directory] = nearest;
  return directory !== "." || members.size === 1 || ownCode.test(path) ? name : undefined;
}

const ownCode = /^(?:(?:src|tests|examples|benches)\/|build\.rs$)/;

function depth(directory: string): number {
  return directory === "." ? 0 : directory.split("/").length;
}

/** Members whose code has the name of a changed file of another member in it. */
function mentioning(changed: readonly string[], now: WorkspaceState): [name: string, path: string][] {
  const others = changed.filter((path) => !path.endsWith(".rs") && posix.basename(path) !== "Cargo.toml");
  if (others.length === 0) return [];
  return [...now.files.keys()]
    .filter((path) => path.endsWith(".rs"))
    .flatMap((path): [string, string][] => {
      const owner = ownerOf(path, now.members);
      const text = now.textOf(path);
      const named = others.find((each) => text.includes(posix.basename(each)));
      return owner !== undefined && named !== undefined ? [[owner, named]] : [];
    });
}

type Graph = ReadonlyMap<LockPackage, readonly LockPackage[]>;

/** Whether the lock pins a crate, or one that it needs, otherwise than before. */
function changedBelow(crate: LockPackage, graph: Graph, before: ReadonlySet<string>): boolean {
  const seen = new Set<LockPackage>();
  const visit = (one: LockPackage): boolean => {
    if (isOwn(one) || seen.has(one)) return false;
    seen.add(one);
    return !before.has(identity(one)) || (graph.get(one) ?? []).some(visit);
  };
  return visit(crate);
}

/** With its dependencies, since the same crate may be given another version of one. */
function identity({ name, version, source, checksum, dependencies }: LockPackage): string {
  const needs = dependencies.map((each) => `${each.name} ${each.version ?? ""}`);
  return [name, version, source ? formatSourceId(source) : "", checksum ?? "", ...needs].join("\n");
}

function isOwn({ source }: LockPackage): boolean {
  return source === undefined;
}
