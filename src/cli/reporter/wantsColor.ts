type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether to colour: `--color` decides; then `NO_COLOR` (set and not empty, see no-color.org), then Cargo's
 * `CARGO_TERM_COLOR`, and at last whether the output is a terminal.
 */
export function wantsColor(when: "auto" | "always" | "never", env: Environment, terminal: boolean): boolean {
  if (when !== "auto") return when === "always";
  if (env.NO_COLOR) return false;
  const cargo = env.CARGO_TERM_COLOR;
  if (cargo === "always" || cargo === "never") return cargo === "always";
  return terminal && env.TERM !== "dumb";
}
