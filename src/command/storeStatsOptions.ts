/** `gantry store stats`. */
export type StoreStatsOptions = {
  readonly format: "text" | "json";
};
