import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { world } from "../../derivation/world.ts";

/** What a cause sees of a failed step. */
export type FailedLog = {
  /** The log without colours, its lines without the indentation that Cargo gives them. */
  readonly text: string;
  /** The panics in it, with the code that panicked. */
  readonly panics: readonly Panic[];
};

type Panic = {
  readonly message: string;
  /** The lines of Rust up to where it happened, the last one included; empty where they cannot be found. */
  readonly code: string;
};

/** Why a step failed, in the sandbox's terms, and what to declare. */
export type Finding = {
  /** One sentence. */
  readonly note: string;
  /** What `nativeBuildInputs` lacks, as one writes it: `pkgs.zlib`. */
  readonly inputs?: readonly string[];
  /** Variables that `env` lacks. */
  readonly variables?: readonly string[];
  /** What to do where nothing can be declared. */
  readonly help?: string;
};

/** Recognises one cause in a log; nothing where it is not that. */
export type Cause = (log: FailedLog) => readonly Finding[];

/** How much of the code before a panic is looked at: a chain of calls with its arguments. */
const linesOfCode = 6;

/** The form of `std`'s panic hook since Rust 1.73: the place, and the message on the next line. */
const panicked = /panicked at ([^\s:]+):(\d+):\d+:\n(.*)/g;

/**
 * Prepares the log of a failed step for the causes.
 *
 * @param locate the host's path of a file that the step saw at an absolute path
 */
export function failedLog(lines: readonly string[], locate: (path: string) => string | undefined): FailedLog {
  const text = lines.map((line) => stripVTControlCharacters(line).trim()).join("\n");
  const panics = [...text.matchAll(panicked)].map(([, file = "", line, message = ""]): Panic => {
    // Cargo runs rustc in the workspace's root for the workspace's own packages.
    const path = locate(file.startsWith("/") ? file : `${world.source}/${file}`);
    return { message, code: path === undefined ? "" : codeBefore(path, Number(line)) };
  });
  return { text, panics };
}

function codeBefore(path: string, line: number): string {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .slice(Math.max(0, line - linesOfCode), line)
      .join("\n");
  } catch {
    return "";
  }
}
