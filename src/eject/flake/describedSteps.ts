import { type Call, callOf } from "../../crane/arguments/calls.ts";
import type { LibContext } from "../../crane/arguments/libContext.ts";
import { mkCrossToolchainEnv } from "../../crane/tools/crossToolchain.ts";
import type { Derivation } from "../../derivation/model.ts";
import type { Nix } from "../nix/nix.ts";
import { type Crossing, crossingOf, otherMachine, standardLibraries } from "./crossing.ts";
import { cannot, type Scope, withoutIt } from "./scope.ts";
import { libKey, type ToolchainWants } from "./toolchains.ts";

/** A step of the description with the call that it came from. */
export type Step = {
  readonly value: Derivation;
  readonly call: Call;
  readonly context: LibContext;
  /** Of the call, by name. */
  readonly args: Readonly<Record<string, unknown>>;
};

/** What a value of `crane`'s was made of; undefined where it was made otherwise. */
export function stepOf(value: Derivation): Step | undefined {
  const call = callOf(value);
  if (!call?.context || typeof call.args !== "object" || call.args === null) return undefined;
  return { value, call, context: call.context, args: { ...call.args } };
}

/** Checks that Gantry alone has. */
const ownVerbs: ReadonlySet<string> = new Set(["cooldown", "scriptPolicy"]);

/**
 * The steps that some outputs come from, each after those that it begins with. Hooks are none: they are said by themselves.
 *
 * @param offered by their names with their kinds: `checks.clippy`
 */
export function describedSteps(scope: Scope, offered: Readonly<Record<string, Derivation>>): readonly Step[] {
  const found = new Map<Derivation, Step>();
  const visit = (value: Derivation, output: string, label = `\`${output}\``): void => {
    if (found.has(value) || "preCommit" in value) return;
    const step = stepOf(value);
    if (!step) {
      cannot(scope, `${label} is not what a function of \`crane\` gave`, {
        notes: ["a flake is written from the arguments of these functions, which a copy of a step has not"],
        help: ["describe it by the arguments: crane.cargoClippy({ … })", withoutIt(output)],
      });
      return;
    }
    const { call, args } = step;
    if (ownVerbs.has(call.verb)) {
      cannot(scope, `\`${call.verb}\` is a check of Gantry's own, and has no counterpart in a flake`, {
        call,
        help: [withoutIt(output)],
      });
      return;
    }
    const artifacts = args.cargoArtifacts as Derivation | null | undefined;
    if (artifacts) visit(artifacts, output, `the \`cargoArtifacts\` of \`${output}\``);
    found.set(value, step);
  };
  for (const [output, value] of Object.entries(offered)) visit(value, output);
  return [...found.values()];
}

/**
 * The variables of a step, the same on every machine: what `mkCrossToolchainEnv` gives for a platform is nothing on a machine of that
 * platform.
 */
export function variablesOf({ args }: Step): Readonly<Record<string, string>> {
  const env = (args.env ?? {}) as Readonly<Record<string, string>>;
  const made = callOf(env);
  if (made?.verb !== "mkCrossToolchainEnv") return env;
  const { platform } = made.args as { readonly platform: string };
  return mkCrossToolchainEnv({ host: otherMachine(platform) }, platform).env;
}

/** The variables that a step gives to a shell; those that name compilers for other platforms are said already. */
export function givenVariables(scope: Scope, value: Derivation): ReadonlyMap<string, string | Nix> {
  const step = stepOf(value);
  return step
    ? new Map<string, string | Nix>([
        ...Object.entries(variablesOf(step)),
        ...crossingIn(scope, step).variables,
      ])
    : new Map();
}

/** What a step has for the platforms that it compiles for. */
export function crossingIn(scope: Scope, step: Step): Crossing {
  const { value, call, context } = step;
  return crossingOf(scope, { step: value, call, context, env: variablesOf(step) });
}

/** What the steps of each `lib` want of its toolchain besides what that is asked for, by `libKey`. */
export function wantsOf(scope: Scope, steps: readonly Step[]): ReadonlyMap<string, ToolchainWants> {
  const wants = new Map<string, { targets: Set<string>; components: Set<string> }>();
  for (const step of steps) {
    const key = libKey(step.context);
    const want = wants.get(key) ?? { targets: new Set(), components: new Set() };
    wants.set(key, want);
    const targets =
      step.call.verb === "buildTrunkPackage"
        ? ["wasm32-unknown-unknown"]
        : standardLibraries(step.value, crossingIn(scope, step));
    for (const target of targets) want.targets.add(target);
    if (step.call.verb === "cargoLlvmCov" || step.args.withLlvmCov === true)
      want.components.add("llvm-tools");
  }
  return wants;
}
