import { existsSync } from "node:fs";

/** Turns the sandbox's paths in a word into those of the rooms below `root`; those of `/usr` where they have it. */
export function translator(root: string): (word: string) => string {
  return (word) =>
    word
      .replace(/(^|[=:\s"'])(\/build\/)/g, `$1${root}$2`)
      .replace(/(^|[=:])(\/usr\/[^:\s]+)/g, (whole, before: string, path: string) =>
        existsSync(root + path) ? before + root + path : whole,
      );
}
