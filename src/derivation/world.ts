import { posix } from "node:path";
import type { LockFile, Source } from "./model.ts";

/**
 * The paths of the world that a step runs in. They are the same on every machine and for every project, since
 * compilers and Cargo write them into what they make.
 */
export const world = {
  /** The source's root, read-only. */
  source: "/build/source",
  /** The vendored crates, each in a directory of its own. */
  vendor: "/build/vendor",
  /** Cargo's settings, which replace the locks' sources by the vendored crates. */
  cargoConfig: "/build/.cargo",
  toolchain: "/build/toolchain",
  /** Cargo's target directory. */
  targetDirectory: "/build/target",
  /** What the step's output is made of. */
  out: "/build/out",
  /** A home directory that is empty when the step starts. */
  home: "/build/home",
  /** The jobserver's named pipe. */
  jobs: "/build/jobs",
  /** The base system, and native packages over it. */
  system: "/usr",
  /** Empty when the step starts. */
  temporary: "/tmp",
} as const;

/** What says where in a source Cargo's workspace lies. Default: at its root. */
type WorkspacePlace = Pick<Source, "workspace">;

/**
 * The path, relative to the source's root, of a file of its workspace.
 *
 * @example
 * inWorkspace({ workspace: "rust" }, "Cargo.lock") // "rust/Cargo.lock"
 */
export function inWorkspace({ workspace }: WorkspacePlace, path: string): string {
  return posix.join(workspace ?? "", path);
}

/**
 * Where the commands of a step run.
 *
 * @example
 * workingDirectory({ workspace: "rust" }) // "/build/source/rust"
 */
export function workingDirectory({ workspace }: WorkspacePlace): string {
  return posix.join(world.source, workspace ?? "");
}

/** The lock that a source has: its own, or the one that takes its place. */
export function lockFileOf(source: Source): LockFile {
  return source.cargoLock ?? { path: `${source.root}/${inWorkspace(source, "Cargo.lock")}` };
}
