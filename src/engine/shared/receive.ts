import { mkdirSync, readFileSync } from "node:fs";
import { inParallel } from "../../base/concurrency.ts";
import type { Digest } from "../../base/digest.ts";
import { parsedJson } from "../../base/parsedJson.ts";
import { contentsOf, unpacked, unpackInto } from "../../cache/pack/unpack.ts";
import type { Peer } from "../../cache/peer.ts";
import {
  type Believed,
  type Pack,
  packsOf,
  type RecordName,
  wordOf,
} from "../../cache/statement/statement.ts";
import { type KindName, kinds } from "../../store/kinds/kinds.ts";
import { isShared, type SharedKind, type SharedName } from "../../store/kinds/sharing.ts";
import type { Store } from "../../store/store.ts";
import { type TreeFile, treeDigest } from "../../store/treeDigest.ts";
import { putLog } from "./logs.ts";
import type { OthersRecords } from "./othersRecords.ts";

export type Receiving = {
  readonly peer: Peer;
  readonly store: Store;
  readonly others: OthersRecords;
  /** Told each record that is there now. */
  readonly onReceived: (name: SharedName, believed: Believed) => void;
  /** Told each of which something is there that nobody can use: other bytes than were signed, or not what was asked for. */
  readonly onUseless: (name: RecordName) => void;
};

/** How many bytes travel together at most, and how many such groups at once. */
const together = 4 * 1024 * 1024;
const atOnce = 4;

/** In milliseconds: how much longer fetching may take than it took to make what is fetched. */
const patience = 20_000;

/** The same of a base system, in the place of which nothing can be made. */
const patienceWithBase = 30 * 60_000;

/** Bytes a millisecond. What was fetched and not made would have to come from elsewhere, hardly faster than this. */
const slowFetch = 1000;
const isFetched: ReadonlySet<string> = new Set<SharedKind>(["crate", "git", "component", "native-crate"]);

/**
 * Brings what believed statements are about: their trees into the store, and then their records. What does not come, or is
 * not what was signed, counts as nothing.
 */
export async function receive(statements: readonly Believed[], receiving: Receiving): Promise<void> {
  const groups: Believed[][] = [];
  let room = 0;
  for (const believed of statements) {
    const bytes = neededPacks(believed, receiving.store).reduce((sum, { size }) => sum + size, 0);
    if (bytes > room || groups.length === 0) {
      groups.push([]);
      room = together;
    }
    groups.at(-1)?.push(believed);
    room -= bytes;
  }
  const took = statements.reduce((sum, { statement }) => sum + timeFor(statement), 0);
  const hasBase = statements.some(({ statement }) => statement.kind === "base-system");
  const until = performance.now() + (hasBase ? patienceWithBase : patience) + took;
  await inParallel(groups, atOnce, (group) => receiveGroup(group, until, receiving));
}

/** How long it took to make, or would take to fetch from elsewhere. */
function timeFor(statement: Believed["statement"]): number {
  if (!isFetched.has(statement.kind)) return statement.made.took;
  return packsOf(statement).reduce((sum, { size }) => sum + size / slowFetch, 0);
}

async function receiveGroup(group: readonly Believed[], until: number, receiving: Receiving): Promise<void> {
  const { peer, store, onUseless } = receiving;
  await using scratch = await store.tempDir("receive");
  const path = (pack: Digest) => `${scratch.path}/${pack}`;
  const packs = group.flatMap((believed) => neededPacks(believed, store));
  const came = packs.length === 0 ? new Map() : await peer.fetch(packs, path, until);
  for (const [index, believed] of group.entries()) {
    const ends = new Set(neededPacks(believed, store).map(({ digest }) => came.get(digest)));
    if (ends.has("altered")) {
      peer.tell([believed.statement], "has other bytes than were signed");
      onUseless(believed.statement);
    }
    // An entry of which the server lost a part is none.
    if ([...ends].some((end) => end !== "there")) continue;
    const problem = await receiveOne(believed, `${scratch.path}/tree-${index}`, {
      ...receiving,
      read: async ({ digest }) => readFileSync(path(digest)),
    });
    if (problem === undefined) continue;
    peer.tell([believed.statement], problem);
    onUseless(believed.statement);
  }
}

/** The packs that have to come: not those of a tree that the store has. */
function neededPacks({ statement }: Believed, store: Store): readonly Pack[] {
  const { tree } = statement;
  return tree && store.keptTree(tree.digest) !== undefined
    ? packsOf({ ...statement, tree: { ...tree, packs: [] } })
    : packsOf(statement);
}

type One = Receiving & { readonly read: (pack: Pack) => Promise<Uint8Array> };

/** Returns what is wrong with what came, if something is. */
async function receiveOne(
  believed: Believed,
  directory: string,
  receiving: One,
): Promise<string | undefined> {
  const { store, others, read, onReceived } = receiving;
  const { statement, signer } = believed;
  const { kind, key, tree, value: told, made, log } = statement;
  if (!isShared(kind)) return "is of a kind that is not shared";
  const text =
    typeof told === "string" ? { bytes: Buffer.from(told) } : await unpacked(told, await read(told));
  if ("problem" in text) return text.problem;
  let files: readonly TreeFile[] | undefined;
  if (tree) {
    const added = await addTree({ kind, tree, directory }, receiving);
    if (typeof added === "string") return added;
    files = added;
  }
  const value = withFiles(kind, parsedJson(text.bytes.toString()), files);
  const record = kinds[kind].read(value, key);
  if (!record) return "is not what such a record says";
  if (record.standsFor !== tree?.digest) return "is about another tree than the one with it";
  const word = wordOf(believed);
  // A local result has a log of its own.
  if (log && store.records.get("result", key) === undefined) {
    const problem = await putLog(store, key, { word, packs: log, read, directory: `${directory}-log` });
    if (problem !== undefined) return problem;
  }
  others.learn<KindName>(kind, key, {
    value: record.value,
    word,
    made: { by: signer.name, at: made.at },
  });
  onReceived({ kind, key }, believed);
  return undefined;
}

type Tree = {
  readonly kind: SharedKind;
  readonly tree: { readonly digest: Digest; readonly packs: readonly Pack[] };
  readonly directory: string;
};

/** Its files, or what is wrong with them. */
async function addTree(
  { kind, tree, directory }: Tree,
  { store, read }: One,
): Promise<readonly TreeFile[] | string | undefined> {
  const there = store.keptTree(tree.digest);
  if (there !== undefined) {
    const { readTree } = await import("../../store/readTree.ts");
    return kind === "unit" ? readTree(there) : undefined;
  }
  const size = tree.packs.reduce((sum, { unpacked }) => sum + unpacked, 0);
  if (kind !== "result" && size <= mostInMemory) {
    const contents = await contentsOf(tree.packs, read);
    if ("problem" in contents) return contents.problem;
    const { digest, files } = await store.write(contents, tree.digest);
    return digest === tree.digest ? files : otherFiles;
  }
  mkdirSync(directory);
  const files = await unpackInto(directory, tree.packs, read);
  if ("problem" in files) return files.problem;
  if (treeDigest(files) !== tree.digest) return otherFiles;
  // Of an output users are given a link.
  const added = await (kind === "result" ? store.addOutput(directory) : store.addTree(directory, files));
  return added === tree.digest ? files : otherFiles;
}

const otherFiles = "has other files than were signed";

/** Bytes of a tree. Several are received at once. */
const mostInMemory = 64 * 1024 * 1024;

/** The files of a unit are in its tree, and need not be said twice. */
function withFiles(kind: SharedKind, value: unknown, files: readonly TreeFile[] | undefined): unknown {
  if (kind !== "unit" || files === undefined || typeof value !== "object") return value;
  return { ...value, files };
}

/** What is said of a record, without what its tree says. */
export function withoutFiles(kind: SharedKind, value: unknown): unknown {
  if (kind !== "unit" || typeof value !== "object" || value === null || !("files" in value)) return value;
  const { files: _, ...rest } = value;
  return rest;
}
