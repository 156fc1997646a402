import * as v from "valibot";
import type { Derivation, NativePackage, Source, ToolchainRequest } from "../derivation/model.ts";
import { checkArguments, type fileset, type Schema, words } from "./arguments/arguments.ts";
import type { Lib } from "./mkLib.ts";
import type { pkgs } from "./pkgs/pkgs.ts";
import type { fromRepository } from "./vendor/fromRepository.ts";
import type { git, path } from "./vendor/inputs.ts";

/** What a project offers, by name, as a flake's outputs. */
export type Project = {
  readonly packages: Readonly<Record<string, Derivation>>;
  /** Default: none. */
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
  return {
    packages: { default: crane.buildPackage({ ...layered, doCheck: false }) },
    // A build has no use for the checks, so they are described for who asks.
    get checks() {
      checks ??= describeChecks();
      return checks;
    },
  };
}

/** Parts of a toolchain beside Cargo and rustc, and triples to compile for. Default: none. */
type Parts = { readonly components?: readonly string[]; readonly targets?: readonly string[] };

/**
 * Toolchains by channel.
 *
 * @example
 * const lib = crane.overrideToolchain(toolchains.stable("1.95.0", { components: ["clippy", "rustfmt"] }));
 */
export const toolchains = {
  /** `1.95.0`; `latest`: what `gantry.lock` pins. */
  stable: (version: string, parts?: Parts): ToolchainRequest =>
    version === "latest" ? latest("stable", parts) : request(version, parts),
  /** `2026-10-01`, or `latest`. */
  beta: (date: string, parts?: Parts): ToolchainRequest => dated("beta", date, parts),
  /** `2026-10-01`, or `latest`. */
  nightly: (date: string, parts?: Parts): ToolchainRequest => dated("nightly", date, parts),
  /** What `rust-toolchain.toml` says, else the installed one. */
  fromFile: (): ToolchainRequest => ({ components: [], targets: [] }),
} as const;

const partsSchema = { components: v.optional(words), targets: v.optional(words) } satisfies Schema<Parts>;

function dated(track: string, date: string, parts?: Parts): ToolchainRequest {
  return date === "latest" ? latest(track, parts) : request(`${track}-${date}`, parts);
}

function latest(track: string, parts?: Parts): ToolchainRequest {
  return { ...request(track, parts), isPinned: true };
}

function request(channel: string, parts: Parts = {}): ToolchainRequest {
  checkArguments("toolchains", partsSchema, parts);
  const { components = [], targets = [] } = parts;
  return { channel, components, targets };
}
