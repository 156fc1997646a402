import * as v from "valibot";
import type { Derivation, Source } from "../derivation/model.ts";
import { cargoEnvironment, world } from "../derivation/world.ts";
import {
  type Schema,
  type SourceRootArgs,
  sourceOf,
  sourceRootSchema,
  sourceSchema,
  words,
} from "./arguments/arguments.ts";
import type { LibContext } from "./arguments/libContext.ts";
import { nameSchema } from "./arguments/names.ts";
import { layeredTarget } from "./buildDepsOnly.ts";
import {
  type CargoArgs,
  cargoInvocation,
  cargoSchema,
  mkCargoDerivation,
  splitAtDashes,
} from "./mkCargoDerivation.ts";

/**
 * `cargo build` on top of the dependency layer; installs nothing (Crane's `cargoBuild`). A check that everything
 * compiles, and what other steps start from.
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * export default defineProject(({ crane }) => {
 *   const src = crane.cleanCargoSource(".");
 *   return {
 *     packages: { default: crane.buildPackage({ src }) },
 *     checks: { examples: crane.cargoBuild({ src, cargoExtraArgs: ["--locked", "--examples"] }) },
 *   };
 * });
 */
export function cargoBuild(context: LibContext, args: CargoArgs): Derivation {
  const build = cargoInvocation("build", args);
  return mkCargoDerivation(context, {
    ...args,
    pnameSuffix: "-build",
    buildPhaseCargoCommand: [build.run],
    target: layeredTarget(context, args, [build]),
  });
}

export type CargoClippyArgs = CargoArgs & {
  /**
   * After `cargo clippy`, beside `cargoExtraArgs`; what follows `--` goes to Clippy. Default:
   * `["--all-targets"]`.
   */
  readonly cargoClippyExtraArgs?: readonly string[];
};

export const cargoClippySchema = {
  ...cargoSchema,
  cargoClippyExtraArgs: v.optional(words),
} satisfies Schema<CargoClippyArgs>;

/**
 * `cargo clippy` on top of the dependency layer (Crane's `cargoClippy`).
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * const clippy = crane.cargoClippy({
 *   src,
 *   cargoArtifacts,
 *   cargoClippyExtraArgs: ["--all-targets", "--", "-D", "warnings"],
 * });
 */
export function cargoClippy(context: LibContext, args: CargoClippyArgs): Derivation {
  const clippy = cargoInvocation(
    "clippy",
    args,
    splitAtDashes(args.cargoClippyExtraArgs ?? ["--all-targets"]),
  );
  return mkCargoDerivation(context, {
    ...args,
    pnameSuffix: "-clippy",
    buildPhaseCargoCommand: [clippy.run],
    target: layeredTarget(context, args, [clippy]),
  });
}

export type CargoTestArgs = CargoArgs & {
  /** After `cargo test`, beside `cargoExtraArgs`; what follows `--` goes to the tests. Default: none. */
  readonly cargoTestExtraArgs?: readonly string[];
};

export const cargoTestSchema = {
  ...cargoSchema,
  cargoTestExtraArgs: v.optional(words),
} satisfies Schema<CargoTestArgs>;

/**
 * `cargo test` on top of the dependency layer (Crane's `cargoTest`).
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * const tests = crane.cargoTest({ src, cargoArtifacts, cargoTestExtraArgs: ["--workspace", "--", "--nocapture"] });
 */
export function cargoTest(context: LibContext, args: CargoTestArgs): Derivation {
  const test = cargoInvocation("test", args, splitAtDashes(args.cargoTestExtraArgs ?? []));
  return mkCargoDerivation(context, {
    ...args,
    pnameSuffix: "-test",
    buildPhaseCargoCommand: [test.run],
    target: layeredTarget(context, args, [test]),
  });
}

export type CargoFmtArgs = SourceRootArgs & {
  readonly src: Source;
  /** Default: the name in the source's `Cargo.toml`. */
  readonly pname?: string;
  /** Accepted for Crane's sake. */
  readonly version?: string;
  /** After `cargo fmt`, before `-- --check`. Default: `["--all"]`. */
  readonly cargoExtraArgs?: readonly string[];
  /** After `--`. Default: `["--check"]`. */
  readonly rustFmtExtraArgs?: readonly string[];
};

export const cargoFmtSchema = {
  src: sourceSchema,
  ...sourceRootSchema,
  pname: v.optional(nameSchema),
  version: v.optional(v.string()),
  cargoExtraArgs: v.optional(words),
  rustFmtExtraArgs: v.optional(words),
} satisfies Schema<CargoFmtArgs>;

/**
 * `cargo fmt --check`; needs no dependencies, and what the command line chooses is nothing to it (Crane's
 * `cargoFmt`).
 *
 * @throws Refused: `configuration-argument`, and those of `LibContext.crateName`
 * @example
 * const fmt = crane.cargoFmt({ src });
 */
export function cargoFmt(context: LibContext, args: CargoFmtArgs): Derivation {
  const src = sourceOf(args.src, args);
  const extra = args.cargoExtraArgs ?? ["--all"];
  const after = args.rustFmtExtraArgs ?? ["--check"];
  return {
    type: "derivation",
    name: `${args.pname ?? context.crateName(src).pname}-fmt`,
    phases: [{ type: "run", name: "fmt", argv: ["cargo", "fmt", ...extra, "--", ...after] }],
    env: cargoEnvironment,
    mounts: {
      [world.source]: src,
      [world.toolchain]: { type: "toolchain", request: context.toolchain },
      [world.system]: { type: "base-system" },
    },
    ...(src.workspace !== undefined && { workspace: src.workspace }),
  };
}
