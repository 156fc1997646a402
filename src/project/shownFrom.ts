import { relative } from "node:path";
import { isInside } from "./isInside.ts";

/** An absolute path as one would type it in `root`: relative to it, unless it lies outside. */
export function shownFrom(root: string, path: string): string {
  return isInside(path, root) ? relative(root, path) : path;
}
