import { readdirSync, readlinkSync } from "node:fs";

/** What lies in a tree, by path: `""` for a file, the target for a link. Directories follow from the paths. */
export type TreeListing = {
  readonly files: ReadonlySet<string>;
  readonly links: ReadonlyMap<string, string>;
};

/** Lists a tree of the store without following links. */
export function walkTree(directory: string): TreeListing {
  const files = new Set<string>();
  const links = new Map<string, string>();
  const walk = (below: string): void => {
    for (const entry of readdirSync(directory + below, { withFileTypes: true })) {
      const path = `${below}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (entry.isSymbolicLink()) links.set(path.slice(1), readlinkSync(directory + path));
      else if (entry.isFile()) files.add(path.slice(1));
    }
  };
  walk("");
  return { files, links };
}
