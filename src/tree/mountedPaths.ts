import { readdirSync } from "node:fs";
import { errorCode } from "../base/narrowing.ts";

/** What lies at a path of a world. */
export type Mounted = {
  readonly at: string;
  /** The host's directories (or files) that are seen there, as a union. */
  readonly directories: readonly string[];
  /** Its last name is like no other word: that of a package, with its version. */
  readonly isPart: boolean;
};

/** Tells which texts are paths of a world. All strings are latin1: a character a byte, whatever the bytes are. */
export type MountedPaths = {
  /**
   * Whether a text at a place of a file is a path that begins with `prefix` and leads to something that is there. Where it ends
   * need not be seen: in a program, texts stand one behind the other. So a file's path may be followed by whatever, and a part's,
   * too; that of another directory only by what cannot go on in a name, since `/build/toolchain/lib` is not in `…/library`.
   */
  leads(content: Buffer, at: number, prefix: string): boolean;
  /** The path at a place, as far as it leads. */
  pathAt(content: Buffer, at: number): string;
};

/** Directories are looked into once each, and not before a text leads there. */
export function mountedPaths(mounted: readonly Mounted[]): MountedPaths {
  const mounts = mounted.map((mount) => ({ ...mount, at: latin1(mount.at) }));
  const parts = new Set(mounts.flatMap(({ at, isPart }) => (isPart ? [at] : [])));
  const known = new Map<string, Names | undefined>();
  const namesIn = (path: string): Names | undefined => {
    if (!known.has(path)) known.set(path, namesBelow(mounts, path));
    return known.get(path);
  };
  const follow = (content: Buffer, at: number, isEnough: (path: string) => boolean): string => {
    let path = "";
    while (!isEnough(path) && content[at + path.length] === slash) {
      const name = nameAt(content, at + path.length + 1, namesIn(path));
      if (name === undefined) break;
      path += `/${name}`;
    }
    return path;
  };
  return {
    leads(content, at, prefix) {
      const isLong = (path: string) => path.length >= prefix.length;
      const path = follow(content, at, (begun) => isLong(begun) && parts.has(begun));
      if (!isLong(path)) return false;
      return parts.has(path) || !namesIn(path) || isWhole(content, at + path.length);
    },
    pathAt: (content, at) => follow(content, at, () => false),
  };
}

type Names = { readonly names: ReadonlySet<string>; readonly longest: number };

const slash = 0x2f;

/** The longest of some names that a text begins with. */
function nameAt(content: Buffer, from: number, known: Names | undefined): string | undefined {
  if (!known) return undefined;
  const text = content.toString("latin1", from, from + known.longest);
  const end = text.indexOf("/");
  for (let length = end < 0 ? text.length : end; length > 0; length--) {
    const name = text.slice(0, length);
    if (known.names.has(name)) return name;
  }
  return undefined;
}

/** Whether a path that ends at a place does not go on there. */
function isWhole(content: Buffer, end: number): boolean {
  const next = content[content[end] === slash ? end + 1 : end];
  return next === undefined || (next < 0x80 && !/[\w.+-]/.test(String.fromCharCode(next)));
}

/** What lies in a directory of the world; undefined if there is none at the path. */
function namesBelow(mounts: readonly Mounted[], path: string): Names | undefined {
  const inside = `${path}/`;
  const lists = mounts.flatMap(({ at, directories }) => {
    if (at.startsWith(inside)) return [at.slice(inside.length).split("/", 1)];
    if (at !== path && !path.startsWith(`${at}/`)) return [];
    const below = Buffer.from(path.slice(at.length), "latin1");
    return directories.flatMap((directory) => {
      const names = list(Buffer.concat([Buffer.from(directory), below]));
      return names ? [names] : [];
    });
  });
  if (lists.length === 0) return undefined;
  const names = new Set(lists.flat());
  let longest = 0;
  for (const { length } of names) longest = Math.max(longest, length);
  return { names, longest };
}

/** Undefined for what is no directory, or not there: in a union another one has it. */
function list(directory: Buffer): readonly string[] | undefined {
  try {
    return readdirSync(directory, "latin1");
  } catch (thrown) {
    if (/^(?:ENOTDIR|ENOENT|ELOOP)$/.test(errorCode(thrown))) return undefined;
    throw thrown;
  }
}

function latin1(text: string): string {
  return Buffer.from(text).toString("latin1");
}
