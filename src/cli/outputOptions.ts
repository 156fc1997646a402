/** How the command line talks; commands do not see it. */
export type OutputOptions = {
  readonly color: "auto" | "always" | "never";
  /** Absent: `human` on a terminal, else `plain`. */
  readonly logFormat: "human" | "plain" | "json" | undefined;
};
