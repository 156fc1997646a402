import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname } from "node:path";

/** Moves what is there of these paths from one directory to the same paths in another. */
export function moveUnit(from: string, to: string, paths: readonly string[]): void {
  for (const path of paths) {
    if (!existsSync(`${from}/${path}`)) continue;
    mkdirSync(dirname(`${to}/${path}`), { recursive: true });
    renameSync(`${from}/${path}`, `${to}/${path}`);
  }
}
