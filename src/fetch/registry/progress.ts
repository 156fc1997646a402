/** How far downloading (`fetch`) or vendoring (`unpack`) is, in crates: one of the engine's events. */
export type Progress = {
  readonly type: "progress";
  readonly what: "fetch" | "unpack";
  readonly done: number;
  readonly total: number;
};
