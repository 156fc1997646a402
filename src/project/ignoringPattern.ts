import { rulesAround } from "./rulesAround.ts";

/**
 * The pattern that makes git ignore a path of a source, as it stands in its `.gitignore`; undefined if git
 * does not ignore it. A directory's path ends with `/`.
 */
export function ignoringPattern(root: string, path: string): string | undefined {
  return rulesAround(root, path).patternFor(path);
}
