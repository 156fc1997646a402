/** `gantry with`. */
export type WithOptions = {
  /** `DEP=PATH` or `DEP@VERSION=PATH`, as typed. */
  readonly overrides: readonly string[];
  /** What came after `--`. */
  readonly command: readonly string[];
  /** The words that start this Gantry again. */
  readonly self: readonly [string, ...string[]];
};
