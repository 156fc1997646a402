import { byCodeUnit, type Digest } from "../../base/digest.ts";
import { type Hold, holdOf, isRoot, type StoredRecord } from "../contents.ts";

/** What garbage collection decides, from what is known of the store at one moment; it changes nothing. */

/** What is kept whatever its age, and what beyond that. Hours count from the epoch. */
export type Retention = {
  /** What was used in this hour or later may be in use now. */
  readonly inUseSince: number;
  /** What was used before this hour goes; absent: age does not matter. */
  readonly keepSince?: number;
  /** How much the trees may take together; absent: size does not matter. */
  readonly maxBytes?: number;
  /** Trees that links outside the store point to, or that shells use. */
  readonly linked: ReadonlySet<Digest>;
  /** How much room a tree needs beside those that were asked for before it. */
  readonly bytesOf: (tree: Digest) => number;
};

/**
 * The records that garbage collection keeps. With a limit of size the most recently used come first, and after the
 * first that does not fit there is no other one, however small: what is kept is then no patchwork.
 */
export function chooseRecords<Each extends Used>(records: readonly Each[], retention: Retention): Set<Each> {
  const { inUseSince, keepSince = 0, maxBytes = Number.POSITIVE_INFINITY, linked, bytesOf } = retention;
  const isHeld = ({ used, names }: Used) => used >= inUseSince || names.some((tree) => linked.has(tree));
  const kept = new Set(records.filter(isHeld));
  const trees = new Set<Digest>(linked);
  let bytes = 0;
  if (Number.isFinite(maxBytes)) for (const tree of linked) bytes += bytesOf(tree);
  const add = (names: readonly Digest[]): boolean => {
    if (!Number.isFinite(maxBytes)) return true;
    for (const tree of names) {
      if (!trees.has(tree)) bytes += bytesOf(tree);
      trees.add(tree);
    }
    return bytes <= maxBytes;
  };
  for (const record of kept) add(record.names);
  const rest = records.filter((record) => !kept.has(record) && record.used >= keepSince).sort(lastUsedFirst);
  let fits = true;
  for (const record of rest) {
    if (record.names.length > 0) fits &&= add(record.names);
    if (fits || record.names.length === 0) kept.add(record);
  }
  return kept;
}

type Used = Pick<StoredRecord, "kind" | "key" | "used" | "names">;

/** Of what was used in the same hour, as all of one build, what takes longest to make again comes first. */
function lastUsedFirst(a: Used, b: Used): number {
  return b.used - a.used || rankOf(a) - rankOf(b) || byCodeUnit(a.kind, b.kind) || byCodeUnit(a.key, b.key);
}

/** A unit brings what it was compiled against with it. That a tree was used, and nothing more, is said of every tree. */
function rankOf({ kind }: Used): number {
  if (kind === "unit") return 0;
  return kind === "tree" ? 2 : 1;
}

/** What is known of a store. */
type Known = {
  readonly root: string;
  readonly records: readonly StoredRecord[];
  readonly trees: ReadonlySet<Digest>;
  /** How many bytes a tree adds to those that were asked for before it; each counts anew. */
  readonly adding: () => (tree: Digest) => number;
  readonly limits: Pick<Retention, "inUseSince" | "keepSince" | "maxBytes">;
};

export type Plan = {
  readonly kept: readonly StoredRecord[];
  readonly dropped: readonly StoredRecord[];
  /** Trees that no record that is kept names, no link and no shell; of the kinds that they were. */
  readonly dead: ReadonlyMap<Digest, string>;
  /** The records that are kept since they may be in use. */
  readonly inUse: ReadonlySet<StoredRecord>;
  /** Absent where size does not matter. */
  readonly room?: Room;
};

/** How much of what is kept is kept for which reason, in bytes; what is for several counts for the first. */
export type Room = {
  /** Of all trees that are kept. */
  readonly trees: number;
  readonly inUse: number;
  readonly linked: number;
  /** The links that hold most of that, and how much each. */
  readonly links: readonly (readonly [path: string, bytes: number])[];
};

/** Decides what stays, by what is known of a store at one moment; of links and shells it looks whether they are there. */
export function planCollection({ root, records: all, trees, adding, limits }: Known): Plan {
  const records = all.map(
    (record): StoredRecord => ({
      ...record,
      names: record.names.filter((tree) => trees.has(tree)),
    }),
  );
  const holds = new Map<StoredRecord, Hold>();
  for (const record of records) if (isRoot(record)) holds.set(record, holdOf(root, record));
  const held = [...holds].flatMap(([record, { state, trees: names }]) =>
    state === "held" ? [{ record, names: names.filter((tree) => trees.has(tree)) }] : [],
  );
  const linked = new Set(held.flatMap(({ names }) => names));
  // Who cannot see whether a link is there lets its age decide.
  const isOrdinary = (record: StoredRecord) => (holds.get(record)?.state ?? "unseen") === "unseen";
  const chosen = chooseRecords(
    records.filter((record) => isOrdinary(record) && record.state !== "damaged"),
    { ...limits, linked, bytesOf: limits.maxBytes === undefined ? () => 0 : adding() },
  );
  const isKept = (record: StoredRecord) => chosen.has(record) || holds.get(record)?.state === "held";
  const kept = records.filter(isKept);
  const live = new Set([...linked, ...kept.flatMap(({ names }) => names)]);
  const dropped = records.filter((record) => !isKept(record));
  const inUse = kept.filter(({ used }) => used >= limits.inUseSince);
  return {
    kept,
    dropped,
    dead: kindsOf(new Set([...trees].filter((tree) => !live.has(tree))), dropped),
    inUse: new Set(inUse),
    ...(limits.maxBytes !== undefined && {
      room: roomOf({ kept: live, inUse: inUse.flatMap(({ names }) => names), held }, adding()),
    }),
  };
}

type Kept = {
  readonly kept: Iterable<Digest>;
  readonly inUse: Iterable<Digest>;
  readonly held: readonly { readonly record: StoredRecord; readonly names: readonly Digest[] }[];
};

function roomOf({ kept, inUse, held }: Kept, bytesOf: (tree: Digest) => number): Room {
  const counted = new Set<Digest>();
  const add = (trees: Iterable<Digest>) => {
    let bytes = 0;
    for (const tree of trees) {
      if (!counted.has(tree)) bytes += bytesOf(tree);
      counted.add(tree);
    }
    return bytes;
  };
  const used = add(inUse);
  const links = held.map(({ record, names }) => [shown(record), add(names)] as const);
  const linked = links.reduce((sum, [, bytes]) => sum + bytes, 0);
  return {
    inUse: used,
    linked,
    links: links.filter(([, bytes]) => bytes > 0).sort(([, a], [, b]) => b - a),
    trees: used + linked + add(kept),
  };
}

/** A link by its path; a shell by its project's. */
function shown({ kind, key }: StoredRecord): string {
  return kind === "shell" ? `${key.split("\0")[1]} (shell)` : key;
}

/** What each tree is: what stands for it, else what names it. */
function kindsOf(dead: ReadonlySet<Digest>, dropped: readonly StoredRecord[]): Map<Digest, string> {
  const kinds = new Map<Digest, string>();
  const name = (tree: Digest | undefined, kind: string) => {
    if (tree !== undefined && dead.has(tree) && !kinds.has(tree)) kinds.set(tree, kind);
  };
  for (const { standsFor, kind } of dropped) name(standsFor, kind);
  for (const { names, kind } of dropped)
    if (kind !== "tree" && kind !== "unit") for (const tree of names) name(tree, kind);
  for (const tree of dead) name(tree, "tree");
  return kinds;
}
