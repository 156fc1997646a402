import { posix } from "node:path";
import type { LockFile, Source } from "./model.ts";

/** Something whose Cargo workspace lies at its root, or in a directory of it. */
type WithWorkspace = { readonly workspace?: string };

/**
 * The path, relative to the source's root, of a file of its workspace.
 *
 * @example
 * inWorkspace({ workspace: "rust" }, "Cargo.lock") // "rust/Cargo.lock"
 */
export function inWorkspace({ workspace }: WithWorkspace, path: string): string {
  return posix.join(workspace ?? "", path);
}

/** Where the commands of a step run. */
export function workingDirectory({ workspace }: WithWorkspace): string {
  return posix.join("/build/source", workspace ?? "");
}

/** The lock that a source has: its own, or the one that takes its place. */
export function lockFileOf(source: Source): LockFile {
  return source.cargoLock ?? { path: `${source.root}/${inWorkspace(source, "Cargo.lock")}` };
}
