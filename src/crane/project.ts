import type { Derivation } from "../derivation/derivation.ts";
import type { fileset } from "./fileset.ts";
import type { git } from "./inputs/git.ts";
import type { path } from "./inputs/path.ts";
import type { Lib } from "./mkLib.ts";
import type { pkgs } from "./pkgs/pkgs.ts";
import type { toolchains } from "./toolchains.ts";
import type { fromRepository } from "./vendor/fromRepository.ts";

/** What a project offers, by name, as a flake's outputs. */
export type Project = {
  readonly packages: Readonly<Record<string, Derivation>>;
  readonly checks?: Readonly<Record<string, Derivation>>;
};

/** What a configuration is given. */
export type ProjectContext = {
  /** Crane's functions with the project's own toolchain. */
  readonly crane: Lib;
  readonly pkgs: typeof pkgs;
  readonly toolchains: typeof toolchains;
  readonly fileset: typeof fileset;
  /** A repository at one commit as an input. */
  readonly git: typeof git;
  /** A directory as an input. */
  readonly path: typeof path;
  readonly fromRepository: typeof fromRepository;
};

export type ProjectDefinition = (context: ProjectContext) => Project;

/**
 * Says what a project builds; the default export of `gantry.config.ts`.
 *
 * @example
 * export default defineProject(({ crane }) => ({
 *   packages: { default: crane.buildPackage({ src: crane.cleanCargoSource(".") }) },
 * }));
 */
export function defineProject(definition: ProjectDefinition): ProjectDefinition {
  return definition;
}
