import type { Derivation, TargetDirectory } from "../derivation/model.ts";
import { buildDepsOnly, type CargoArtifacts } from "./buildDepsOnly.ts";
import type { CargoArgs, CargoInvocation } from "./cargoArgs.ts";
import type { LibContext } from "./libContext.ts";

/**
 * The target directory of a step that runs these invocations: on top of its dependency layer, all units kept.
 */
export function layerFor(
  context: LibContext,
  args: CargoArgs,
  invocations: readonly CargoInvocation[],
): TargetDirectory {
  const layer = layerOf(context, args, invocations);
  return { ...(layer && { layer }), plans: invocations.map((invocation) => invocation.plan), keep: "all" };
}

function layerOf(
  context: LibContext,
  args: CargoArgs,
  invocations: readonly CargoInvocation[],
): Derivation | undefined {
  const given = args.cargoArtifacts;
  if (given === null) return undefined;
  const artifacts = given ?? buildDepsOnly(context, dependencyArguments(args));
  return isNarrowing(artifacts) ? artifacts.narrowedTo(invocations) : artifacts;
}

function isNarrowing(artifacts: CargoArtifacts | Derivation): artifacts is CargoArtifacts {
  return "narrowedTo" in artifacts;
}

/**
 * What of a step's arguments goes into its dependency layer: neither hooks nor what is done with the result.
 */
function dependencyArguments(args: CargoArgs): CargoArgs {
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
