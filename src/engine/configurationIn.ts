import { isAbsolute, join } from "node:path";
import { compilerSettings } from "../cargo/compilerSettings.ts";
import type { Derivation } from "../derivation/derivation.ts";
import { parentDirectories } from "../project/parentDirectories.ts";
import { readCargoConfigs } from "../project/readCargoConfigs.ts";
import type { Mount } from "../sandbox/world.ts";

/**
 * The settings of the source's own configuration of Cargo, those that it includes among them: what lies in the
 * workspace and in the directories around it. Where one does not lie at the source's root, its place is said, since
 * paths in it count from there.
 */
export function configurationIn(mounts: readonly Mount[], derivation: Derivation): string[] {
  const { workspace = "" } = derivation;
  const source = mounts.find(({ at }) => at === "/build/source");
  const directories = source?.kind === "read-only" ? source.directories : [];
  const configs = directories.flatMap((directory) => {
    const around = parentDirectories(`/${workspace}`).map((each) => join(directory, each, ".cargo"));
    const files = around.flatMap((each) => [`${each}/config`, `${each}/config.toml`]);
    return readCargoConfigs(files, directory).filter(({ shown }) => !isAbsolute(shown));
  });
  const isForeign = foreignTo(derivation, configs);
  return configs.flatMap(({ shown, text }) => {
    const settings = compilerSettings(text, isForeign);
    if (settings === "") return [];
    return /^\.cargo\/config(\.toml)?$/.test(shown) ? [settings] : [`# ${shown}\n${settings}`];
  });
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
