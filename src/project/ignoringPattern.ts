import { readFileSync } from "node:fs";
import { gitRules } from "./gitRules.ts";

/**
 * The pattern that makes git ignore a path of a source, as it stands in its `.gitignore`; undefined if git does
 * not ignore it. A directory's path ends with `/`.
 */
export function ignoringPattern(root: string, path: string): string | undefined {
  let rules = gitRules(root).below("", read(`${root}/.gitignore`));
  for (
    let slash = path.indexOf("/");
    slash !== -1 && slash < path.length - 1;
    slash = path.indexOf("/", slash + 1)
  ) {
    const directory = path.slice(0, slash);
    if (rules.ignores(`${directory}/`)) break;
    rules = rules.below(directory, read(`${root}/${directory}/.gitignore`));
  }
  return rules.patternFor(path);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
