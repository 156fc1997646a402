import { type GitRules, gitRules } from "./gitRules.ts";
import { textOf } from "./textOf.ts";

/**
 * The rules that decide whether git ignores a path of a source: those of the directories above it, down to
 * the first that is ignored itself, since git reads none below.
 *
 * @param path relative to `root`, with `/`; a directory's may end with one
 */
export function rulesAround(root: string, path: string): GitRules {
  let rules = gitRules(root).below("", textOf(`${root}/.gitignore`) ?? "");
  const names = path.split("/").slice(0, path.endsWith("/") ? -2 : -1);
  for (let length = 1; length <= names.length; length++) {
    const directory = names.slice(0, length).join("/");
    if (rules.ignores(`${directory}/`)) break;
    rules = rules.below(directory, textOf(`${root}/${directory}/.gitignore`) ?? "");
  }
  return rules;
}
