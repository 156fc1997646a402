import type { Digest } from "../../base/digest.ts";
import type { Derivation, Input } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";

// Which part of a step is for another platform than the machine's own: what is compiled for the machine, such as build
// scripts and macros, is compiled without it, and so is the same for all platforms.

/** See `ResolvedInput`. */
export type MountedInput = { readonly digest: Digest; readonly ofHost?: Digest; readonly name?: string };

/** A step, as far as something of it may be for a platform. */
type Crossing = {
  readonly derivation: Derivation;
  readonly mounts: ReadonlyMap<string, readonly MountedInput[]>;
};

/** The platforms beside the machine's own that a step compiles for. */
export function platformsOf({ mounts }: Derivation): readonly string[] {
  const inputs = inputsAt(mounts, world.toolchain);
  return inputs.flatMap((input) => (input.type === "toolchain" ? (input.request.platforms ?? []) : []));
}

export function inputsAt(mounts: Derivation["mounts"], at: string): readonly Input[] {
  const inputs = mounts[at] ?? [];
  return "type" in inputs ? [inputs] : inputs;
}

/** What runs the programs of a platform has no part in compiling them: the layer below is made without it. */
export function withoutRunners<Step extends Crossing>(step: Step, platforms: readonly string[]): Step {
  return without(step, {
    variable: (name) => isOfPlatform(name, platforms) && name.endsWith("_RUNNER"),
    input: (input) => input.type === "native" && input.isRunner === true,
  });
}

/** What a step shows to units that are compiled for the machine itself. */
export function withoutPlatforms<Step extends Crossing>(step: Step, platforms: readonly string[]): Step {
  const isOther = (platform: string | undefined) => platform !== undefined && platforms.includes(platform);
  const less = without(step, {
    variable: (name) => name === "CARGO_BUILD_TARGET" || isOfPlatform(name, platforms),
    input: (input) => input.type === "native" && isOther(input.platform),
  });
  const ofHost = (inputs: readonly MountedInput[]) =>
    inputs.map((input) => ({ ...input, digest: input.ofHost ?? input.digest }));
  return { ...less, mounts: new Map([...less.mounts].map(([at, inputs]) => [at, ofHost(inputs)])) };
}

/** Whether a variable is for a platform that it names: `CARGO_TARGET_<TRIPLE>_LINKER`, `CC_<triple>`. */
function isOfPlatform(name: string, platforms: readonly string[]): boolean {
  return platforms.some((platform) => {
    const underscored = platform.replace(/[-.]/g, "_");
    return [platform, underscored, underscored.toUpperCase()].some((each) => name.includes(`_${each}`));
  });
}

type Left = {
  readonly variable: (name: string) => boolean;
  readonly input: (input: Input) => boolean;
};

function without<Step extends Crossing>(step: Step, left: Left): Step {
  const { derivation, mounts } = step;
  const at = world.system;
  const inputs = inputsAt(derivation.mounts, at);
  const env = Object.entries(derivation.env).filter(([name]) => !left.variable(name));
  const kept = inputs.map((input) => !left.input(input));
  const system = inputs.filter((_, index) => kept[index]);
  const mounted = (mounts.get(at) ?? []).filter((_, index) => kept[index] !== false);
  return {
    ...step,
    derivation: {
      ...derivation,
      env: Object.fromEntries(env),
      ...(at in derivation.mounts && { mounts: { ...derivation.mounts, [at]: system } }),
    },
    mounts: mounts.has(at) ? new Map([...mounts, [at, mounted]]) : mounts,
  };
}
