import { homedir } from "node:os";
import { join } from "node:path";
import { configIncludes } from "../cargo/config/configFiles.ts";
import { firstFile, textOf } from "../tree/files.ts";
import { parentDirectories, shownFrom } from "../tree/paths.ts";

/**
 * The files that Cargo merges into its configuration for a command run in `directory`, the strongest first:
 * `.cargo/config` or `.cargo/config.toml` there and in each directory above, then the one in Cargo's home.
 * Where a directory has both names, Cargo reads the one without the ending, and so do we.
 *
 * Source: The Cargo Book, "Configuration", hierarchical structure (Cargo 1.95).
 *
 * @param cargoHome `CARGO_HOME`. Default: `~/.cargo`
 */
export function findCargoConfigs(directory: string, cargoHome = join(homedir(), ".cargo")): string[] {
  const homes = [...parentDirectories(directory).map((each) => join(each, ".cargo")), cargoHome];
  const found = homes.map((home) => firstFile([join(home, "config"), join(home, "config.toml")]));
  return [...new Set(found.filter((file) => file !== undefined))];
}

type CargoConfigText = {
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
