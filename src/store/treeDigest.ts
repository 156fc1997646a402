import { type Digest, digestOf } from "../base/digest.ts";
import { parentOf } from "../base/paths.ts";

/** A file, link or empty directory of a tree, by its path with `/` below the tree's root. */
export type TreeFile = { readonly path: string } & TreeContent;

type TreeContent =
  | { readonly type: "file"; readonly digest: Digest; readonly executable: boolean }
  | { readonly type: "symlink"; readonly target: string }
  /** Only for a directory with nothing in it; the others follow from the paths. */
  | { readonly type: "directory" };

type Node = Map<string, Node | TreeContent>;

/**
 * The name of a tree: the digest of its root directory, where a directory is the canonical encoding of its
 * entries and a subdirectory is named by its own digest. Independent of the order of `files`.
 */
export function treeDigest(files: Iterable<TreeFile>): Digest {
  const root: Node = new Map();
  // Most files lie where the one before does.
  let [last, node] = ["", root];
  for (const file of files) {
    const parent = parentOf(file.path);
    if (parent !== last) [last, node] = [parent, nodeAt(root, parent)];
    const name = parent === "" ? file.path : file.path.slice(parent.length + 1);
    node.set(name, file.type === "directory" ? new Map() : file);
  }
  return directoryDigest(root);
}

function nodeAt(root: Node, directory: string): Node {
  let node = root;
  for (const part of directory === "" ? [] : directory.split("/")) {
    let next = node.get(part);
    if (!(next instanceof Map)) {
      next = new Map();
      node.set(part, next);
    }
    node = next;
  }
  return node;
}

/** Written as `canonical` writes an object of the entries, without making one: trees have ten thousand files. */
function directoryDigest(node: Node): Digest {
  let text = "";
  for (const name of [...node.keys()].sort())
    text += `${text && ","}${JSON.stringify(name)}:${encoded(node.get(name) ?? new Map())}`;
  return digestOf(`{${text}}`);
}

function encoded(child: Node | TreeContent): string {
  if (child instanceof Map) return `{"directory":"${directoryDigest(child)}"}`;
  if (child.type === "symlink") return `{"symlink":${JSON.stringify(child.target)}}`;
  if (child.type === "directory") return `{"directory":"${directoryDigest(new Map())}"}`;
  return child.executable ? `{"executable":"${child.digest}"}` : `{"file":"${child.digest}"}`;
}

/**
 * What lies at each path as one text, since a source may have tens of thousands of files: an entry and `//` for each. No path holds
 * two slashes.
 */
export function fileEntries(files: readonly TreeFile[]): string {
  const known = texts.get(files);
  if (known !== undefined) return known;
  const text = files.map((file) => `${fileEntry(file)}//`).join("");
  texts.set(files, text);
  return text;
}

/** A step that runs asks for them more than once. */
const texts = new WeakMap<readonly TreeFile[], string>();

/** The content, which holds neither a slash nor a colon, `:`, and the path. */
export function fileEntry(file: TreeFile): string {
  return `${contentOf(file)}:${file.path}`;
}

function contentOf(file: TreeFile): string {
  if (file.type === "file") return file.executable ? file.digest + executable : file.digest;
  return file.type === "symlink" ? `-> ${file.target.replace(/[%:/]/g, encodeURIComponent)}` : directory;
}

/** Ends the content of a file that is executable, in what `fileEntries` writes. */
export const executable = " executable";

/** The content of an empty directory. */
export const directory = "directory";

/** Contents by path. */
export type Entries = ReadonlyMap<string, string>;

/**
 * Two texts of `fileEntries` without what is the same at the beginning and at the end of both. An entry that is the same may be
 * among the rest.
 */
export function entriesThatDiffer(
  before: string,
  now: string,
): { readonly before: Entries; readonly now: Entries } {
  const most = Math.min(before.length, now.length);
  const same = longest(most, (n) => before.slice(0, n) === now.slice(0, n));
  const last = before.lastIndexOf("//", same - 2);
  const start = last === -1 ? 0 : last + 2;
  const alike = longest(most - start, (n) => ending(before, n) === ending(now, n));
  const next = ending(before, alike).indexOf("//");
  const rest = next === -1 ? 0 : alike - next - 2;
  const between = (text: string) => entriesIn(text.slice(start, text.length - rest));
  return { before: between(before), now: between(now) };
}

/** What a text of `fileEntries`, or a part of one, says. */
export function entriesIn(text: string): Entries {
  const entries = new Map<string, string>();
  for (const entry of text.split("//")) {
    const colon = entry.indexOf(":");
    if (colon !== -1) entries.set(entry.slice(colon + 1), entry.slice(0, colon));
  }
  return entries;
}

function ending(text: string, length: number): string {
  return text.slice(text.length - length);
}

/** The greatest number up to `most` for which something holds that holds for all that are less. */
function longest(most: number, holds: (n: number) => boolean): number {
  let [least, limit] = [0, most];
  while (least < limit) {
    const middle = Math.ceil((least + limit) / 2);
    if (holds(middle)) least = middle;
    else limit = middle - 1;
  }
  return least;
}
