import type { Store } from "../../store/store.ts";
import { resolveLink } from "./resolveLink.ts";

type TreeFile = Parameters<Store["compose"]>[0][number];

/** The links of a tree that lead out of it, or round in a circle. */
export function leavingLinks(files: readonly TreeFile[]): ReadonlySet<string> {
  const links = new Map(files.flatMap((file) => (file.type === "symlink" ? [[file.path, file.target]] : [])));
  return new Set([...links.keys()].filter((path) => resolveLink(path, links) === undefined));
}
