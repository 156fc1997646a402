/** `gantry graph`. */
export type GraphOptions = {
  readonly format: "text" | "json" | "dot";
};
