import { existsSync } from "node:fs";
import { join } from "node:path";
import { parentDirectories } from "./parentDirectories.ts";

/** The top of the git repository, or of the worktree, that a path lies in; undefined outside of all. */
export function repositoryOf(path: string): string | undefined {
  return parentDirectories(path).find((directory) => existsSync(join(directory, ".git")));
}
