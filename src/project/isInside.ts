import { isAbsolute, relative } from "node:path";

/** Whether an absolute path is `directory` or lies below it. */
export function isInside(path: string, directory: string): boolean {
  const inside = relative(directory, path);
  return inside !== ".." && !inside.startsWith("../") && !isAbsolute(inside);
}
