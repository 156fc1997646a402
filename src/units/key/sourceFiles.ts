import { posix } from "node:path";
import { byCodeUnit, type Data } from "../../base/digest.ts";
import { parentOf } from "../../base/paths.ts";
import { world } from "../../derivation/world.ts";
import type { TreeFile } from "../../store/treeDigest.ts";
import { followLinks, linksAmong } from "../../tree/links.ts";

/**
 * The project's own files, by what a process can see of them. Every path counts from the source's root; links on the way
 * are followed as the system does. What leads out of the source is told by the links that lead there.
 */
export type SourceFiles = {
  /** What reading the file at a path gives, without whether it is executable; undefined if no file is there. */
  readonly content: (path: string) => Data | undefined;
  /** What opening a path gives: of a file content and mode, of a directory its names; undefined if nothing is there. */
  readonly open: (path: string) => Data | undefined;
  /** What asking about a path tells: its kind, of a file size and mode; undefined if nothing is there. */
  readonly look: (path: string) => Data | undefined;
  /** Where the link at a path leads; undefined if nothing is there. */
  readonly link: (path: string) => Data | undefined;
  /** All below a directory, or what one file holds; undefined if nothing is there. */
  readonly tree: (path: string) => Data | undefined;
  /** The paths of a package's files and links: those below its directory that are not another package's. */
  readonly namesOf: (directory: string) => readonly string[];
  readonly isDirectory: (path: string) => boolean;
  /** Whether a file or a link has that very path. */
  readonly has: (path: string) => boolean;
  /** Everything. */
  readonly all: () => Data;
};

export type Source = {
  readonly files: readonly TreeFile[];
  /** In bytes. */
  readonly sizeOf: (path: string) => number;
  /** The directories of the packages that the source consists of, `""` for its root. */
  readonly packages: ReadonlySet<string>;
};

export function sourceFiles({ files, sizeOf, packages }: Source): SourceFiles {
  const entries = new Map(files.map((file) => [file.path, file]));
  const links = linksAmong(files);
  const directories = namesByDirectory(files);
  let owned: ReadonlyMap<string, readonly string[]> | undefined;

  const isDirectory = (path: string): boolean => directories.has(follow(path) ?? nowhere);
  const follow = (path: string): string | undefined =>
    upsFrom(path).every(isDirectory) ? followLinks(links, path, world.source) : nowhere;
  const fileAt = (place: string | undefined) => {
    const entry = place === undefined ? undefined : entries.get(place);
    return entry?.type === "file" ? entry : undefined;
  };
  /** Links that lead out of the source, or in a circle. */
  const outside = (path: string): Data | undefined => {
    const passed = linksPassed(links, path);
    return passed.length === 0 ? undefined : ["outside", passed];
  };
  const linkAt = (path: string): string | undefined => {
    const parent = follow(parentOf(path));
    return parent === undefined ? undefined : links.get(posix.join(parent, posix.basename(path)));
  };
  const tree = (path: string, passed: ReadonlySet<string>): Data | undefined => {
    const place = follow(path);
    if (place === undefined) return outside(path);
    const file = fileAt(place);
    if (file) return fileContent(file);
    const names = directories.get(place);
    // A link to a directory around it would go on for ever.
    if (!names || passed.has(place)) return undefined;
    const inside = new Set([...passed, place]);
    return [...names.keys()].map((name): Data => {
      const each = posix.join(place, name);
      return [name, links.get(each) ?? null, tree(each, inside) ?? null];
    });
  };
  return {
    content: (path) => fileAt(follow(path))?.digest,
    open(path) {
      const place = follow(path);
      if (place === undefined) return outside(path);
      const file = fileAt(place);
      if (file) return fileContent(file);
      const names = directories.get(place);
      return names && ["directory", [...names].map(([name, type]): Data => [name, type])];
    },
    look(path) {
      const link = linkAt(path);
      const place = follow(path);
      const file = fileAt(place);
      const there = file
        ? [sizeOf(file.path), file.executable]
        : directories.has(place ?? nowhere) && "directory";
      if (link === undefined && there === false) return place === undefined ? outside(path) : undefined;
      return [link ?? null, there || (outside(path) ?? null)];
    },
    link(path) {
      const link = linkAt(path);
      if (link !== undefined) return ["link", link];
      const place = follow(path);
      if (place === undefined) return outside(path);
      return entries.has(place) || directories.has(place) ? "no link" : undefined;
    },
    tree: (path) => tree(path, new Set()),
    isDirectory,
    has: (path) => entries.has(path),
    namesOf(directory) {
      owned ??= Map.groupBy(entries.keys(), (path) => ownerOf(path, packages));
      return owned.get(directory) ?? [];
    },
    all: () => files.map((file): Data => [file.path, entryContent(file)]),
  };
}

/** A place at which no source has anything. */
const nowhere = "/";

/** The paths that a path goes up from with `..`: if one of them is no directory, it leads nowhere. */
function upsFrom(path: string): string[] {
  if (!path.includes("..")) return [];
  const parts = path.split("/");
  return parts.flatMap((part, index) =>
    part === ".." && index > 0 ? [parts.slice(0, index).join("/")] : [],
  );
}

type FileEntry = Extract<TreeFile, { readonly type: "file" }>;

function fileContent({ digest, executable }: FileEntry): Data {
  return `${executable ? "x" : "-"} ${digest}`;
}

function entryContent(file: TreeFile): Data {
  if (file.type === "file") return fileContent(file);
  return file.type === "symlink" ? ["link", file.target] : "directory";
}

type Names = ReadonlyMap<string, string>;

/** The names in each directory, in order, with the type of what they name. */
function namesByDirectory(files: readonly TreeFile[]): Pick<ReadonlyMap<string, Names>, "get" | "has"> {
  const directories = new Map<string, Map<string, string>>([["", new Map()]]);
  const namesIn = (directory: string): Map<string, string> => {
    const known = directories.get(directory);
    if (known) return known;
    const names = new Map<string, string>();
    directories.set(directory, names);
    add(directory, "directory");
    return names;
  };
  // Most files lie where the one before does.
  let last = "";
  let names = namesIn(last);
  const add = (path: string, type: string): void => {
    const parent = parentOf(path);
    if (parent !== last) [last, names] = [parent, namesIn(parent)];
    names.set(path.slice(parent === "" ? 0 : parent.length + 1), type);
  };
  for (const { path, type } of files) {
    add(path, type);
    if (type === "directory") namesIn(path);
  }
  const sorted = new Map<string, Names>();
  return {
    has: (directory) => directories.has(directory),
    get(directory) {
      const known = sorted.get(directory) ?? directories.get(directory);
      if (!known || sorted.has(directory)) return known;
      const inOrder = new Map([...known].sort(([a], [b]) => byCodeUnit(a, b)));
      sorted.set(directory, inOrder);
      return inOrder;
    },
  };
}

/** The links that following a path leads over, up to the one that leads out: from where, and where to. */
function linksPassed(links: ReadonlyMap<string, string>, path: string): readonly Data[] {
  const passed: Data[] = [];
  let rest = path;
  // As many as the system follows.
  for (let turn = 0; turn < 40; turn += 1) {
    const parts = posix.normalize(rest).split("/");
    const at = parts.findIndex((_, index) => links.has(parts.slice(0, index + 1).join("/")));
    if (at === -1) break;
    const link = parts.slice(0, at + 1).join("/");
    const target = links.get(link) ?? "";
    passed.push([link, target]);
    if (target.startsWith("/") && !`${target}/`.startsWith(`${world.source}/`)) break;
    const inside = target.startsWith("/")
      ? target.slice(world.source.length + 1)
      : `${parentOf(link)}/${target}`;
    rest = [inside, ...parts.slice(at + 1)].join("/").replace(/^\//, "");
  }
  return passed;
}

/** The innermost package directory around a file. */
function ownerOf(path: string, packages: ReadonlySet<string>): string {
  let directory = parentOf(path);
  while (directory !== "" && !packages.has(directory)) directory = parentOf(directory);
  return directory;
}
