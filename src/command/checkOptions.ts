/** `gantry check`. */
export type CheckOptions = {
  /** Empty: all of them. */
  readonly names: readonly string[];
};
