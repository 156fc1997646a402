import { resolve } from "node:path";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { homeOf } from "../base/paths.ts";
import { type CargoConfig, type ConfigNode, placeOfNode } from "../cargo/config/cargoConfig.ts";
import type { CargoConfigFile } from "../cargo/config/settings.ts";
import { redact } from "../cargo/redact.ts";
import { findCargoConfigs, readCargoConfigs } from "../project/findProject.ts";

/** The files with a user's settings of Cargo, the strongest first. */
type UserCargoConfig = {
  readonly files: readonly CargoConfigFile[];
  /** Whether the word occurs in one of them, which is found without parsing. */
  mentions(word: string): boolean;
  /** Those files that `keep` accepts (default: all), merged; undefined where Cargo itself would complain of them. */
  parsed(keep?: (file: string) => boolean): Promise<CargoConfig | undefined>;
};

/**
 * Cargo's settings as a command of the user's in `directory` has them: those of the project, of the directories
 * above it, and of Cargo's home, each file followed by what it includes (`include`).
 */
export function userCargoConfig(directory: string, env: NodeJS.ProcessEnv): UserCargoConfig {
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
  return resolve(workspaceDir, env.CARGO_HOME || `${homeOf(env)}/.cargo`);
}

/**
 * `token-in-project`: a registry's token in those of Cargo's settings that belong to the project. All that belongs to
 * it is copied to the store, hashed, and seen by every build script.
 */
export async function tokenInProject(root: string, env: NodeJS.ProcessEnv): Promise<Diagnostic | undefined> {
  const config = userCargoConfig(root, env);
  if (!config.mentions("token") && !config.mentions("secret-key")) return undefined;
  const inside = (await config.parsed((file) => file.startsWith(`${root}/`)))?.merged;
  const registry = inside?.entries.get("registry");
  const registries = inside?.entries.get("registries");
  const named = registries?.kind === "table" ? [...registries.entries.values()] : [];
  const secret = [registry, ...named].flatMap(secretIn)[0];
  if (!secret) return undefined;
  const place = placeOfNode(secret);
  return diagnostic("token-in-project", "the project's Cargo configuration holds a token", {
    place: {
      ...place,
      file: place.file.slice(root.length + 1),
      ...(place.text !== undefined && { text: redact(place.text) }),
      label: "every build script would see it",
    },
    notes: ["what belongs to the project is copied to the store and shown to the build"],
    help: ["remove the line, and let Cargo keep the token outside the project: cargo login --registry NAME"],
  });
}

function secretIn(node: ConfigNode | undefined): ConfigNode[] {
  if (node?.kind !== "table") return [];
  return ["token", "secret-key"].flatMap((key) => node.entries.get(key) ?? []);
}
