/** `gantry run`. */
export type RunOptions = {
  readonly name: string | undefined;
  /** What came after `--`. */
  readonly args: readonly string[];
};
