/** Text in the colours that Cargo and rustc use; without colours it comes back as it is. */
export type Paint = {
  readonly colors: boolean;
  /** A status verb (`Compiling`). */
  verb(text: string): string;
  error(text: string): string;
  warning(text: string): string;
  note(text: string): string;
  strong(text: string): string;
  /** Line numbers, arrows and gutters. */
  gutter(text: string): string;
};

/** @param colors see `wantsColor`. */
export function paint(colors: boolean): Paint {
  const by = (code: string) => (text: string) => (colors ? `\x1b[${code}m${text}\x1b[0m` : text);
  return {
    colors,
    verb: by("1;32"),
    error: by("1;31"),
    warning: by("1;33"),
    note: by("1;36"),
    strong: by("1"),
    gutter: by("1;34"),
  };
}
