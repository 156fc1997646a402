import { relative, sep } from "node:path";
import { repositoryOf } from "./repositoryOf.ts";
import { rulesAround } from "./rulesAround.ts";

/**
 * Whether git ignores a file, by the rules that decide what a source holds (`gitRules`): so without the
 * user's global excludes, and also where the file is tracked in spite of them. Outside of a repository
 * nothing is ignored.
 *
 * @param file absolute
 */
export function isIgnoredByGit(file: string): boolean {
  const top = repositoryOf(file);
  if (top === undefined) return false;
  const path = relative(top, file).split(sep).join("/");
  return rulesAround(top, path).ignores(path);
}
