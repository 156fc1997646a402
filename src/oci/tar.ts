import { readFileSync } from "node:fs";
import { Header, type HeaderData, Pax } from "tar";
import { byCodeUnit } from "../base/digest.ts";
import { parentOf } from "../base/paths.ts";

// oci: container images as files: layers, layouts, and what lies in them. The formats are those of the OCI's image
// specification 1.1 (github.com/opencontainers/image-spec).

/** Something in an archive, by its path without a `/` at the beginning. It belongs to root, unless it says otherwise. */
export type Entry = { readonly path: string; readonly mode?: number; readonly owner?: number } & (
  | { readonly type: "directory" }
  | { readonly type: "file"; readonly content: Content; readonly isExecutable?: boolean }
  | { readonly type: "symlink"; readonly target: string }
);

/** Bytes, or a file of the host that has them. */
type Content = Buffer | { readonly file: string };

/** As in the store; see `constantTime`. */
const time = new Date(1000);

/**
 * An archive of entries as chunks, the same bytes whatever the order of the entries, the machine and the time. Directories
 * that no entry is are added; of two entries at one path the first counts.
 *
 * @param isBelow whether a lower layer has a directory, which is left as it is: an entry would change its mode. Default: none
 * @example
 * Buffer.concat([...tarOf([{ type: "symlink", path: "bin/sh", target: "dash" }])])
 */
export function* tarOf(
  entries: readonly Entry[],
  isBelow: (directory: string) => boolean = () => false,
): Generator<Buffer> {
  for (const entry of ordered(entries)) {
    const { path, owner = 0 } = entry;
    if (entry.type === "directory" && isBelow(path)) continue;
    const content = entry.type === "file" ? bytesOf(entry.content) : undefined;
    const data: HeaderData = {
      path: entry.type === "directory" ? `${path}/` : path,
      mode: modeOf(entry),
      uid: owner,
      gid: owner,
      size: content?.length ?? 0,
      mtime: time,
      type: typeNames[entry.type],
      ...(entry.type === "symlink" && { linkpath: entry.target }),
    };
    const block = Buffer.alloc(512);
    // What the old form has no room for stands before it, in the form of POSIX.
    const needsPax = new Header(data).encode(block, 0);
    if (needsPax) yield new Pax(longOnly(data)).encode();
    yield block;
    if (!content) continue;
    yield content;
    yield Buffer.alloc((512 - (content.length % 512)) % 512);
  }
  yield Buffer.alloc(1024);
}

function longOnly({ path, linkpath, size }: HeaderData): HeaderData {
  return {
    ...(path !== undefined && { path }),
    ...(linkpath !== undefined && { linkpath }),
    ...(size !== undefined && size > 0 && { size }),
  };
}

const typeNames = { directory: "Directory", file: "File", symlink: "SymbolicLink" } as const;

function modeOf(entry: Entry): number {
  if (entry.mode !== undefined) return entry.mode;
  if (entry.type === "symlink") return 0o777;
  return entry.type === "directory" || entry.isExecutable ? 0o755 : 0o644;
}

export function bytesOf(content: Content): Buffer {
  return Buffer.isBuffer(content) ? content : readFileSync(content.file);
}

/** By path, so that a directory comes before what is in it. */
function ordered(entries: readonly Entry[]): Entry[] {
  const byPath = new Map<string, Entry>();
  for (const entry of entries) if (!byPath.has(entry.path)) byPath.set(entry.path, entry);
  for (const { path } of entries) {
    for (let above = parentOf(path); above !== "" && !byPath.has(above); above = parentOf(above))
      byPath.set(above, { type: "directory", path: above });
  }
  return [...byPath.values()].sort((a, b) => byCodeUnit(a.path, b.path));
}
