/** `gantry init`. */
export type InitOptions = {
  /** Ask nothing, take every default. */
  readonly yes: boolean;
  /** Turn Clippy's pedantic lints on in `Cargo.toml`. */
  readonly pedantic: boolean;
};
