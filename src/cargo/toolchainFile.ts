/** What `rust-toolchain.toml`, or the older `rust-toolchain`, asks of rustup. */
export type ToolchainFile = {
  /** `stable`, `1.95.0`, `nightly-2026-03-01`, … Absent: rustup's default, or `path`. */
  readonly channel?: string;
  /** A custom toolchain's directory, relative to the file's; excludes all else. */
  readonly path?: string;
  readonly components: readonly string[];
  readonly targets: readonly string[];
  /** Absent: rustup's setting, usually `default`. */
  readonly profile?: "minimal" | "default" | "complete";
};
