/** `gantry store gc`. */
export type StoreGcOptions = {
  /** Keep at most this many bytes of what no root holds; absent: nothing of it is kept. */
  readonly maxBytes: number | undefined;
  /** Keep what was used within so many days; absent: age does not matter. */
  readonly keepDays: number | undefined;
  /** Say what would go, and remove nothing. */
  readonly dryRun: boolean;
};
