/**
 * How far downloading (`fetch`) or vendoring (`unpack`) is, in crates, or fetching from git servers (`git`), in
 * checkouts: one of the engine's events.
 */
export type Progress = {
  readonly type: "progress";
  readonly what: "fetch" | "unpack" | "git";
  readonly done: number;
  readonly total: number;
};
