/** `gantry build`. */
export type BuildOptions = {
  /** Which package output; absent: `default`. */
  readonly name: string | undefined;
  /** Cargo packages (`-p`); empty: what the output says. */
  readonly packages: readonly string[];
  /** Cargo's profile; absent: what the output says (`release`). */
  readonly profile: string | undefined;
  /** A target triple; absent: the host's. */
  readonly target: string | undefined;
  /** Where the link to the output is left, absolute; absent: `result` beside the project. */
  readonly outLink: string | undefined;
};
