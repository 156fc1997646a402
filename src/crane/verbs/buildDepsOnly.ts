import * as v from "valibot";
import { diagnostic } from "../../base/diagnostic.ts";
import type { Derivation, DummySource, Run, Source, TargetDirectory } from "../../derivation/model.ts";
import type { LibContext } from "../arguments/libContext.ts";
import { refuse, type Schema } from "../arguments/refuse.ts";
import {
  lockSchema,
  type SourceArgs,
  sourceOf,
  sourceOrDummySchema,
  sourceRootSchema,
  sourceSchema,
  wholeSource,
} from "../arguments/sources.ts";
import {
  type CargoArgs,
  type CargoArtifacts,
  type CargoInvocation,
  cargoInvocation,
  cargoSchema,
  messageFormat,
  mkCargoDerivation,
  relocated,
} from "./mkCargoDerivation.ts";

export type BuildDepsOnlyArgs = CargoArgs & {
  /** Also compile the dependencies of tests. Default: `true`. */
  readonly doCheck?: boolean;
  /** What stands for the source. Default: what `mkDummySrc` makes of it. */
  readonly dummySrc?: Source | DummySource;
};

/** What a configuration writes: `dummySrc` needs no `src` beside it. */
export type GivenDepsArgs =
  | BuildDepsOnlyArgs
  | (Omit<BuildDepsOnlyArgs, "src"> & Required<Pick<BuildDepsOnlyArgs, "dummySrc">>);

/**
 * The arguments with `dummySrc` in the place of a missing `src`.
 *
 * @throws Refused: `configuration-argument`, where both are missing
 */
export function withSource(args: GivenDepsArgs): BuildDepsOnlyArgs {
  const { dummySrc, src = dummySrc, ...more }: Partial<BuildDepsOnlyArgs> = { ...args };
  if (src) return { ...more, ...(dummySrc && { dummySrc }), src };
  return refuse(diagnostic("configuration-argument", "`src` of `buildDepsOnly` is missing", { status: 2 }));
}

export const buildDepsOnlySchema = {
  // The first, as it stands for a missing `src`: what is wrong with it is told once, of it.
  dummySrc: v.optional(sourceOrDummySchema),
  ...cargoSchema,
  doCheck: v.optional(v.boolean()),
} satisfies Schema<BuildDepsOnlyArgs>;

/**
 * Compiles every dependency in `Cargo.lock`, from the lock, the manifests, the toolchain and the declared
 * environment, and nothing else: no edit of the project's code makes it run again (Crane's `buildDepsOnly`).
 *
 * As an argument `cargoArtifacts` it comes to what that step needs; realised itself, it compiles what `check
 * --all-targets`, `build` and `test` need, as Crane's does.
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * const cargoArtifacts = crane.buildDepsOnly({ src });
 * const app = crane.buildPackage({ src, cargoArtifacts });
 */
export function buildDepsOnly(context: LibContext, args: BuildDepsOnlyArgs): CargoArtifacts {
  const { doCheck = true, dummySrc, ...common } = args;
  const layerOf = (invocations: readonly CargoInvocation[], pnameSuffix: string): Derivation => {
    const plans = invocations.map((invocation) => invocation.ofDependencies);
    return mkCargoDerivation(context, {
      ...common,
      pnameSuffix,
      sourceInput: dummySrc
        ? relocated({ ...args, src: dummySrc })
        : mkDummySrc({ src: wholeSource(args.src) }),
      buildPhaseCargoCommand: plans.map(dependencyRun),
      target: { plans, keep: "dependencies" },
    });
  };
  const whole = [
    cargoInvocation("check", args, { extra: ["--all-targets"] }),
    cargoInvocation("build", args),
    ...(doCheck ? [cargoInvocation("test", args)] : []),
  ];
  return {
    ...layerOf(whole, "-all-deps"),
    narrowedTo: (invocations) => layerOf(invocations, suffixFor(invocations)),
  };
}

/** Told apart by what they are for: `app-deps` is for builds, `app-clippy-deps` for Clippy. */
function suffixFor(invocations: readonly CargoInvocation[]): string {
  const [first] = invocations;
  return !first || first.run.name === "build" ? "-deps" : `-${first.run.name}-deps`;
}

function dependencyRun([verb = "build", ...options]: readonly string[], index: number): Run {
  return {
    type: "run",
    name: `${verb}-${index}`,
    argv: ["cargo", verb, "--message-format", messageFormat, ...options],
    messages: "cargo",
  };
}

export type MkDummySrcArgs = SourceArgs & { readonly src: Source };

export const mkDummySrcSchema = {
  src: sourceSchema,
  ...sourceRootSchema,
  ...lockSchema,
} satisfies Schema<MkDummySrcArgs>;

/**
 * The source reduced to what decides how its dependencies are built (Crane's `mkDummySrc`): manifests without
 * versions, descriptions and lints, the lock, and an empty stub for every target.
 *
 * @example
 * crane.mkCargoDerivation({ src, sourceInput: crane.mkDummySrc({ src }), … })
 */
export function mkDummySrc({ src, ...args }: MkDummySrcArgs): DummySource {
  return { type: "dummy-source", of: sourceOf(src, args) };
}

/**
 * The target directory of a step that runs these invocations: on top of its dependency layer, all units kept.
 */
export function layeredTarget(
  context: LibContext,
  args: CargoArgs,
  invocations: readonly CargoInvocation[],
): TargetDirectory {
  const layer = layerFor(context, args, invocations);
  return { ...(layer && { layer }), plans: invocations.map((invocation) => invocation.plan), keep: "all" };
}

function layerFor(
  context: LibContext,
  args: CargoArgs,
  invocations: readonly CargoInvocation[],
): Derivation | undefined {
  if (args.cargoArtifacts === null) return undefined;
  const artifacts = args.cargoArtifacts ?? buildDepsOnly(context, dependencyArgs(args));
  return isNarrowing(artifacts) ? artifacts.narrowedTo(invocations) : artifacts;
}

function isNarrowing(artifacts: CargoArtifacts | Derivation): artifacts is CargoArtifacts {
  return "narrowedTo" in artifacts;
}

/** What of a step's arguments its dependency layer is made of: neither hooks nor what is done with the result. */
function dependencyArgs(args: CargoArgs): CargoArgs {
  return {
    src: args.src,
    ...(args.pname !== undefined && { pname: args.pname }),
    ...(args.cargoExtraArgs && { cargoExtraArgs: args.cargoExtraArgs }),
    ...(args.cargoProfile !== undefined && { cargoProfile: args.cargoProfile }),
    ...(args.nativeBuildInputs && { nativeBuildInputs: args.nativeBuildInputs }),
    ...(args.buildInputs && { buildInputs: args.buildInputs }),
    ...(args.env && { env: args.env }),
    ...(args.cargoVendorDir !== undefined && { cargoVendorDir: args.cargoVendorDir }),
  };
}
