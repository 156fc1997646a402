import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { asDigest, type Digest, digestOf } from "../base/digest.ts";
import { parentOf } from "../base/paths.ts";
import { ok, type Result } from "../base/result.ts";
import { textOf } from "../tree/files.ts";
import { exclusiveAtOnce, removeAllSync } from "./locks.ts";
import { hourOf } from "./rows/rows.ts";
import type { PlacedSource } from "./store.ts";
import { directory, entriesIn, entriesThatDiffer, fileEntries, type TreeFile } from "./treeDigest.ts";
import { nameOfBlob, putFile, settleDirectories, type Trees } from "./trees.ts";

/**
 * The last source of each project, in `sources/<name>/trees/<digest>`. It is no tree of the store, since it is changed: after
 * an edit of one file of ten thousand the next source is made of the last one by replacing that file. Whoever uses it excludes
 * everybody else for as long as the store is open; who is excluded composes a tree.
 *
 * Beside it lies what is in it, which is removed before anything changes and written after. Where a process was killed
 * meanwhile, or the system started again since, so that what was written may be lost, the source is made from nothing.
 */
export type LastSources = Disposable & {
  /**
   * The directory in which the files are, each a file of its own; undefined where somebody else uses the source of that name.
   *
   * Errors: `source-changed`.
   */
  place(name: string, source: PlacedSource): Result<string> | undefined;
};

export function lastSources(trees: Trees): LastSources {
  const held = new Map<string, { readonly digest: Digest; readonly lock: Disposable }>();
  return {
    place(name, source) {
      const { root } = trees;
      const mine = held.get(name);
      const directory = `${root}/sources/${name}`;
      // What a step of this process may be using is not changed any more.
      if (mine) return mine.digest === source.digest ? ok(`${directory}/trees/${mine.digest}`) : undefined;
      const lock = lockOf(root, name);
      if (!lock) return undefined;
      const placed = renew(trees, directory, source);
      if (placed.ok) held.set(name, { digest: source.digest, lock });
      else lock[Symbol.dispose]();
      return placed;
    },
    [Symbol.dispose]() {
      for (const { lock } of held.values()) lock[Symbol.dispose]();
      held.clear();
    },
  };
}

/** Removes the sources that nobody uses now. */
export function sweepSources(root: string): void {
  for (const directory of idleSources(root)) removeAllSync(directory);
}

/**
 * The directories of the sources that nobody uses now, and that nobody used since that hour, in hours after the epoch. Default:
 * whenever it was. Each is held until the next is asked for.
 */
export function* idleSources(root: string, before?: number): Generator<string> {
  for (const name of existsSync(`${root}/sources`) ? readdirSync(`${root}/sources`) : []) {
    using lock = lockOf(root, name);
    if (!lock) continue;
    const directory = `${root}/sources/${name}`;
    const used = statSync(directory, { throwIfNoEntry: false });
    const isRecent = used && before !== undefined && hourOf(used.mtimeMs / 1000) >= before;
    if (!isRecent) yield directory;
  }
}

function lockOf(root: string, name: string): Disposable | undefined {
  return exclusiveAtOnce(`${root}/locks`, `source ${name}`);
}

/** Brings a source that is held to what is wanted. The modification time of `at` is that of its last use. */
function renew(trees: Trees, at: string, { digest, files, origin }: PlacedSource): Result<string> {
  const place = `${at}/trees/${digest}`;
  const list = `${at}/files`;
  const last = readList(list);
  const before = last && existsSync(`${at}/trees/${last.digest}`) ? last : undefined;
  if (before?.digest !== digest) {
    const changing = `${at}/changing`;
    for (const left of [changing, asideOf(changing)]) removeAllSync(left);
    rmSync(list, { force: true });
    if (before) renameSync(`${at}/trees/${before.digest}`, changing);
    else mkdirSync(changing, { recursive: true });
    removeAllSync(`${at}/trees`);
    mkdirSync(`${at}/trees`);
    const made = change(trees, changing, { before: before?.entries ?? "", files, origin });
    if (!made.ok) return made;
    renameSync(changing, place);
  }
  // Also says that it was used: the name is made anew.
  writeFileSync(`${list}.new`, listText(digest, files));
  renameSync(`${list}.new`, list);
  return ok(place);
}

function asideOf(changing: string): string {
  return `${changing}.link`;
}

type Change = Pick<PlacedSource, "files" | "origin"> & {
  /** What lies at each path, see `fileEntries`. */
  readonly before: string;
};

/** Makes the files that are wanted of those that are there. */
function change(trees: Trees, root: string, { before, files, origin }: Change): Result<void> {
  const differing = entriesThatDiffer(before, fileEntries(files));
  const isChanged = (path: string) => differing.before.get(path) !== differing.now.get(path);
  const fresh = files.filter(({ path }) => isChanged(path));
  const { there, wanted } = directoriesOf(before, files, differing);
  const touched = new Set<string>(before === "" ? [""] : []);
  for (const [path, content] of differing.before) {
    if (content === directory || !isChanged(path)) continue;
    unlinkSync(`${root}/${path}`);
    touched.add(parentOf(path));
  }
  for (const path of [...there].filter((each) => !wanted.has(each)).reverse()) {
    rmdirSync(`${root}/${path}`);
    touched.delete(path);
    touched.add(parentOf(path));
  }
  for (const path of wanted) {
    if (there.has(path)) continue;
    mkdirSync(`${root}/${path}`, 0o755);
    touched.add(path);
    touched.add(parentOf(path));
  }
  // No two files of a source may be links to one, see `composeTree`.
  const blobs = new Set(fresh.flatMap((file) => (file.type === "file" ? nameOfBlob(file) : [])));
  const taken = new Set<string>();
  for (const file of files) {
    const isOther = file.type === "file" && blobs.has(nameOfBlob(file)) && !isChanged(file.path);
    if (isOther) taken.add(nameOfBlob(file));
  }
  for (const file of fresh) {
    if (file.type === "directory") continue;
    const isApart = file.type === "file" && taken.has(nameOfBlob(file));
    const place = { path: `${root}/${file.path}`, aside: asideOf(root) };
    const made = putFile(trees, file, { ...place, origin, isApart });
    if (!made.ok) return made;
    if (file.type === "file") taken.add(nameOfBlob(file));
    touched.add(parentOf(file.path));
  }
  settleDirectories(
    [...touched].map((path) => (path === "" ? root : `${root}/${path}`)),
    true,
  );
  return ok();
}

/** All directories before and now; none of those that are the same, where nothing came and nothing went. */
function directoriesOf(
  before: string,
  files: readonly TreeFile[],
  differing: ReturnType<typeof entriesThatDiffer>,
): { readonly there: ReadonlySet<string>; readonly wanted: ReadonlySet<string> } {
  const isSame = [...differing.before].every(([path, content]) =>
    isSameKind(content, differing.now.get(path)),
  );
  if (isSame && differing.before.size === differing.now.size) return { there: new Set(), wanted: new Set() };
  const there = [...entriesIn(before)].map(([path, content]) =>
    content === directory ? path : parentOf(path),
  );
  const wanted = files.map(({ type, path }) => (type === "directory" ? path : parentOf(path)));
  return { there: withParents(there), wanted: withParents(wanted) };
}

function isSameKind(before: string, now: string | undefined): boolean {
  return now !== undefined && (before === directory) === (now === directory);
}

/** Each after the one that it lies in. */
function withParents(paths: Iterable<string>): ReadonlySet<string> {
  const directories = new Set<string>();
  const add = (path: string): void => {
    if (path === "" || directories.has(path)) return;
    add(parentOf(path));
    directories.add(path);
  };
  for (const path of paths) add(path);
  return directories;
}

type List = { readonly digest: Digest; readonly entries: string };

/** Begins with a digest of the rest, the form of that, and the run of the system. */
function listText(digest: Digest, files: readonly TreeFile[]): string {
  const rest = [form, thisBoot(), digest, fileEntries(files)].join("\0");
  return `${digestOf(rest)}\0${rest}`;
}

/** Raised when the list gets another form. */
const form = "2";

/** Undefined where there is none that can be relied on. */
function readList(file: string): List | undefined {
  const text = textOf(file);
  if (text === undefined || digestOf(text.slice(65)) !== text.slice(0, 64)) return undefined;
  const [found, boot, name = "", entries] = text.slice(65).split("\0");
  const digest = asDigest(name);
  if (found !== form || boot !== thisBoot() || !digest || entries === undefined) return undefined;
  return { digest, entries };
}

function thisBoot(): string {
  return textOf("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
}
