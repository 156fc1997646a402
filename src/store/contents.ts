import { type BigIntStats, existsSync, lstatSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { breather } from "../base/concurrency.ts";
import { asDigest, type Digest } from "../base/digest.ts";
import { parsedJson } from "../base/parsedJson.ts";
import { processNumbers, processState } from "../base/processes.ts";
import { textOf } from "../tree/files.ts";
import { walk } from "../tree/walk.ts";
import type { Index } from "./index.ts";
import { kindNamed } from "./kinds/kinds.ts";
import type { References } from "./kinds/recordKind.ts";
import { type DamagedRow, isWhole, type Row, rowsOf, rowsUsedSince } from "./rows/rows.ts";

/** Files of one or several trees, each once, however many links it has among them. */
type LinkedFiles = {
  /** By inode. */
  readonly files: ReadonlyMap<bigint, LinkedFile>;
  /** Of all links, as if every link were a file of its own. */
  readonly apparentBytes: number;
  readonly links: number;
  /** What the directories themselves take on the disk. */
  readonly directoryRoom: number;
};

/** See `breather`. */
export type Pause = ReturnType<typeof breather>;

type LinkedFile = {
  readonly bytes: number;
  /** What it takes on the disk, in bytes. */
  readonly room: number;
  /** How many links to it the file system has, and how many of them are in these trees. */
  readonly links: number;
  readonly seen: number;
};

/** Looks at every file below the directories; those that vanish meanwhile are left out. */
export async function linkedFiles(
  directories: Iterable<string>,
  pause: Pause = breather(),
): Promise<LinkedFiles> {
  const files = new Map<bigint, LinkedFile>();
  let [apparentBytes, links, directoryRoom] = [0, 0, 0];
  for (const directory of directories) {
    const own = lstatSync(directory, { throwIfNoEntry: false, bigint: true });
    if (!own?.isDirectory()) continue;
    directoryRoom += roomOf(own);
    for (const { path, type } of walk(directory, { throwIfNoEntry: false })) {
      await pause();
      if (type !== "file" && type !== "directory") continue;
      const found = lstatSync(`${directory}/${path}`, { throwIfNoEntry: false, bigint: true });
      if (type === "directory" && found) directoryRoom += roomOf(found);
      if (type !== "file" || !found) continue;
      const bytes = Number(found.size);
      files.set(found.ino, {
        bytes,
        room: roomOf(found),
        links: Number(found.nlink),
        seen: (files.get(found.ino)?.seen ?? 0) + 1,
      });
      apparentBytes += bytes;
      links += 1;
    }
  }
  return { files, apparentBytes, links, directoryRoom };
}

/** How much room a file or a directory takes on the disk, in bytes: whole blocks, as `du` counts them. */
export function roomOf({ blocks, size }: Pick<BigIntStats, "blocks" | "size">): number {
  // Some file systems do not know yet how many blocks one that was just written takes.
  return blocks > 0n ? 512 * Number(blocks) : Number(size);
}

/** The trees that are in the store. Whatever else lies there is not listed. */
export function storedTrees(root: string): Set<Digest> {
  return new Set(readdirSync(`${root}/trees`).flatMap((name) => asDigest(name) ?? []));
}

/** The paths of all blobs; see `Blobs` for their names. */
export function storedBlobs(root: string): string[] {
  const blobs = `${root}/blobs`;
  return readdirSync(blobs)
    .filter((name) => /^[0-9a-f]{2}$/.test(name))
    .flatMap((name) => readdirSync(`${blobs}/${name}`).map((file) => `${blobs}/${name}/${file}`));
}

/** A record as garbage collection, `verify` and `stats` see it. */
export type StoredRecord = References & {
  readonly kind: string;
  readonly key: string;
  readonly version: number;
  /** The hour of its last use, in hours after the epoch. */
  readonly used: number;
  /** `foreign`: of a kind, a version or a form that another Gantry knows. */
  readonly state: "whole" | "damaged" | "foreign";
};

/** All records, as they are now. */
export function storedRecords(index: Index): StoredRecord[] {
  return index.use((database) => Array.from(rowsOf(database), storedRecord));
}

/** Of the records that were used in that hour or later, those that `wanted` names. Reads the text of no other. */
export function recordsUsedSince(
  database: DatabaseSync,
  hour: number,
  wanted: (place: Pick<StoredRecord, "kind" | "key" | "version">) => boolean,
): StoredRecord[] {
  return Array.from(rowsUsedSince(database, hour, wanted), storedRecord);
}

/** Runs `work` on all records while nobody else can write. It may be run again, where the database is damaged. */
export function changeRecords<T>(index: Index, work: (records: readonly StoredRecord[], drop: Drop) => T): T {
  return index.use((database) => transact(database, work));
}

type Drop = (records: readonly StoredRecord[]) => void;

function transact<T>(database: DatabaseSync, work: (records: readonly StoredRecord[], drop: Drop) => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const statement = database.prepare("DELETE FROM records WHERE kind = ? AND key = ? AND version = ?");
    const result = work(Array.from(rowsOf(database), storedRecord), (records) => {
      for (const { kind, key, version } of records) statement.run(kind, key, version);
    });
    database.exec("COMMIT");
    return result;
  } finally {
    if (database.isTransaction) database.exec("ROLLBACK");
  }
}

function storedRecord(row: Row | DamagedRow): StoredRecord {
  const { kind, key, version, used } = row;
  const place = { kind, key, version, used };
  if (!isWhole(row)) return { ...place, state: "damaged", standsFor: undefined, names: [], logs: [] };
  const known = kindNamed(kind);
  const record = known?.version === version ? known.read(parsedJson(row.value), key) : undefined;
  if (record) {
    const { standsFor, names, logs } = record;
    return { ...place, state: "whole", standsFor, names, logs };
  }
  // Too much is kept rather than too little.
  const digests = digestsIn(`${key} ${row.value}`);
  return { ...place, state: "foreign", standsFor: undefined, names: digests, logs: digests };
}

function digestsIn(text: string): Digest[] {
  return [...new Set(text.match(/[0-9a-f]{64}/g))].flatMap((each) => asDigest(each) ?? []);
}

/** Gives room in the index back where much of it is free. A build that is writing goes first. */
export function compactIndex(index: Index): void {
  index.use((database) => {
    const pages = Number(database.prepare("PRAGMA page_count").get()?.page_count);
    const free = Number(database.prepare("PRAGMA freelist_count").get()?.freelist_count);
    if (free * 4 < pages) return;
    try {
      database.exec("VACUUM");
    } catch {}
  });
}

/** Whether a record says that trees are kept for somebody outside the store, whatever their age. */
export function isRoot({ kind }: Pick<StoredRecord, "kind">): boolean {
  return kind === "root" || kind === "shell";
}

/**
 * What such a record holds now. `gone`: nobody is left to hold anything for. `unseen`: from here that cannot be told, since the
 * link or the shell may be in a container that shares the store.
 */
export type Hold = { readonly state: "held" | "gone" | "unseen"; readonly trees: readonly Digest[] };

export function holdOf(root: string, record: StoredRecord): Hold {
  if (record.kind === "shell") return { state: stateOfShell(record.key), trees: record.names };
  const tree = treeOfLink(root, record.key);
  if (tree !== undefined) return { state: "held", trees: [tree] };
  return { state: existsSync(dirname(record.key)) ? "gone" : "unseen", trees: [] };
}

/** The tree that a link outside the store leads to now; undefined where the link is gone or points elsewhere. */
function treeOfLink(root: string, link: string): Digest | undefined {
  const trees = `${realpathSync(root)}/trees/`;
  const target = targetOf(link);
  return target?.startsWith(trees) ? asDigest(target.slice(trees.length).split("/")[0] ?? "") : undefined;
}

function targetOf(link: string): string | undefined {
  try {
    return realpathSync(link);
  } catch {
    return undefined;
  }
}

/**
 * The key of a record of the kind `shell`.
 *
 * @param project its root
 * @param process one that lives as long as the shell does. Default: the shell is there as long as the project is
 */
export function shellKey(project: string, name: string, process?: number): string {
  const holder =
    process === undefined ? [] : [`${process} ${startOf(process) ?? ""} ${namespaceOf("self") ?? ""}`];
  return [name, project, ...holder].join("\0");
}

function stateOfShell(key: string): Hold["state"] {
  const [, project = "", holder] = key.split("\0");
  if (holder === undefined) return existsSync(project) ? "held" : "unseen";
  const [process = "", start, namespace = ""] = holder.split(" ");
  const own = namespaceOf("self");
  if (namespace === "" || namespace === own) return startOf(Number(process)) === start ? "held" : "gone";
  if (isInNamespace({ process, start, namespace })) return "held";
  return own === initialNamespace ? "gone" : "unseen";
}

/** When a process began; undefined: it has ended. */
function startOf(process: number): string | undefined {
  const { state, start } = processState(process) ?? {};
  return state === "Z" || state === "X" ? undefined : start;
}

/** The space in which the number of a process means something; a container has one of its own. */
function namespaceOf(process: number | "self"): string | undefined {
  try {
    return readlinkSync(`/proc/${process}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** From this one, all processes of the machine can be seen (`PROC_PID_INIT_INO` of Linux). */
const initialNamespace = "pid:[4026531836]";

/** Whether a process of another namespace runs, as far as this one sees the processes of that. */
function isInNamespace(sought: { process: string; start: string | undefined; namespace: string }): boolean {
  return processNumbers().some(
    (number) =>
      startOf(number) === sought.start &&
      namespaceOf(number) === sought.namespace &&
      // Its numbers, from the namespace of `/proc` inwards (proc(5)).
      textOf(`/proc/${number}/status`)?.match(/^NSpid:.*\s(\d+)$/m)?.[1] === sought.process,
  );
}
