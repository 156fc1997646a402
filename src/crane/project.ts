import { type HooksCheck, hooksOf, type PreCommit } from "../derivation/commitHooks.ts";
import type { DevShell } from "../derivation/devShell.ts";
import type { Derivation, NativePackage, Source } from "../derivation/model.ts";
import type { Service } from "../derivation/service.ts";
import type { fileset } from "./arguments/sources.ts";
import type { CacheOptions } from "./cacheOptions.ts";
import type { Lib } from "./mkLib.ts";
import type { pkgs } from "./pkgs/pkgs.ts";
import type { toolchains } from "./tools/toolchains.ts";
import type { tools } from "./tools/tools.ts";
import type { fromRepository } from "./vendor/fromRepository.ts";
import type { git, path } from "./vendor/inputs.ts";
import { defaultShell } from "./verbs/devShell.ts";

/** What a project offers, by name, as a flake's outputs. */
export type Project = {
  readonly packages: Readonly<Record<string, Derivation>>;
  /** Default: none. */
  readonly checks?: Readonly<Record<string, Derivation>>;
  /** Of containers, such as `crane.ociImage` describes. Default: none. */
  readonly images?: Readonly<Record<string, Derivation>>;
  /** Servers, as an operating system starts them, by the names that they have there. Default: none. */
  readonly services?: Readonly<Record<string, Service>>;
  /** Ask `shellsOf` for them. Default: one, of what the packages and the checks need. */
  readonly devShells?: Readonly<Record<string, DevShell>>;
  /** Hooks of git that are no check. Default: those among the checks and of the shells. */
  readonly hooks?: HooksCheck;
  /** The team's shared cache. Default: none. */
  readonly cache?: CacheOptions;
  /** What the flake says otherwise that `gantry eject flake` writes. Default: it says all. */
  readonly flake?: FlakeOptions;
};

type FlakeOptions = {
  /**
   * Outputs that the flake goes without, since they have no counterpart there: `["checks.cooldown"]`. What it has in their
   * place is in `flake.local.nix`. Default: none.
   */
  readonly without?: readonly string[];
};

/** All hooks of git that a project describes: its own, those among its checks, and those of its shells. */
export function preCommitsOf({ hooks, checks = {}, devShells = {} }: Project): readonly PreCommit[] {
  const found = [
    hooks?.preCommit,
    ...Object.values(checks).map(hooksOf),
    ...Object.values(devShells).map((shell) => shell.hooks),
  ];
  return [...new Set(found.filter((each) => each !== undefined))];
}

/** All that a project offers, by its name with its kind: `packages.default`, `checks.clippy`, `images.server`. */
export function offeredOutputs({
  packages,
  checks = {},
  images = {},
}: Project): Readonly<Record<string, Derivation>> {
  const prefixed = (kind: string, offered: Readonly<Record<string, Derivation>>) =>
    Object.entries(offered).map(([name, derivation]): [string, Derivation] => [
      `${kind}.${name}`,
      derivation,
    ]);
  return Object.fromEntries([
    ...prefixed("packages", packages),
    ...prefixed("checks", checks),
    ...prefixed("images", images),
  ]);
}

/** The shells of a project by name; one called `default` where it describes none of that name. */
export function shellsOf(project: Project): Readonly<Record<string, DevShell>> {
  const { devShells = {} } = project;
  return Object.hasOwn(devShells, "default") ? devShells : { default: defaultShell(project), ...devShells };
}

/** What a configuration is given. */
export type ProjectContext = {
  /** Crane's functions with the project's own toolchain. */
  readonly crane: Lib;
  readonly pkgs: typeof pkgs;
  readonly toolchains: typeof toolchains;
  /** Programs that are published as crates: `tools.cargoNextest("0.9.143")`. */
  readonly tools: typeof tools;
  readonly fileset: typeof fileset;
  /** A repository at one commit as an input. */
  readonly git: typeof git;
  /** A directory as an input. */
  readonly path: typeof path;
  readonly fromRepository: typeof fromRepository;
};

export type ProjectDefinition = (context: ProjectContext) => Project | Promise<Project>;

/**
 * Says what a project builds; the default export of `gantry.config.ts`.
 *
 * @example
 * import { defineProject } from "gantry";
 *
 * export default defineProject(({ crane }) => ({
 *   packages: { default: crane.buildPackage({ src: crane.cleanCargoSource(".") }) },
 * }));
 */
export function defineProject(definition: ProjectDefinition): ProjectDefinition {
  return definition;
}

/**
 * What a Cargo project offers without a configuration: its binaries, and Clippy, formatting and tests as
 * checks. Its source is all that git does not ignore, but what no build reads.
 *
 * @param nativeBuildInputs what the lock's crates are known to need
 */
export function defaultProject(crane: Lib, nativeBuildInputs: readonly NativePackage[]): Project {
  const src: Source = { type: "source", root: ".", filter: { kind: "automatic" } };
  const common = { src, nativeBuildInputs };
  const layered = { ...common, cargoArtifacts: crane.buildDepsOnly(common) };
  const describeChecks = () => ({
    clippy: crane.cargoClippy({
      ...layered,
      cargoClippyExtraArgs: ["--workspace", "--all-targets", "--", "--deny", "warnings"],
    }),
    fmt: crane.cargoFmt({ src }),
    test: crane.cargoTest({ ...layered, cargoTestExtraArgs: ["--workspace"] }),
  });
  let checks: Project["checks"];
  let hooks: Project["hooks"];
  return {
    packages: { default: crane.buildPackage({ ...layered, doCheck: false }) },
    // A build has no use for the checks, so they are described for who asks.
    get checks() {
      checks ??= describeChecks();
      return checks;
    },
    get hooks() {
      hooks ??= crane.preCommit({ src, hooks: { rustfmt: true } });
      return hooks;
    },
  };
}
