import { isFile } from "./isFile.ts";

/** The first of these paths that is a file, or a link to one. */
export function firstFile(paths: readonly string[]): string | undefined {
  return paths.find(isFile);
}
