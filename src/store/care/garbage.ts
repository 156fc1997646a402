import { breather } from "../../base/concurrency.ts";
import { byCodeUnit } from "../../base/digest.ts";
import { compactIndex, linkedFiles, type Pause, storedRecords, storedTrees } from "../contents.ts";
import { type Index, openIndex } from "../index.ts";
import { idleSources } from "../lastSources.ts";
import { type Claim, claimStore, exclusive, oldestClaim, removeAll, removeLocks, tempDir } from "../locks.ts";
import { hourOf } from "../rows/rows.ts";
import { type Plan, planCollection, type Room } from "./plan.ts";
import { bringToNow, dropRecords, moveTrees } from "./removal.ts";
import { addedRoom, otherRoom, treeRooms } from "./room.ts";
import { type DeadFiles, type Freed, sweepBlobs, sweepCommits, sweepDownloads, sweepLogs } from "./sweep.ts";

type GarbageOptions = {
  /** Records that were not used for longer than so many seconds go; absent: age does not matter. */
  readonly keepSeconds?: number;
  /** How much room the store may take, in bytes; absent: size does not matter. */
  readonly maxBytes?: number;
  /** Find out, and remove nothing. */
  readonly dryRun: boolean;
  /** Seconds after the epoch. Default: now. */
  readonly now?: number;
  /** Once it is aborted, nothing more is removed. */
  readonly signal?: AbortSignal;
  /** Told that another process collects, and when that is over. */
  readonly onWait?: (isOver: boolean) => void;
};

/** What was removed, or would be. Bytes are those of the disk. */
export type Garbage = {
  readonly records: number;
  readonly trees: number;
  readonly logs: number;
  /** What that frees on the disk. */
  readonly bytes: number;
  readonly keptTrees: number;
  /** The same by kind of tree, and of what is no tree, the largest first. */
  readonly kinds: readonly (Freed & { readonly kind: string })[];
  /** Trees that are kept only since a command may use them, though they were asked to go by their age. Absent: none are. */
  readonly young?: { readonly trees: number; readonly inUseSince: number };
  /** With a limit of size: what is kept, and why. */
  readonly left?: Left;
};

export type Left = Omit<Room, "trees"> & {
  /** All that the store takes. */
  readonly bytes: number;
  /** The index, logs, what is downloaded, and directories. */
  readonly other: number;
  /** What was used since then may be in use; in seconds after the epoch. */
  readonly inUseSince: number;
};

/** A clock that is set back must not make what was just used look older. In seconds. */
const margin = 600;

/**
 * Removes from the store at `root` the records that were not used lately, then the trees that no record, no link
 * of a build and no shell names, then files and logs that nothing refers to.
 *
 * Safe beside builds, which never wait for it long: see `removal.ts`. What a build has used since it opened the store is not
 * touched at all, whatever the options say. Two collections wait for each other.
 *
 * @throws the reason of the signal, once it is aborted
 */
export async function collectGarbage(root: string, options: GarbageOptions): Promise<Garbage> {
  const { dryRun, signal, onWait } = options;
  const pause = breather(signal);
  await using _alone = dryRun ? undefined : await exclusive(`${root}/locks`, "gc", { signal, onWait });
  signal?.throwIfAborted();
  using claim = claimStore(root);
  using index = openIndex(root);
  if (!dryRun) bringToNow(index, hourOf(options.now ?? Date.now() / 1000));
  const { plan, there, inUseSince } = await makePlan(index, { root, claim, options, pause });
  const dropped = dryRun ? new Set(plan.dropped) : await dropRecords(index, plan, signal);
  await using aside = tempDir(root, claim, "gc");
  const freed = countFreed(dryRun);
  for await (const some of dryRun
    ? [[...plan.dead.keys()].map((tree) => ({ tree, place: `${root}/trees/${tree}` }))]
    : moveTrees(index, plan, { root, aside: aside.path, inUseSince, signal }))
    for (const { tree, place } of some) {
      await freed.addTree(plan.dead.get(tree) ?? "tree", place, pause);
      if (!dryRun) await removeAll(place);
      signal?.throwIfAborted();
    }
  // Before the blobs, to which they have links.
  for (const place of idleSources(root, inUseSince)) {
    await freed.addDirectory("sources", place, pause);
    if (!dryRun) await removeAll(place);
  }
  freed.addBlobs(await sweepBlobs(root, freed.filesLeft(), { dryRun, pause }));
  const kept = [...plan.kept, ...plan.dropped.filter((record) => !dropped.has(record))];
  const logs = await sweepLogs(root, { kept, before: inUseSince, dryRun, pause });
  freed.add("logs", logs);
  freed.add("downloads", sweepDownloads(root, inUseSince, dryRun));
  freed.add("checkouts of hooks", sweepCommits(root, inUseSince, dryRun));
  if (!dryRun) {
    // That takes as long as the index is large, and who starts meanwhile waits for it.
    if (oldestClaim(root, claim) === undefined) compactIndex(index);
    removeLocks(root);
  }
  const kinds = freed.kinds();
  const other = otherRoom(root);
  return {
    records: dropped.size,
    trees: freed.trees(),
    logs: logs.count,
    bytes: kinds.reduce((sum, { bytes }) => sum + bytes, 0),
    keptTrees: there - freed.trees(),
    kinds,
    ...youngOf(plan, inUseSince, options),
    ...(plan.room && {
      left: { ...plan.room, bytes: plan.room.trees + other, other, inUseSince: inUseSince * 3600 },
    }),
  };
}

function youngOf(
  { inUse }: Plan,
  inUseSince: number,
  { keepSeconds, now = Date.now() / 1000 }: GarbageOptions,
): Pick<Garbage, "young"> {
  const asked = keepSeconds === undefined ? 0 : hourOf(now - keepSeconds);
  const names = [...inUse].flatMap((record) =>
    record.used < asked || asked >= hourOf(now) ? record.names : [],
  );
  const trees = new Set(names).size;
  return trees > 0 ? { young: { trees, inUseSince: inUseSince * 3600 } } : {};
}

type Planning = {
  readonly root: string;
  readonly claim: Claim;
  readonly options: GarbageOptions;
  readonly pause: Pause;
};

async function makePlan(
  index: Index,
  { root, claim, options, pause }: Planning,
): Promise<{ readonly plan: Plan; readonly there: number; readonly inUseSince: number }> {
  const { keepSeconds, maxBytes, now = Date.now() / 1000 } = options;
  const rooms = maxBytes === undefined ? new Map() : await treeRooms(root, pause);
  const inUseSince = hourOf(Math.min(now, oldestClaim(root, claim) ?? now) - margin);
  const records = storedRecords(index);
  // Listed after the records: whoever adds a tree claims it before, by a record that its removal looks at again.
  const trees = storedTrees(root);
  const plan = planCollection({
    root,
    records,
    trees,
    adding: () => addedRoom(rooms, root),
    limits: {
      inUseSince,
      ...(keepSeconds !== undefined && { keepSince: hourOf(now - keepSeconds) }),
      ...(maxBytes !== undefined && { maxBytes: Math.max(0, maxBytes - otherRoom(root)) }),
    },
  });
  return { plan, there: trees.size, inUseSince };
}

/** Counts what is freed, by kind. A file with several links counts once all of them are gone. */
function countFreed(dryRun: boolean) {
  const kinds = new Map<string, { count: number; bytes: number }>();
  const of = (kind: string) => {
    const found = kinds.get(kind) ?? { count: 0, bytes: 0 };
    kinds.set(kind, found);
    return found;
  };
  const files = new Map<bigint, { kind: string; left: number }>();
  let trees = 0;
  const addDirectory = async (kind: string, place: string, pause: Pause): Promise<void> => {
    const found = await linkedFiles([place], pause);
    of(kind).count += 1;
    of(kind).bytes += found.directoryRoom;
    for (const [inode, { room, links, seen }] of found.files) {
      const before = files.get(inode);
      const left = dryRun ? (before?.left ?? 0) + seen : 0;
      if (links === (dryRun ? left : seen)) {
        of(before?.kind ?? kind).bytes += room;
        files.delete(inode);
      } else files.set(inode, { kind: before?.kind ?? kind, left });
    }
  };
  return {
    trees: () => trees,
    /** To be asked before it is removed. */
    addDirectory,
    add(kind: string, { count, bytes }: Freed): void {
      of(kind).count += count;
      of(kind).bytes += bytes;
    },
    /** The same. */
    addTree(kind: string, place: string, pause: Pause): Promise<void> {
      trees += 1;
      return addDirectory(kind, place, pause);
    },
    filesLeft: (): DeadFiles => files,
    addBlobs(bytes: ReadonlyMap<string, number>): void {
      for (const [kind, each] of bytes) of(kind).bytes += each;
    },
    kinds: (): Garbage["kinds"] =>
      [...kinds]
        .filter(([, { count, bytes }]) => count > 0 || bytes > 0)
        .map(([kind, freed]) => ({ kind, ...freed }))
        .sort((a, b) => b.bytes - a.bytes || byCodeUnit(a.kind, b.kind)),
  };
}
