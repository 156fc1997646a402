import { homedir } from "node:os";
import { resolve } from "node:path";
import type { CargoConfig } from "../cargo/config/cargoConfig.ts";
import type { CargoConfigFile } from "../cargo/config/settings.ts";
import { findCargoConfigs, readCargoConfigs } from "../project/findProject.ts";

/** The user's configuration files of Cargo, the strongest first. */
type UserConfig = {
  readonly files: readonly CargoConfigFile[];
  /** Whether the word occurs in one of them, which is found without parsing. */
  mentions(word: string): boolean;
  /** Those files that `keep` accepts (default: all), merged; undefined where Cargo itself would complain of them. */
  parsed(keep?: (file: string) => boolean): Promise<CargoConfig | undefined>;
};

/**
 * Cargo's configuration as a command of the user's in `directory` has it: that of the project, of the directories
 * above it, and of Cargo's home, each followed by what it includes (`include`).
 */
export function userConfig(directory: string, env: NodeJS.ProcessEnv): UserConfig {
  const files = readCargoConfigs(findCargoConfigs(directory, cargoHome(env, directory)), directory);
  return {
    files,
    mentions: (word) => files.some(({ text }) => text.includes(word)),
    async parsed(keep = () => true) {
      // Loading a TOML parser takes longer than the rest of a build that has nothing to do.
      const { parseCargoConfig } = await import("../cargo/config/parseCargoConfig.ts");
      const config = parseCargoConfig(files.filter(({ file }) => keep(file)));
      return config.ok ? config.value : undefined;
    },
  };
}

/** Cargo's home as Cargo finds it: `$CARGO_HOME`, relative to where Cargo runs, else `~/.cargo`. */
export function cargoHome(env: NodeJS.ProcessEnv, workspaceDir: string): string {
  return resolve(workspaceDir, env.CARGO_HOME || `${env.HOME || homedir()}/.cargo`);
}
