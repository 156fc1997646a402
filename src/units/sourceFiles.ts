import type { Data } from "../base/canonical.ts";
import { parentOf } from "../project/parentOf.ts";
import type { TreeFile } from "../store/treeDigest.ts";
import { followLinks } from "./followLinks.ts";

/** The files of a source, by what can be read of them. */
export type SourceFiles = {
  /** What opening a path gives: of a file its content, of a directory all below it; undefined if nothing is there. */
  readonly at: (path: string) => Data | undefined;
  /**
   * The content of the file at a path, or where links lead from it, without whether it is executable; undefined if no
   * file is there.
   */
  readonly contentAt: (path: string) => Data | undefined;
  /**
   * The paths of all files and links of a package: those below its directory that are not another package's. What no
   * package has counts as the root's.
   */
  readonly ofPackage: (directory: string) => readonly string[];
  readonly isLink: (path: string) => boolean;
};

/** @param packages directories of packages, `""` for the root */
export function sourceFiles(files: readonly TreeFile[], packages: ReadonlySet<string>): SourceFiles {
  const contents = new Map(files.map((file) => [file.path, contentOf(file)]));
  const links = new Map(files.flatMap((file) => (file.type === "symlink" ? [[file.path, file.target]] : [])));
  const owned = Map.groupBy(contents.keys(), (path) => ownerOf(path, packages));
  const read = (path: string, passed: ReadonlySet<string>): Data | undefined => {
    const place = followLinks(links, path);
    // A link to a directory around it would go on for ever.
    if (place === undefined || passed.has(place)) return undefined;
    const content = contents.get(place);
    if (content !== undefined) return content;
    const within = [...contents.keys()].filter((each) => place === "" || each.startsWith(`${place}/`));
    if (within.length === 0) return undefined;
    const inside = new Set([...passed, place]);
    return within.map((each): Data => [each, links.get(each) ?? null, read(each, inside) ?? null]);
  };
  return {
    at: (path) => read(path, new Set()),
    contentAt(path) {
      const place = followLinks(links, path);
      return place === undefined ? undefined : contents.get(place)?.replace(/^x /, "- ");
    },
    ofPackage: (directory) => owned.get(directory) ?? [],
    isLink: (path) => links.has(path),
  };
}

function contentOf(file: TreeFile): string {
  if (file.type === "symlink") return `link ${file.target}`;
  return file.type === "file" ? `${file.executable ? "x" : "-"} ${file.digest}` : "";
}

/** The innermost package directory around a file. */
function ownerOf(path: string, packages: ReadonlySet<string>): string {
  let directory = parentOf(path);
  while (directory !== "" && !packages.has(directory)) directory = parentOf(directory);
  return directory;
}
