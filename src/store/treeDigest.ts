import { type Digest, digestOf } from "../base/digest.ts";

/** A file, link or empty directory of a tree, by its path with `/` below the tree's root. */
export type TreeFile = { readonly path: string } & TreeContent;

export type TreeContent =
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
  for (const file of files) insert(root, file);
  return directoryDigest(root);
}

function insert(root: Node, file: TreeFile): void {
  const parts = file.path.split("/");
  const name = parts.pop() ?? "";
  let node = root;
  for (const part of parts) {
    let next = node.get(part);
    if (!(next instanceof Map)) {
      next = new Map();
      node.set(part, next);
    }
    node = next;
  }
  node.set(name, file.type === "directory" ? new Map() : file);
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
