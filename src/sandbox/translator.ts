import { existsSync } from "node:fs";
import type { Mount } from "./world.ts";

/** Turns the sandbox's paths in a word into those of the rooms below `root`; those of `/usr` where they have it. */
export function translator(root: string): (word: string) => string {
  return (word) =>
    word
      .replace(/(^|[=:\s"'])(\/build\/)/g, `$1${root}$2`)
      .replace(/(^|[=:])(\/usr\/[^:\s]+)/g, (whole, before: string, path: string) =>
        existsSync(root + path) ? before + root + path : whole,
      );
}

/**
 * Turns the paths of the rooms, and of the trees of the store that links in them lead to, into those of the sandbox:
 * Cargo resolves links, and what it says of a package must name the same place at every level.
 */
export function backTranslator(root: string, mounts: readonly Mount[]): (line: string) => string {
  const places = new Map(
    mounts.flatMap((mount) =>
      mount.kind === "read-only" ? [[mount.directories[0], mount.at] as const] : [],
    ),
  );
  return (line) =>
    line
      .replaceAll(`${root}/build/`, "/build/")
      .replace(/\/[^\s"':]*\/trees\/[0-9a-f]{64}(?=\/)/g, (tree) => places.get(tree) ?? tree);
}
