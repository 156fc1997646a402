import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { configFileIn, configTexts, findConfigFiles } from "../cargo/config/configFiles.ts";
import { isFile, textOf } from "../tree/files.ts";
import { shownFrom } from "../tree/paths.ts";

/**
 * The files that Cargo merges into its settings for a command run in `directory`, the strongest first: those there and
 * in each directory above, then the one in Cargo's home.
 *
 * @param cargoHome `CARGO_HOME`. Default: `~/.cargo`
 */
export function findCargoConfigs(directory: string, cargoHome = join(homedir(), ".cargo")): string[] {
  const own = configFileIn(cargoHome, isFile) ?? [];
  return [...new Set([...findConfigFiles(resolve(directory), isFile), own].flat())];
}

type CargoConfigText = {
  /** Absolute. */
  readonly file: string;
  /** Relative to the project where it lies in it. */
  readonly shown: string;
  readonly text: string;
};

/**
 * The texts of these files and of those that they include, as `configTexts` gives them.
 *
 * @param files absolute, the strongest first, as `findCargoConfigs` gives them
 * @param root the project's, to show files relative to it
 */
export function readCargoConfigs(files: readonly string[], root: string): readonly CargoConfigText[] {
  return configTexts(files, textOf).map(({ file, text }) => ({ file, shown: shownFrom(root, file), text }));
}
