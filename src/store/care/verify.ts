import { createReadStream, existsSync, lstatSync, renameSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { breather, inParallel } from "../../base/concurrency.ts";
import { byCodeUnit, type Digest, digestAside, digester } from "../../base/digest.ts";
import { parsedJson } from "../../base/parsedJson.ts";
import { changeRecords, type StoredRecord, storedBlobs, storedRecords, storedTrees } from "../contents.ts";
import { type Index, openIndex } from "../index.ts";
import { kindNamed, kinds } from "../kinds/kinds.ts";
import { idleSources, sweepSources } from "../lastSources.ts";
import { claimStore, isAllowed, tempDir } from "../locks.ts";
import { changesOf } from "../outputs.ts";
import { listTree } from "../readTree.ts";
import { isWhole, rowsOf } from "../rows/rows.ts";
import { type TreeFile, treeDigest } from "../treeDigest.ts";
import { settle, straysIn, unsettledIn } from "./settled.ts";

/** What reading the whole store showed. */
export type Verified = {
  readonly trees: number;
  readonly blobs: number;
  /** Of the blobs. */
  readonly bytes: number;
  readonly damagedTrees: readonly DamagedTree[];
  /** Blobs that are not what they are named, by name; where trees have links to them, those are damaged too. */
  readonly damagedBlobs: readonly string[];
  readonly records: number;
  /** What has another mode, time or owner than the store gave it, but no other content; by paths in the store. */
  readonly unsettled: readonly string[];
  /** What `repair` could not change or remove since the system refuses it; by paths in the store. */
  readonly stuck: readonly string[];
  /** What is no tree and no blob, but lies among them; by paths in the store. */
  readonly strays: readonly string[];
  /** Records whose text is not what was written, which nobody takes for anything, or which contradict themselves. */
  readonly damagedRecords: number;
  /** SQLite cannot read the index. A build that notices makes it again. */
  readonly isIndexDamaged: boolean;
  /** Records that went with `repair` since what they say may have been made from a damaged tree. */
  readonly doubtful: number;
  /** Records whose tree is missing: nothing is wrong with that, what they stood for is made again when needed. */
  readonly dangling: number;
};

/**
 * Reads every file of the store at `root` once and compares blobs and trees with their names, and every record with the
 * digest of its text.
 *
 * With `repair` it puts modes, times and owners right, removes what is damaged, and the records that stand for it, for a tree that is missing, or for what
 * may have been made from it, so that the next build makes it again. Both may be done beside builds.
 *
 * @throws the reason of the signal, once it is aborted; then nothing was removed
 */
export async function verifyStore(
  root: string,
  { repair, onProgress, signal }: VerifyOptions,
): Promise<Verified> {
  const blobs = await verifyBlobs(root, signal);
  const damaged = new Set(
    blobs.damaged.flatMap((path) => lstatSync(path, { throwIfNoEntry: false, bigint: true })?.ino ?? []),
  );
  const trees = [...storedTrees(root)].sort(byCodeUnit);
  const damagedTrees: DamagedTree[] = [];
  const pause = breather(signal);
  for (const [index, tree] of trees.entries()) {
    await pause();
    const found = await verifyTree(root, tree, { contents: blobs.contents, damaged, signal });
    if (found) damagedTrees.push(found);
    onProgress?.(index + 1, trees.length);
  }
  // What was compiled from a damaged source is in doubt as well.
  for (const directory of idleSources(root)) {
    for (const tree of existsSync(`${directory}/trees`) ? storedTrees(directory) : []) {
      const found = await verifyTree(directory, tree, { contents: blobs.contents, damaged, signal });
      if (found) damagedTrees.push(found);
    }
  }
  const strays = straysIn(root);
  const records = await settleRecords(root, { damagedTrees, damagedBlobs: blobs.damaged, strays, repair });
  const isOther = new Set([...damagedTrees.map(({ tree }) => tree), ...records.outputs]);
  const unsettled = await unsettledIn(root, {
    trees: trees.filter((tree) => !isOther.has(tree)),
    blobs: storedBlobs(root).filter((path) => !blobs.damaged.includes(path)),
    pause,
  });
  const stuck = repair ? settle(root, unsettled) : [];
  return {
    trees: trees.length,
    blobs: blobs.count,
    bytes: blobs.bytes,
    damagedTrees,
    damagedBlobs: blobs.damaged.map((path) => basename(path)),
    unsettled,
    strays,
    stuck: [...records.stuck, ...stuck],
    ...records.verified,
  };
}

type VerifyOptions = {
  readonly repair: boolean;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
};

type Damage = {
  readonly damagedTrees: readonly DamagedTree[];
  /** By path. */
  readonly damagedBlobs: readonly string[];
  readonly strays: readonly string[];
  readonly repair: boolean;
};

type VerifiedRecords = Pick<
  Verified,
  "records" | "damagedRecords" | "isIndexDamaged" | "doubtful" | "dangling"
>;

type Settled = {
  readonly verified: VerifiedRecords;
  /** Trees that users change; a build looks at each before it uses it. */
  readonly outputs: ReadonlySet<Digest>;
  /** What could not be removed. */
  readonly stuck: readonly string[];
};

/** Reads the index, and removes what is damaged, if it shall. Builds wait for it only where there is something to remove. */
async function settleRecords(root: string, damage: Damage): Promise<Settled> {
  const { damagedTrees, damagedBlobs, strays, repair } = damage;
  using claim = claimStore(root);
  using index = openIndex(root);
  const isIndexDamaged = !index.isSound();
  if (isIndexDamaged && !repair) {
    const verified = { records: 0, damagedRecords: 0, isIndexDamaged, doubtful: 0, dangling: 0 };
    return { verified, outputs: new Set(), stuck: [] };
  }
  const found = isIndexDamaged ? [] : storedRecords(index);
  const damagedRecords = found.filter(({ state }) => state === "damaged").length;
  if (isIndexDamaged || (damagedRecords > 0 && repair)) index.remake();
  const lying = new Set(lyingUnits(index));
  const lies = ({ kind, key }: StoredRecord) => kind === "unit" && lying.has(key);
  const counted = { damagedRecords: damagedRecords + lying.size, isIndexDamaged };
  const records = isIndexDamaged ? storedRecords(index) : found;
  const outputs = new Set(
    records.flatMap(({ kind, standsFor }) => (kind === "result" && standsFor ? [standsFor] : [])),
  );
  const isGone = (there: ReadonlySet<Digest>, { standsFor }: StoredRecord) =>
    standsFor !== undefined && !there.has(standsFor);
  const there = storedTrees(root);
  const dangling = records.filter((record) => isGone(there, record)).length;
  if (repair) sweepSources(root);
  const isSound = damagedTrees.length + damagedBlobs.length + strays.length + dangling + lying.size === 0;
  if (!repair || isSound)
    return { verified: { records: records.length, ...counted, doubtful: 0, dangling }, outputs, stuck: [] };
  await using aside = tempDir(root, claim, "repair");
  const stuck: string[] = [];
  const further = changeRecords(index, (all, drop) => {
    const left = storedTrees(root);
    const doubtful = new Set(doubtfulRecords(all, damagedTrees));
    for (const { tree } of damagedTrees) {
      const move = () => renameSync(`${root}/trees/${tree}`, `${aside.path}/${tree}`);
      if (left.delete(tree) && !isAllowed(move)) stuck.push(`trees/${tree}`);
    }
    // It may be done again, where the database is damaged.
    for (const [number, stray] of strays.filter((each) => existsSync(`${root}/${each}`)).entries())
      renameSync(`${root}/${stray}`, `${aside.path}/stray-${number}`);
    for (const path of damagedBlobs)
      if (!isAllowed(() => rmSync(path, { recursive: true, force: true })))
        stuck.push(path.slice(root.length + 1));
    drop(all.filter((record) => isGone(left, record) || doubtful.has(record) || lies(record)));
    return [...doubtful].filter((record) => !isGone(left, record));
  });
  const verified = { records: records.length, ...counted, doubtful: further.length, dangling };
  return { verified, outputs, stuck };
}

/** The keys of units whose record says other files than the tree has that it says. */
function lyingUnits(index: Index): string[] {
  return index.use((database) =>
    Array.from(rowsOf(database)).flatMap((row) => {
      if (row.kind !== "unit" || row.version !== kinds.unit.version || !isWhole(row)) return [];
      const unit = kinds.unit.read(parsedJson(row.value), row.key)?.value;
      return unit && treeDigest(unit.files) !== unit.tree ? [row.key] : [];
    }),
  );
}

/**
 * The records of what may have been made from damaged trees: since when those were, and who read them, nobody knows.
 *
 * A unit names what it was compiled against, so that of damaged units not all others are in doubt. An output that somebody
 * changed was used by nothing: a build looks before.
 */
function doubtfulRecords(
  records: readonly StoredRecord[],
  damagedTrees: readonly DamagedTree[],
): readonly StoredRecord[] {
  const kindsOf = (tree: Digest) =>
    new Set(records.flatMap(({ kind, standsFor }) => (standsFor === tree ? [kind] : [])));
  const isOnly = (tree: Digest, kind: string) => [...kindsOf(tree)].join() === kind;
  const damaged = damagedTrees.filter(({ tree, isChanged }) => !(isChanged && isOnly(tree, "result")));
  if (damaged.length === 0) return [];
  const derived = records.filter(({ kind }) => kindNamed(kind)?.isDerived);
  if (!damaged.every(({ tree }) => isOnly(tree, "unit"))) return derived;
  const bad = new Set(damaged.map(({ tree }) => tree));
  const units = derived.filter(({ kind }) => kind === "unit");
  for (let before = -1; before < bad.size; ) {
    before = bad.size;
    for (const { names, standsFor } of units)
      if (standsFor && names.some((tree) => bad.has(tree))) bad.add(standsFor);
  }
  return derived.filter(({ kind, names }) => kind !== "unit" || names.some((tree) => bad.has(tree)));
}

/** A tree that is not what it is named. */
export type DamagedTree = {
  readonly tree: Digest;
  /** Its files are as they were left but for what somebody changed: see `changesOf`. */
  readonly isChanged: boolean;
  /** The files whose content is known to be another, by path; empty where files came, went or lost their links. */
  readonly files: readonly string[];
};

type Found = TreeFile | (Unread & { readonly path: string });
type Unread = { readonly type: "unread"; readonly executable: boolean; readonly bytes: number };

/**
 * Reads a tree and compares it with its name; undefined where it is whole, or not there any more.
 *
 * @param contents of files by inode, as far as they were read already
 * @param damaged inodes of blobs that are not what they are named
 */
async function verifyTree(
  root: string,
  tree: Digest,
  known: {
    readonly contents: ReadonlyMap<bigint, Digest>;
    readonly damaged: ReadonlySet<bigint>;
    readonly signal: AbortSignal | undefined;
  },
): Promise<DamagedTree | undefined> {
  const directory = `${root}/trees/${tree}`;
  const before = lstatSync(directory, { throwIfNoEntry: false, bigint: true });
  if (!before) return undefined;
  if (!before.isDirectory()) return { tree, files: [], isChanged: false };
  // Collections and builds go on beside: one that went while it was read may have come again, as another directory.
  const went = (): boolean => {
    const now = lstatSync(directory, { throwIfNoEntry: false, bigint: true });
    return now?.ino !== before.ino || now.birthtimeNs !== before.birthtimeNs;
  };
  const wrong = new Set<string>();
  const isWhole = async (contents: ReadonlyMap<bigint, Digest>): Promise<boolean> => {
    const { files, strange } = listTree(directory, (path): Found => {
      const { ino, mode, size } = lstatSync(`${directory}/${path}`, { bigint: true });
      if (known.damaged.has(ino)) wrong.add(path);
      const executable = (Number(mode) & 0o111) !== 0;
      const digest = contents.get(ino);
      return {
        path,
        executable,
        ...(digest ? { type: "file", digest } : { type: "unread", bytes: Number(size) }),
      };
    });
    return strange.length === 0 && treeDigest(await readRest(directory, files, known.signal)) === tree;
  };
  try {
    // A file that was read before may be gone by now, and its inode that of a new one: what seems wrong is read by itself.
    const isSound = (await isWhole(known.contents)) || (await isWhole(new Map()));
    return isSound || went() ? undefined : damagedTree(directory, tree, [...wrong]);
  } catch (thrown) {
    known.signal?.throwIfAborted();
    if (went()) return undefined;
    if (thrown instanceof Error && "code" in thrown) return damagedTree(directory, tree, [...wrong]);
    throw thrown;
  }
}

/** @param wrong the files that are damaged blobs, by path */
function damagedTree(directory: string, tree: Digest, wrong: readonly string[]): DamagedTree {
  if (wrong.length > 0) return { tree, files: wrong, isChanged: false };
  const changes = changesOf(directory, tree);
  const files = changes.filter((path) =>
    lstatSync(`${directory}/${path}`, { throwIfNoEntry: false })?.isFile(),
  );
  return { tree, files, isChanged: changes.length > 0 };
}

/** The few files that are no links to a blob (a file system allows only so many links) are read here. */
async function readRest(
  directory: string,
  found: readonly Found[],
  signal: AbortSignal | undefined,
): Promise<TreeFile[]> {
  const files = found.filter((file) => file.type !== "unread");
  const unread = found.filter((file) => file.type === "unread");
  const sized = unread.map((file) => ({ ...file, below: file.path, path: `${directory}/${file.path}` }));
  const use = ({ below, executable }: (typeof sized)[number], digest: Digest | undefined) => {
    if (digest) files.push({ path: below, type: "file", digest, executable });
  };
  await digestFiles(sized, use, signal);
  return files;
}

type VerifiedBlobs = {
  readonly count: number;
  readonly bytes: number;
  /** The content of each, by inode: trees have links to them, which need not be read again. */
  readonly contents: ReadonlyMap<bigint, Digest>;
  /** The paths of those that are not what they are named. */
  readonly damaged: readonly string[];
};

/** Reads every blob and compares it with its name, which tells its content and whether it is executable. */
async function verifyBlobs(root: string, signal: AbortSignal | undefined): Promise<VerifiedBlobs> {
  const files: (Sized & { readonly inode: bigint; readonly executable: boolean })[] = [];
  const contents = new Map<bigint, Digest>();
  const damaged: string[] = [];
  const pause = breather(signal);
  for (const path of storedBlobs(root)) {
    await pause();
    const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
    if (!found) continue;
    const executable = (Number(found.mode) & 0o111) !== 0;
    // Reading a pipe may wait for ever.
    if (found.isFile()) files.push({ path, bytes: Number(found.size), inode: found.ino, executable });
    else damaged.push(path);
  }
  const use = ({ path, inode, executable }: (typeof files)[number], digest: Digest | undefined) => {
    if (digest) contents.set(inode, digest);
    // It went, or came again as another file.
    else if (lstatSync(path, { throwIfNoEntry: false, bigint: true })?.ino !== inode) return;
    if (basename(path) !== `${digest}${executable ? ".x" : ""}`) damaged.push(path);
  };
  await digestFiles(files, use, signal);
  return {
    count: files.length,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    contents,
    damaged: damaged.sort(),
  };
}

type Sized = { readonly path: string; readonly bytes: number };

/** In bytes. Larger files are read piece by piece. */
const large = 64 * 1024 * 1024;

/**
 * Digests files, several at once, and hands each digest over as it comes; undefined for a file that vanished or
 * cannot be read.
 */
async function digestFiles<File extends Sized>(
  files: readonly File[],
  use: (file: File, digest: Digest | undefined) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  await inParallel(files, 2 * availableParallelism(), async (file) => {
    const digest = await digestOfFile(file, signal).catch(() => undefined);
    signal?.throwIfAborted();
    use(file, digest);
  });
}

async function digestOfFile({ path, bytes }: Sized, signal: AbortSignal | undefined): Promise<Digest> {
  if (bytes <= large) return digestAside(await readFile(path));
  const hash = digester();
  for await (const piece of createReadStream(path, { signal })) hash.update(piece);
  return hash.finish();
}
