import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import type { FailedLog, Panic } from "./finding.ts";

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
    const path = locate(file.startsWith("/") ? file : `/build/source/${file}`);
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
