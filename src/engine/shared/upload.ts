import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { inParallel } from "../../base/concurrency.ts";
import { byCodeUnit, type Digest } from "../../base/digest.ts";
import { parsedJson } from "../../base/parsedJson.ts";
import { itemsIn, packBytes, packItems } from "../../cache/pack/pack.ts";
import { unpackInto } from "../../cache/pack/unpack.ts";
import type { Peer } from "../../cache/peer.ts";
import type { SigningKey } from "../../cache/statement/keys.ts";
import {
  type Believed,
  type Pack,
  packsOf,
  type RecordName,
  type Statement,
  type sharedLevel,
  wordOf,
} from "../../cache/statement/statement.ts";
import { kinds } from "../../store/kinds/kinds.ts";
import { isList, mergedLists, type SharedKind } from "../../store/kinds/sharing.ts";
import type { Store } from "../../store/store.ts";
import { type TreeFile, treeDigest } from "../../store/treeDigest.ts";
import { packLog } from "./logs.ts";
import { withoutFiles } from "./receive.ts";

/** A record to be sent. */
export type UploadItem = {
  readonly kind: SharedKind;
  readonly key: string;
  readonly value: unknown;
  /** The public keys of those whose word had a part in it. */
  readonly rests: readonly string[];
  /** What the cache has of it was looked at and is of no use, although it seems whole. */
  readonly isUseless?: boolean;
  /** How long it took to make, in milliseconds. */
  readonly took: number;
};

type Uploading = {
  readonly store: Store;
  readonly peer: Peer;
  readonly key: SigningKey;
  /** How steps were isolated: what was made otherwise is not signed. */
  readonly level: typeof sharedLevel;
  /** Which Gantry it is. */
  readonly by: string;
  /** In seconds after the epoch. */
  readonly now: () => number;
  /** What is there is read, to see whether it is what was signed. Default: that it is there is enough. */
  readonly verify?: boolean;
};

/**
 * What became of a record: it is there already, it was sent, was sent again since what was there is altered, or could not be; or
 * was not, since its files in the store are others by now than it says.
 */
export type UploadEnd = "there" | "sent" | "again" | "failed" | "damaged";

/** How many are packed and sent at once. */
const atOnce = 2;

/**
 * Sends records with the trees that they stand for. What is there stays: units that were compiled against one another must fit. What
 * is signed by a key that is not trusted here is written over: it may be one that was replaced.
 */
export async function upload(
  items: readonly UploadItem[],
  uploading: Uploading,
  onEnd: (item: UploadItem, end: UploadEnd) => void,
): Promise<void> {
  const { peer } = uploading;
  const named = items.map((item) => ({ item, name: nameOf(item) }));
  const occupied = await peer.occupied(named.map(({ name }) => name));
  if (!occupied) return;
  const there = [...occupied.values()].flatMap((each) =>
    typeof each === "string" ? [] : packsOf(each.statement),
  );
  const lost = there.length === 0 ? new Set<Digest>() : await peer.missing(there);
  if (!lost) return;
  await inParallel(named, atOnce, async ({ item, name }) => {
    const before = occupied.get(name);
    const isBelieved = before !== undefined && typeof before !== "string";
    const isThere =
      !item.isUseless && isBelieved && packsOf(before.statement).every(({ digest }) => !lost.has(digest));
    const isWhole = isThere && !(uploading.verify && (await isAltered(before, uploading)));
    const more = isWhole ? added(item, before) : { ...item, isUseless: item.isUseless === true || isThere };
    if (more === undefined) return onEnd(item, "there");
    const end = await uploadOne(more, before !== undefined, uploading);
    onEnd(item, end === "sent" && isBelieved && !isWhole ? "again" : end);
  });
}

/** Bytes a millisecond, and milliseconds besides: one that gives less is too slow to be verified. */
const slowestRead = 100;
const patience = 20_000;

/**
 * Whether the cache has other bytes of a record than were signed, or other files than its tree's name says, which no receiver
 * takes. One that gives nothing is given up, and sent nothing.
 */
async function isAltered({ statement }: Believed, { store, peer }: Uploading): Promise<boolean> {
  await using scratch = await store.tempDir("verify");
  const packs = packsOf(statement);
  const bytes = packs.reduce((sum, { size }) => sum + size, 0);
  const until = performance.now() + patience + bytes / slowestRead;
  const path = (pack: Digest) => `${scratch.path}/${pack}`;
  const came = await peer.fetch(packs, path, until);
  if (packs.some(({ digest }) => came.get(digest) !== "there")) return true;
  const { tree } = statement;
  if (!tree) return false;
  const directory = `${scratch.path}/tree`;
  mkdirSync(directory);
  const files = await unpackInto(directory, tree.packs, ({ digest }) => readFile(path(digest)));
  return "problem" in files || treeDigest(files) !== tree.digest;
}

function nameOf({ kind, key }: UploadItem): RecordName {
  return { kind, version: kinds[kind].version, key };
}

/** Lists with those that are there already, which rest on whoever told these; undefined where nothing is new. */
function added(item: UploadItem, before: Believed): UploadItem | undefined {
  const { kind, key, value, rests } = item;
  const told = before.statement.value;
  if (!isList(kind) || typeof told !== "string") return undefined;
  const lists = [value, parsedJson(told)].flatMap((each) => {
    const record = kinds[kind].read(each, key);
    return record ? [record.value] : [];
  });
  const merged = mergedLists(lists);
  const [, old = []] = lists;
  if (merged.length <= old.length) return undefined;
  return { ...item, value: merged, rests: [...rests, ...wordOf(before)] };
}

/** What is longer is a pack of its own, and not in the entry. */
const longestValue = 8 * 1024;

async function uploadOne(
  item: UploadItem,
  replace: boolean,
  { store, peer, key, level, by, now }: Uploading,
): Promise<"sent" | "failed" | "damaged"> {
  const { kind, value, took } = item;
  const rests = [...new Set(item.rests)].filter((each) => each !== key.trusted).sort(byCodeUnit);
  const record = kinds[kind].read(value, item.key);
  const tree = record?.standsFor;
  if (!record || (tree !== undefined && store.tree(tree) === undefined)) return "failed";
  await using scratch = await store.tempDir("send");
  const packs = tree === undefined ? undefined : await packTree(store, tree, scratch.path);
  if (packs === "damaged") return "damaged";
  const log = kind === "result" ? await packLog(store, item.key, scratch.path) : [];
  const statement: Statement = {
    format: 2,
    ...nameOf(item),
    value: await packedValue(JSON.stringify(withoutFiles(kind, value)), scratch.path),
    ...(tree !== undefined && packs && { tree: { digest: tree, packs } }),
    ...(log.length > 0 && { log }),
    ...(rests.length > 0 && { rests }),
    made: { by, level, at: Math.floor(now()), took: Math.round(took) },
  };
  const { isUseless: resend = false } = item;
  const isSent = await peer.put(statement, {
    key,
    replace,
    resend,
    path: (pack) => `${scratch.path}/${pack}`,
  });
  return isSent ? "sent" : "failed";
}

/** The packs of a tree, if its files are what its name says: what is signed has to be true. */
async function packTree(store: Store, tree: Digest, scratch: string): Promise<readonly Pack[] | "damaged"> {
  const files: TreeFile[] = [];
  const packs = await packItems(itemsIn(store.pathOf(tree)), scratch, (file) => void files.push(file));
  return treeDigest(files) === tree ? packs : "damaged";
}

async function packedValue(text: string, scratch: string): Promise<string | Pack> {
  const bytes = Buffer.from(text);
  if (bytes.length <= longestValue) return text;
  const [pack, ...more] = await packBytes([bytes], scratch);
  // Longer than a pack may be is no record.
  return pack && more.length === 0 ? pack : text;
}
