import type { Digest } from "../base/digest.ts";
import type { Result } from "../base/result.ts";
import type { KindName, RecordOf } from "./kinds/kinds.ts";
import type { TreeFile } from "./treeDigest.ts";

export type { Bring } from "./kinds/sharing.ts";
export type { TreeFile } from "./treeDigest.ts";

/**
 * Trees by content, and what is remembered about them. One directory on disk, used by several processes at
 * once; killing any of them at any moment loses at most the step that it was running.
 */
export type Store = {
  readonly root: string;
  /**
   * Takes a directory over: its files get one constant time (1 s after the epoch), it is renamed to
   * `trees/<digest>`, and is never changed again. If the store has that tree already, the directory is removed.
   * `directory` must lie in a `tempDir` of this store (a rename cannot cross devices). `known` spares reading
   * files that were digested on their way in; what nobody knows needs `checkNames` before.
   */
  addTree(directory: string, known?: readonly TreeFile[]): Promise<Digest>;
  /** As `addTree`, for what a user is given a link to: a change of it changes nothing else. */
  addOutput(directory: string): Promise<Digest>;
  /** The paths of what was changed in an output since it was added; to be asked before it is used again. */
  changesOf(output: Digest): Promise<readonly string[]>;
  /** Of the tree that `files` describe, whether it is there or not. */
  digestOf(files: readonly TreeFile[]): Digest;
  /** The tree that `files` describe; `origin` is asked only for contents that the store does not have. */
  compose(files: readonly TreeFile[], origin: (file: TreeFile) => Origin): Promise<Result<Digest>>;
  /** The same for what a build may write to: no two files of it are links to one. */
  composeSource: Store["compose"];
  /**
   * The tree of contents that are in memory, which other threads digest and write while this one goes on with what it has to do. The
   * buffers are theirs from then on.
   *
   * @param expected the tree that has to come of it; where it is another one, the store has neither
   */
  write(contents: TreeContents, expected?: Digest): Promise<WrittenTree>;
  /**
   * The tree of copies of the host's files, as they are when they are read, by other threads, too. Undefined if the signal stopped it.
   *
   * @throws what the system says of a file that cannot be read
   */
  copy(items: readonly CopiedItem[], copying: Copying): Promise<Digest | undefined>;
  /**
   * A directory with the files of a source, for as long as the store is open: the last one of that name, in which what is
   * different was replaced, or a tree where another process uses that.
   *
   * Errors: `source-changed`.
   */
  placeSource(name: string, source: PlacedSource): Promise<Result<string>>;
  /** Where a tree lies, or undefined if the store does not have it. */
  tree(digest: Digest): string | undefined;
  /** The same of a tree that the store then keeps as one that was just used, and that it would keep once it comes. */
  keptTree(digest: Digest): string | undefined;
  /**
   * Where a tree lies that is in use.
   *
   * @throws where the store lost it, which nothing but a hand can do: `gc` removes none that was used on the same day
   */
  pathOf(tree: Digest): string;
  /** A fresh directory under `tmp/`, removed at the end of `await using`. */
  tempDir(purpose: string): Promise<TempDir>;
  /**
   * Excludes other processes and other holders in this one; released at the end of `await using`. Waits no longer once
   * aborted. `onWait` is told that another process has had it for a second, and when that is over.
   */
  exclusive(name: string, signal?: AbortSignal, onWait?: (isOver: boolean) => void): Promise<AsyncDisposable>;
  /** What is remembered besides trees, for example of a step's key what the step left. */
  readonly records: Records;
  [Symbol.dispose](): void;
};

/** Values by kind and key, for as long as garbage collection does not take them; see `kinds` for what there is. */
export type Records = {
  /**
   * What was recorded last. Undefined where there is nothing, or it is damaged, or of another version, or where the
   * tree that it stands for is gone. Counts as use for `gc`.
   */
  get<Kind extends KindName>(kind: Kind, key: string): RecordOf<Kind> | undefined;
  /** Those of the keys under which something is recorded, whatever it says. Counts as use for `gc`. */
  known(kind: KindName, keys: readonly string[]): ReadonlySet<string>;
  /** All values that may hold: where others' word counts, several may be known (`engine/shared/othersRecords.ts`). */
  all<Kind extends KindName>(kind: Kind, key: string): readonly RecordOf<Kind>[];
  set<Kind extends KindName>(kind: Kind, key: string, value: RecordOf<Kind>): void;
  /** The keys of those by whose word `get` gives what it gives; undefined where it is nobody's. Absent: none is believed. */
  wordOf?(kind: KindName, key: string): readonly string[] | undefined;
  /** The names of those who are not believed, and by whose word alone it is there; none, where that is not why it is lacking. */
  doubted?(kind: KindName, key: string): readonly string[];
};

/** Where the content of a file that the store does not have comes from: a path to copy, or the bytes. */
export type Origin = string | Uint8Array;

/** A source, for `placeSource`. */
export type PlacedSource = {
  /** Of the tree that the files are. */
  readonly digest: Digest;
  readonly files: readonly TreeFile[];
  readonly origin: (file: TreeFile) => Origin;
};

/** A tree whose contents are in memory. Nothing stands twice in it, nor below what is no directory. */
export type TreeContents = {
  readonly items: readonly TreeItem[];
  readonly buffers: readonly Uint8Array<ArrayBuffer>[];
};

export type TreeItem = Exclude<TreeFile, { type: "file" }> | BytesItem;

type BytesItem = {
  readonly path: string;
  readonly type: "file";
  readonly executable: boolean;
  /** One after the other: of which buffer, from where, and how many bytes. */
  readonly parts: readonly (readonly [buffer: number, from: number, length: number])[];
};

type WrittenTree = { readonly digest: Digest; readonly files: readonly TreeFile[] };

/** What is copied: a file of the host, or a link that is made. */
export type CopiedItem =
  | {
      readonly path: string;
      readonly type: "file";
      readonly executable: boolean;
      /** Absolute. */
      readonly from: string;
      /** In bytes, as far as is known. */
      readonly size: number;
    }
  | Extract<TreeFile, { type: "symlink" }>;

type Copying = {
  readonly signal?: AbortSignal | undefined;
  /** Told how many more bytes were copied. */
  readonly onCopied: (bytes: number) => void;
};

export type TempDir = AsyncDisposable & { readonly path: string };
