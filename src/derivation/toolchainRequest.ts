/** Which toolchain a step wants. Which one it got, by content, is what its key holds. */
export type ToolchainRequest = {
  /**
   * `stable`, `1.95.0`, `nightly-2026-03-01`; absent: what `rust-toolchain.toml` says, else the installed
   * one.
   */
  readonly channel?: string;
  readonly components: readonly string[];
  readonly targets: readonly string[];
  /**
   * The standard library's sources (the component `rust-src`) are seen by the build, and are part of its key: for
   * `-Z build-std`. Default: they are not, so that having them for an editor rebuilds nothing.
   */
  readonly sources?: true;
};
