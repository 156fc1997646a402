/** `gantry store gc`. What the link of a build (`./result`) points to is kept in any case. */
export type StoreGcOptions = {
  /** Keep the most recently used up to this many bytes; absent: size does not matter. */
  readonly maxBytes: number | undefined;
  /** Keep what was used within so many days; absent: 30, or with `maxBytes` any number. */
  readonly keepDays: number | undefined;
  /** Say what would go, and remove nothing. */
  readonly dryRun: boolean;
};
