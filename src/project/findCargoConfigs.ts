import { homedir } from "node:os";
import { join } from "node:path";
import { firstFile } from "./firstFile.ts";
import { parentDirectories } from "./parentDirectories.ts";

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
