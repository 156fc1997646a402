import type { Derivation, DummySource, Run, Source } from "../derivation/model.ts";
import { type CargoArgs, type CargoInvocation, cargoInvocation } from "./cargoArgs.ts";
import type { LibContext } from "./libContext.ts";
import { mkCargoDerivation } from "./mkCargoDerivation.ts";

export type BuildDepsOnlyArgs = CargoArgs & {
  /** Also compile the dependencies of tests. Default: `true`. */
  readonly doCheck?: boolean;
};

/** The dependency layer, which also knows how to be no larger than what uses it. */
export type CargoArtifacts = Derivation & {
  /** The layer of just these invocations. Crane compiles for check, build and test alike, for everybody. */
  readonly narrowedTo: (invocations: readonly CargoInvocation[]) => Derivation;
};

/**
 * Compiles every dependency in `Cargo.lock`, from the lock, the manifests, the toolchain and the declared
 * environment, and nothing else: no edit of the project's code makes it run again (Crane's `buildDepsOnly`).
 *
 * As an argument `cargoArtifacts` it comes to what that step needs; realised itself, it compiles what `check
 * --all-targets`, `build` and `test` need, as Crane's does.
 */
export function buildDepsOnly(context: LibContext, args: BuildDepsOnlyArgs): CargoArtifacts {
  const { doCheck = true, ...common } = args;
  const layerOf = (invocations: readonly CargoInvocation[], pnameSuffix: string): Derivation => {
    const plans = invocations.map((invocation) => invocation.ofDependencies);
    return mkCargoDerivation(context, {
      ...common,
      pnameSuffix,
      sourceInput: mkDummySrc(args.src),
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
    argv: ["cargo", verb, "--message-format", "json-render-diagnostics", ...options],
    messages: "cargo",
  };
}

/**
 * The source reduced to what decides how its dependencies are built (Crane's `mkDummySrc`): manifests without
 * versions, descriptions and lints, the lock, and an empty stub for every target.
 */
export function mkDummySrc(of: Source): DummySource {
  return { type: "dummy-source", of };
}
