import { closeSync, openSync, readSync } from "node:fs";
import type { FileType } from "../derivation/source.ts";

/**
 * What no filter can keep: version control, Gantry's own files, and what builds wrote. At the root, that is a
 * directory `target` and the links `result` and `result-…`; elsewhere names like these may be the project's.
 */
export function isNeverSource(path: string, name: string, type: FileType): boolean {
  if (name.charCodeAt(0) === dot) return hidden.has(name);
  if (path !== name) return false;
  if (type === "directory") return name === "target";
  return type === "symlink" && (name === "result" || name.startsWith("result-"));
}

const dot = 46;
const hidden: ReadonlySet<string> = new Set([".git", ".gantry", ".hg", ".jj", ".svn"]);

/**
 * Whether a directory's `CACHEDIR.TAG` says that everything beside it can be made again; Cargo writes one
 * into each target directory, whatever it is called.
 *
 * Source: the Cache Directory Tagging Specification (bford.info/cachedir), version 0.6.
 */
export function isCacheTag(file: string): boolean {
  const head = Buffer.alloc(signature.length);
  try {
    const descriptor = openSync(file, "r");
    try {
      readSync(descriptor, head, 0, head.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
  return head.toString("latin1") === signature;
}

const signature = "Signature: 8a477f597d28d172789f06886806bc55";
