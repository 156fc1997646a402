import { compilerSettings } from "../cargo/compilerSettings.ts";
import type { Derivation } from "../derivation/derivation.ts";
import type { Mount } from "../sandbox/world.ts";
import { type ConfiguredFiles, configuredFiles } from "./configuredFiles.ts";
import { sourceConfigs } from "./sourceConfigs.ts";

/** What the source's own configuration of Cargo gives to the units that are compiled with it. */
export type Configuration = {
  readonly settings: readonly string[];
  /** What it names of the source's files. */
  readonly files: ConfiguredFiles;
};

/**
 * The source's own configuration of Cargo. Where one of its files does not lie at the source's root, its place is said
 * with its settings, since paths in it count from there.
 */
export function configurationIn(mounts: readonly Mount[], derivation: Derivation): Configuration {
  const sources = sourceConfigs(mounts, derivation);
  const configs = sources.flatMap((source) => source.configs);
  const isForeign = foreignTo(derivation, configs);
  const settings = configs.flatMap(({ file, text }) => {
    const kept = compilerSettings(text, isForeign);
    if (kept === "") return [];
    return /^\.cargo\/config(\.toml)?$/.test(file) ? [kept] : [`# ${file}\n${kept}`];
  });
  return { settings, files: configuredFiles(sources, derivation) };
}

/**
 * Which platforms of `[target.…]` nothing is compiled for: those of other systems, by their triples, which nothing
 * names that could choose them.
 */
function foreignTo({ env, target }: Derivation, configs: readonly { readonly text: string }[]) {
  const choosing = [...(target?.plans.flat() ?? []), ...Object.values(env)].join("\n");
  const isChosen = configs.some(({ text }) => /\btargets?"?\s*=/.test(text));
  return (platform: string): boolean =>
    !isChosen && /^[\w.-]+$/.test(platform) && !platform.includes("linux") && !choosing.includes(platform);
}
