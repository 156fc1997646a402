import { existsSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { gitRules } from "./gitRules.ts";
import { parentDirectories } from "./parentDirectories.ts";

/**
 * Whether git ignores a file, by the rules that decide what a source holds (`gitRules`): so without the user's
 * global excludes, and also where the file is tracked in spite of them. Outside of a repository nothing is ignored.
 *
 * @param file absolute
 */
export function isIgnoredByGit(file: string): boolean {
  const top = parentDirectories(file).find((directory) => existsSync(join(directory, ".git")));
  if (top === undefined) return false;
  const names = relative(top, file).split(sep);
  let rules = gitRules(top).below("", gitignoreIn(top));
  for (let length = 1; length < names.length; length++) {
    const directory = names.slice(0, length).join("/");
    if (rules.ignores(`${directory}/`)) return true;
    rules = rules.below(directory, gitignoreIn(join(top, directory)));
  }
  return rules.ignores(names.join("/"));
}

function gitignoreIn(directory: string): string {
  try {
    return readFileSync(join(directory, ".gitignore"), "utf8");
  } catch {
    return "";
  }
}
