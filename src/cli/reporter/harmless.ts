import { stripVTControlCharacters } from "node:util";

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
