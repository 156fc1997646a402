import { isAbsolute, join } from "node:path";
import type { ConfigFile } from "../cargo/parseConfig.ts";
import type { Derivation } from "../derivation/derivation.ts";
import { parentDirectories } from "../project/parentDirectories.ts";
import { readCargoConfigs } from "../project/readCargoConfigs.ts";
import type { Mount } from "../sandbox/world.ts";

/** A directory that is mounted at `/build/source`, and its configuration of Cargo. */
export type ConfiguredDirectory = {
  readonly directory: string;
  /** By paths relative to the directory, the strongest first. */
  readonly configs: readonly ConfigFile[];
};

/**
 * The source's own configuration of Cargo, with the files that it includes: what lies in the workspace and in the
 * directories around it.
 */
export function sourceConfigs(
  mounts: readonly Mount[],
  { workspace = "" }: Pick<Derivation, "workspace">,
): ConfiguredDirectory[] {
  const source = mounts.find(({ at }) => at === "/build/source");
  const directories = source?.kind === "read-only" ? source.directories : [];
  return directories.map((directory) => {
    const around = parentDirectories(`/${workspace}`).map((each) => join(directory, each, ".cargo"));
    const files = around.flatMap((each) => [`${each}/config`, `${each}/config.toml`]);
    const read = readCargoConfigs(files, directory).filter(({ shown }) => !isAbsolute(shown));
    return { directory, configs: read.map(({ shown, text }) => ({ file: shown, text })) };
  });
}
