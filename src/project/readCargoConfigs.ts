import { configIncludes } from "../cargo/configIncludes.ts";
import { shownFrom } from "./shownFrom.ts";
import { textOf } from "./textOf.ts";

export type CargoConfigText = {
  /** Absolute. */
  readonly file: string;
  /** Relative to the project where it lies in it. */
  readonly shown: string;
  readonly text: string;
};

/**
 * The texts of Cargo's configuration files and of those that they include, the strongest first. What cannot
 * be read or understood is left out: Cargo says what is wrong with it, and better.
 *
 * @param files absolute, the strongest first, as `findCargoConfigs` gives them
 * @param root the project's, to show files relative to it
 */
export function readCargoConfigs(files: readonly string[], root: string): readonly CargoConfigText[] {
  const read = new Map<string, CargoConfigText>();
  const queue = [...files];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const text = read.has(file) ? undefined : textOf(file);
    if (text === undefined) continue;
    read.set(file, { file, shown: shownFrom(root, file), text });
    const includes = text.includes("include") ? configIncludes(file, text) : undefined;
    if (includes?.ok) queue.unshift(...includes.value.map((include) => include.file));
  }
  return [...read.values()];
}
