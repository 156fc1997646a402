import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { digestOf } from "../base/digest.ts";
import { digestFile } from "./digestFile.ts";
import type { FileMemory, KnownFile } from "./fileMemory.ts";
import { mentionsIn } from "./mentionsIn.ts";
import type { ScannedFile } from "./scannedFile.ts";

export type ReadFile = {
  /** Undefined for a file that vanished. */
  readonly scanned: ScannedFile | undefined;
  /** The paths that Rust source names; of a symlink, its target. */
  readonly mentions: readonly string[];
};

/**
 * Reads one file of a source, or remembers it.
 *
 * @throws what the system throws for a file that cannot be read
 */
export function readFile(root: string, path: string, memory: FileMemory): ReadFile {
  const absolute = `${root}/${path}`;
  const stats = lstatSync(absolute, quietly);
  if (stats === undefined || stats.isDirectory()) return { scanned: undefined, mentions: [] };
  if (stats.isSymbolicLink()) {
    const target = readlinkSync(absolute);
    return { scanned: { type: "symlink", path, target }, mentions: [target] };
  }
  let known = memory.get(path, stats);
  if (known === undefined) {
    known = read(absolute, path, stats.size);
    memory.set(path, stats, known);
  }
  const { size } = stats;
  const executable = (stats.mode & 0o100) !== 0;
  return {
    scanned: { type: "file", path, size, executable, digest: known.digest },
    mentions: known.mentions,
  };
}

function read(absolute: string, path: string, size: number): KnownFile {
  if (!path.endsWith(".rs")) return { digest: digestFile(absolute, size), mentions: [] };
  const content = readFileSync(absolute);
  return { digest: digestOf(content), mentions: mentionsIn(path, content.toString("utf8")) };
}

const quietly = { throwIfNoEntry: false } as const;
