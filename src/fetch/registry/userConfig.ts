import type { Config } from "../../cargo/config.ts";
import type { ConfigFile } from "../../cargo/parseConfig.ts";
import { findCargoConfigs } from "../../project/findCargoConfigs.ts";
import { readCargoConfigs } from "../../project/readCargoConfigs.ts";
import { cargoHome } from "./cargoHome.ts";

/** The user's configuration files of Cargo, the strongest first. */
export type UserConfig = {
  readonly files: readonly ConfigFile[];
  /** Whether the word occurs in one of them, which is found without parsing. */
  mentions(word: string): boolean;
  /** Those files that `keep` accepts (default: all), merged; undefined where Cargo itself would complain of them. */
  parsed(keep?: (file: string) => boolean): Promise<Config | undefined>;
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
      const { parseConfig } = await import("../../cargo/parseConfig.ts");
      const config = parseConfig(files.filter(({ file }) => keep(file)));
      return config.ok ? config.value : undefined;
    },
  };
}
