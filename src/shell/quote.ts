// How the shells and formats that an environment is printed for write a text.

import { world } from "../derivation/world.ts";

/**
 * For POSIX shells.
 *
 * @example
 * shellWord("it's") // "'it'\\''s'"
 */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

const pathOfSource = new RegExp(`${world.source}(?![\\w.-])`);

/** Whether a value has a path of a step's source. */
export function namesSource(value: string): boolean {
  return pathOfSource.test(value);
}

/**
 * For POSIX shells that stand in the project: what a value has of a step's source is there.
 *
 * @example
 * shellWordInProject("/build/source/proto") // '"$PWD"/proto'
 */
export function shellWordInProject(value: string): string {
  const parts = value.split(pathOfSource);
  return parts.map((part) => (part === "" ? "" : shellWord(part))).join('"$PWD"') || "''";
}

/** For fish, which in single quotes knows `\\` and `\'` alone (fish 3.6). */
export function fishWord(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

/** For Nushell, whose raw texts end at a quote with as many `#` as they began with (0.115). */
export function nuWord(text: string): string {
  const longest = Math.max(0, ...(text.match(/'#*/g) ?? []).map((each) => each.length));
  const fence = "#".repeat(Math.max(1, longest));
  return `r${fence}'${text}'${fence}`;
}

/**
 * For `.env` files, of which each reader has its own rules: only what all of them take alike. Undefined: there is nothing
 * that they do.
 *
 * Readers that were compared: dotenv 18 (npm), python-dotenv 1, dotenvy 0.15 (crates.io), Node's `--env-file` (24).
 */
export function dotenvWord(text: string): string | undefined {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  if (/[\n\r]/.test(text)) return undefined;
  // Between single quotes python-dotenv takes two backslashes for one, and one before the quote for a part of it.
  if (!text.includes("'") && !/\\\\|\\$/.test(text)) return `'${text}'`;
  return /["$`\\]/.test(text) ? undefined : `"${text}"`;
}
