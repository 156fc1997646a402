import { posix } from "node:path";
import { parentOf } from "./parentOf.ts";
import type { Walk } from "./walkSource.ts";

/** The files and directories that source code names, out of those that exist. */
export type MentionedPaths = {
  /** Resolves a name that `file` holds. True if that is a path not known before. */
  add(file: string, name: string): boolean;
  has(path: string): boolean;
};

/**
 * A name is looked up from the directory of the file that holds it, as rustc does, and from its package's
 * directory, as build scripts and many macros do. A directory stands for all that is in it, unless it holds
 * the package itself.
 */
export function mentionedPaths(walk: Walk): MentionedPaths {
  const files = new Set<string>();
  const directories = new Set<string>();
  const existing = new Set(walk.paths);
  const packageOf = (file: string): string => {
    let directory = parentOf(file);
    while (directory !== "" && !existing.has(`${directory}/Cargo.toml`)) directory = parentOf(directory);
    return directory;
  };
  return {
    add(file, name) {
      const own = packageOf(file);
      const before = files.size + directories.size;
      for (const base of new Set([parentOf(file), own])) {
        const path = posix.normalize(`${base === "" ? "." : base}/${name}`).replace(/\/$/, "");
        if (existing.has(path)) files.add(path);
        else if (walk.directories.has(path) && path !== own && !own.startsWith(`${path}/`))
          directories.add(path);
      }
      return files.size + directories.size > before;
    },
    has(path) {
      if (files.has(path)) return true;
      if (directories.size === 0) return false;
      for (let directory = parentOf(path); directory !== ""; directory = parentOf(directory)) {
        if (directories.has(directory)) return true;
      }
      return false;
    },
  };
}
