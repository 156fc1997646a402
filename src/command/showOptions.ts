/** `gantry show`. */
export type ShowOptions = {
  readonly format: "text" | "json";
};
