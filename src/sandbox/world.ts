/**
 * All that a command can see, by path. The paths are the same on every machine (`/build/…`, `/usr`); what lies
 * behind them are directories of the host.
 */
export type World = {
  readonly mounts: readonly Mount[];
  /** Directories that are writable and empty at the start, and thrown away: `/tmp`, `/build/home`. */
  readonly scratch: readonly string[];
};

export type Mount = { readonly at: string } & MountKind;

export type MountKind =
  /** A union of directories in which an earlier one hides a later one. */
  | { readonly kind: "read-only"; readonly directories: readonly [string, ...string[]] }
  | { readonly kind: "writable"; readonly directory: string }
  /**
   * Reads come from `lower`, writes go to `upper`, so that what a build changed is what lies in `upper`, and
   * nothing that it does reaches `lower`.
   */
  | { readonly kind: "layered"; readonly lower: string; readonly upper: string };
