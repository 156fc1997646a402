import { stripVTControlCharacters } from "node:util";
import truncatedWidth from "fast-string-truncated-width";

/** Text in the colours that Cargo and rustc use; without colours it comes back as it is. */
export type Paint = {
  readonly colors: boolean;
  /** A status verb (`Compiling`). */
  verb(text: string): string;
  error(text: string): string;
  warning(text: string): string;
  note(text: string): string;
  strong(text: string): string;
  /** What went well, went wrong, or neither; as rustfmt and libtest colour it. */
  good(text: string): string;
  bad(text: string): string;
  doubtful(text: string): string;
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
    good: by("32"),
    bad: by("31"),
    doubtful: by("33"),
    gutter: by("1;34"),
  };
}

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

/** A line in Cargo's form: the verb right-aligned to twelve columns, then what it is about. */
export function statusLine(paint: Paint, verb: string, rest: string): string {
  return `${paint.verb(verb.padStart(12))} ${rest}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const colorCode = /(\x1b\[[0-9;]*m)/;

/**
 * A line of a build as it may be shown: a carriage return, a cursor movement or a window title from a build
 * script would garble the live region, so only colours are let through, and without colours nothing.
 */
export function harmless(line: string, colors: boolean): string {
  const last = line.replace(/\r+$/, "").split("\r").at(-1) ?? "";
  const clean = (text: string): string =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    stripVTControlCharacters(text).replace(/[\x00-\x08\x0b-\x1f\x7f]/g, "");
  if (!colors) return clean(last);
  return last
    .split(colorCode)
    .map((part) => (colorCode.test(part) ? part : clean(part)))
    .join("");
}

/** How many columns of a terminal a line takes; colours take none. */
export function displayWidth(text: string): number {
  return truncatedWidth(text).width;
}

/** The start of a line that fits into `columns`, with `…` where something was cut off. */
export function truncate(text: string, columns: number): string {
  const { index, ellipsed } = truncatedWidth(text, { limit: columns, ellipsis: "…" });
  return ellipsed ? `${text.slice(0, index)}…` : text;
}

/** A status line that Cargo itself printed in a step. */
type CargoStatus = {
  readonly verb: string;
  /** Without the path of a workspace member, or of a test program, which in a sandbox is none of the user's. */
  readonly rest: string;
  /** It is what follows that it says something of: the output of a test program. */
  readonly isHeading: boolean;
  /** `serde v1.0.228`, for the verbs that begin work on a package. */
  readonly package: string | undefined;
};

const verbs = new Set(
  (
    "Adding Blocking Building Checking Compiling Copying Dirty Documenting Downloaded Downloading Executable Finished " +
    "Fixed Fresh Generated Ignored Locking Running Scraping Unpacking Updating Vendoring Doc-tests"
  ).split(" "),
);

const beginning = new Set(["Checking", "Compiling", "Documenting"]);

/**
 * Reads a line as Cargo's own status line, or undefined. Cargo right-aligns the verb to twelve columns
 * (`cargo::core::Shell::status`, cargo 1.95), which no line of rustc's does.
 */
export function cargoStatus(line: string): CargoStatus | undefined {
  const match = /^( *)([A-Z][a-z-]+) (.+)$/.exec(stripVTControlCharacters(line));
  if (match === null) return undefined;
  const [, indent = "", verb = "", rest = ""] = match;
  if (!verbs.has(verb) || indent.length + verb.length !== 12) return undefined;
  const begun = beginning.has(verb) ? rest.split(" ").slice(0, 2).join(" ") : undefined;
  const bare = rest.replace(/ \(\/build\/.*\)$/, "");
  // In a workspace many have the same source.
  const [, program] = / \(\/build\/.*\/([^/]+)-[0-9a-f]{16}\)$/.exec(rest) ?? [];
  const isRun = verb === "Running" && !rest.startsWith("`");
  return {
    ...{ verb, package: begun, isHeading: isRun || verb === "Doc-tests" },
    rest: isRun && program !== undefined ? `${bare} (${program})` : bare,
  };
}

/**
 * The lines of steps as the tools themselves colour them. A step runs without a terminal, since its key must not depend on
 * one: Cargo, rustfmt and libtest then print without colours. What has colours already is left alone.
 */
export function linePainter(paint: Paint): (step: string, line: string) => string {
  /** The steps that print differences of rustfmt: what begins with a sign is part of one. */
  const comparing = new Set<string>();
  return (step, line) => {
    if (!paint.colors || line.includes("\x1b")) return line;
    if (/^Diff in .+:$/.test(line)) comparing.add(step);
    if (comparing.has(step) && line.startsWith("-")) return paint.bad(line);
    if (comparing.has(step) && line.startsWith("+")) return paint.good(line);
    const [, level, code = "", rest] = /^(error|warning)(\[\w+\])?(: .*)$/.exec(line) ?? [];
    if (level === "error" || level === "warning")
      return `${paint[level](level + code)}${paint.strong(rest ?? "")}`;
    const [, test, end] = /^(test .+ \.\.\. |test result: )(ok|FAILED|ignored)/.exec(line) ?? [];
    if (test === undefined || end === undefined) return line;
    const color = end === "ok" ? paint.good : end === "FAILED" ? paint.bad : paint.doubtful;
    return `${test}${color(end)}${line.slice(test.length + end.length)}`;
  };
}
