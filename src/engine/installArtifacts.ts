import { copyFileSync, mkdirSync } from "node:fs";
import { basename } from "node:path";
import { ok, type Result } from "../base/result.ts";
import type { Rooms } from "../sandbox/sandbox.ts";
import { installedFiles } from "../units/installedFiles.ts";

/** Copies what Cargo reported as built to `out`: programs to `bin/`, libraries for other languages to `lib/`. */
export function installArtifacts(messages: readonly string[], rooms: Rooms, out: string): Result<void> {
  for (const { directory, file } of installedFiles(messages)) {
    const from = rooms.locate(file);
    if (!from) continue;
    mkdirSync(`${out}/${directory}`, { recursive: true });
    copyFileSync(from, `${out}/${directory}/${basename(file)}`);
  }
  return ok();
}
