/** What a step does, in order; the first that fails ends it. */
export type Phase =
  | Run
  /**
   * Copies what Cargo's messages of the named run report (binaries, `cdylib`, `staticlib`) to `/build/out`.
   */
  | { readonly type: "install"; readonly from: string }
  /**
   * Blanks the paths of toolchain and vendored crates in the files under `/build/out` (Crane's
   * `removeReferencesTo…`).
   */
  | { readonly type: "strip"; readonly prefixes: readonly string[] };

/** One command, in the step's workspace unless `cwd` says otherwise. */
export type Run = {
  readonly type: "run";
  /** For logs and for `install`: `build`, `check`, `preBuild`. */
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly cwd?: string;
  /**
   * Standard output is Cargo's `--message-format json-render-diagnostics`: kept for `install` and shown as
   * progress.
   */
  readonly messages?: "cargo";
};
