import { fileset } from "./fileset.ts";
import { git } from "./inputs/git.ts";
import { path } from "./inputs/path.ts";
import type { Lib } from "./mkLib.ts";
import { onlyKnown } from "./onlyKnown.ts";
import { pkgs } from "./pkgs/pkgs.ts";
import type { ProjectContext } from "./project.ts";
import { toolchains } from "./toolchains.ts";
import { fromRepository } from "./vendor/fromRepository.ts";

const describe = 'describe it: pkg({ name: "flac", pkgConfig: ["flac"], names: { apt: "libflac-dev", … } })';

/**
 * What a configuration is called with. A misspelt name in it is refused, with the one that was probably
 * meant.
 */
export function projectContext(crane: Lib): ProjectContext {
  const context: ProjectContext = {
    crane,
    pkgs: onlyKnown("`pkgs`", pkgs, describe),
    toolchains: onlyKnown("`toolchains`", toolchains),
    fileset: onlyKnown("`fileset`", fileset),
    git,
    path,
    fromRepository,
  };
  return onlyKnown("the argument of the configuration", context);
}
