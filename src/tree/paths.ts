import { dirname, isAbsolute, relative, resolve } from "node:path";

/** The directory of a relative path with `/`; `""` for one at the top. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

/** A directory and those above it, nearest first. */
export function parentDirectories(directory: string): string[] {
  const found = [resolve(directory)];
  for (let at = resolve(directory); dirname(at) !== at; ) {
    at = dirname(at);
    found.push(at);
  }
  return found;
}

/** Whether an absolute path is `directory` or lies below it. */
export function isInside(path: string, directory: string): boolean {
  const inside = relative(directory, path);
  return inside !== ".." && !inside.startsWith("../") && !isAbsolute(inside);
}

/** An absolute path as one would type it in `root`: relative to it, unless it lies outside. */
export function shownFrom(root: string, path: string): string {
  return isInside(path, root) ? relative(root, path) : path;
}
