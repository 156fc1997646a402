import type { Manifest, ResolvedManifest } from "../manifest.ts";

/** One manifest of the source that a root reaches: a root, a member, a path dependency, or a patch. */
export type LocalManifest = {
  /** Relative to the source's root, which is `.` itself. */
  readonly directory: string;
  readonly manifest: Manifest;
  /** With everything that it inherits. */
  readonly resolved: ResolvedManifest;
  /** The directory of the workspace that it inherits from; its own for a root. */
  readonly workspace: string | undefined;
  /** Cargo is run here: the lock, profiles and patches of this manifest count, those of others do not. */
  readonly isRoot: boolean;
};
