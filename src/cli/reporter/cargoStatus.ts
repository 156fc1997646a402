import { stripVTControlCharacters } from "node:util";

/** A status line that Cargo itself printed in a step. */
export type CargoStatus = {
  readonly verb: string;
  /** Without the path of a workspace member, which in a sandbox is none of the user's. */
  readonly rest: string;
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
  const named = beginning.has(verb) ? rest.split(" ").slice(0, 2).join(" ") : undefined;
  return { verb, rest: rest.replace(/ \(\/build\/.*\)$/, ""), package: named };
}
