import { inWorkspace } from "./inWorkspace.ts";
import type { LockFile, Source } from "./source.ts";

/** The lock that a source has: its own, or the one that takes its place. */
export function lockFileOf(source: Source): LockFile {
  return source.cargoLock ?? { path: `${source.root}/${inWorkspace(source, "Cargo.lock")}` };
}
