import * as v from "valibot";
import type { Derivation, Input, Phase, TargetDirectory, ToolchainRequest } from "../derivation/model.ts";
import { cargoEnvironment, world } from "../derivation/world.ts";
import { hookRuns } from "./arguments/common.ts";
import type { LibContext } from "./arguments/libContext.ts";
import type { Schema } from "./arguments/refuse.ts";
import { type CargoArgs, cargoSchema } from "./cargoArgs.ts";
import { vendorOf } from "./vendor/vendorCargoDeps.ts";

export type MkCargoDerivationArgs = CargoArgs & {
  /** After the name: `-deps`, `-clippy`. Default: nothing. */
  readonly pnameSuffix?: string;
  readonly buildPhaseCargoCommand: readonly Phase[];
  /** Default: none. */
  readonly checkPhaseCargoCommand?: readonly Phase[];
  /** Default: none. */
  readonly installPhaseCommand?: readonly Phase[];
  /** Default: `true` where `checkPhaseCargoCommand` is given. */
  readonly doCheck?: boolean;
  /** How `/build/target` begins and what is kept of it. Default: it is empty, and nothing is kept. */
  readonly target?: TargetDirectory;
  /** What lies at `/build/source`. Default: `src`. */
  readonly sourceInput?: Input;
};

const phases = v.array(v.looseObject({ type: v.string() }));

export const mkCargoDerivationSchema = {
  ...cargoSchema,
  pnameSuffix: v.optional(v.string()),
  buildPhaseCargoCommand: phases,
  checkPhaseCargoCommand: v.optional(phases),
  installPhaseCommand: v.optional(phases),
  doCheck: v.optional(v.boolean()),
  target: v.optional(v.looseObject({})),
  sourceInput: v.optional(v.looseObject({ type: v.string() })),
} satisfies Schema<MkCargoDerivationArgs>;

/**
 * The step that all others are made of: `src`, its vendored crates, the toolchain and the declared inputs,
 * and the phases build, check and install with their hooks (Crane's `mkCargoDerivation`).
 *
 * @throws Refused: `configuration-argument`, and those of the overrides and of `LibContext.crateName`
 * @example
 * const tree = crane.mkCargoDerivation({
 *   src,
 *   pnameSuffix: "-tree",
 *   buildPhaseCargoCommand: [{ type: "run", name: "tree", argv: ["cargo", "tree", "--locked"] }],
 * });
 */
export function mkCargoDerivation(context: LibContext, args: MkCargoDerivationArgs): Derivation {
  const doCheck = args.doCheck ?? args.checkPhaseCargoCommand !== undefined;
  const phases = [
    ...hookRuns("preBuild", args.preBuild),
    ...args.buildPhaseCargoCommand,
    ...hookRuns("postBuild", args.postBuild),
    ...(doCheck ? checkPhases(args) : []),
    ...hookRuns("preInstall", args.preInstall),
    ...(args.installPhaseCommand ?? []),
    ...hookRuns("postInstall", args.postInstall),
  ];
  return {
    type: "derivation",
    name: `${args.pname ?? context.crateName(args.src).pname}${args.pnameSuffix ?? ""}`,
    phases,
    env: { ...cargoEnvironment, ...args.env },
    mounts: {
      [world.source]: args.sourceInput ?? args.src,
      ...vendorMounts(context, args),
      [world.toolchain]: { type: "toolchain", request: toolchainOf(context, args) },
      [world.system]: [
        ...(args.nativeBuildInputs ?? []),
        ...(args.buildInputs ?? []),
        { type: "base-system" },
      ],
    },
    ...(args.src.workspace !== undefined && { workspace: args.src.workspace }),
    ...(args.target && { targetDirectory: args.target }),
  };
}

function checkPhases(args: MkCargoDerivationArgs): Phase[] {
  return [
    ...hookRuns("preCheck", args.preCheck),
    ...(args.checkPhaseCargoCommand ?? []),
    ...hookRuns("postCheck", args.postCheck),
  ];
}

function vendorMounts(context: LibContext, args: MkCargoDerivationArgs): Derivation["mounts"] {
  if (args.cargoVendorDir === null) return {};
  const vendor = args.cargoVendorDir ?? vendorOf(context, {}, { of: args.src });
  const { changes: _, registries: __, ...what } = vendor;
  return { [world.vendor]: vendor, [world.cargoConfig]: { ...what, type: "vendor-config" } };
}

/** Who vendors the standard library's dependencies is going to compile it. */
function toolchainOf({ toolchain }: LibContext, { cargoVendorDir }: CargoArgs): ToolchainRequest {
  const compilesStd = cargoVendorDir?.locks?.some((lock) => "toolchain" in lock);
  return compilesStd ? { ...toolchain, sources: true } : toolchain;
}
