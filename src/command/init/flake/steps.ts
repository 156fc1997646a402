import { argumentsCode, isVerb } from "./arguments.ts";
import type { Code } from "./code.ts";
import {
  calledBy,
  known,
  plainText,
  type SetValue,
  saidOf,
  selected,
  type Thunk,
  text,
  Unclear,
  type Value,
} from "./nix/values.ts";
import { libCode } from "./toolchains.ts";
import { attempted, constant, craneCall, leave, type Writing } from "./writing.ts";

export type StepNames = {
  /** Where the flake says it more than once, and has no name for it. */
  readonly name?: string;
  /** In messages. */
  readonly label?: string;
};

/** A step by its function: `lib.buildPackage({ … })`. Undefined, and told, for what is none of Crane's. */
export function stepCode(
  w: Writing,
  thunk: Thunk,
  { name = "step", label = "a step" }: StepNames = {},
): Code | undefined {
  const value = attempted(w, thunk.at, label, () => thunk.force());
  if (!value) return undefined;
  const changed = changedStep(value);
  if (changed) {
    leave(w, thunk.at, `\`${changed.verb}\` of ${label}, which is taken over without it`);
    return stepCode(w, known(changed.of, thunk.at), { name, label });
  }
  const call = craneCall(w, value);
  if (!call || !isVerb(call.verb)) {
    const said = call ? `\`${call.verb}\` of Crane's` : `\`${saidOf(value)}\`, which is no step of Crane's`;
    leave(w, thunk.at, `${label}: ${said}`);
    return undefined;
  }
  return attempted(w, thunk.at, `\`${call.verb}\``, () =>
    constant(w, value, { fallback: name, at: thunk.at }, () => {
      const isHakari = isHakariCall(call.verb, call.argument);
      const verb = isHakari ? "cargoHakari" : call.verb;
      const argument = isHakari ? known(without(call.argument.force(), hakariOwn), thunk.at) : call.argument;
      return [libCode(w, call.lib), `.${verb}(`, argumentsCode(w, argument, { verb, lib: call.lib }), ")"];
    }),
  );
}

/** A step that is no more than that of a function of Crane's. */
export function isStep(w: Writing, value: Value): boolean {
  const changed = changedStep(value);
  return changed ? isStep(w, changed.of) : isVerb(craneCall(w, value)?.verb ?? "");
}

/** `step.overrideAttrs (…)` */
function changedStep(value: Value): { readonly of: Value; readonly verb: string } | undefined {
  const call = calledBy(value);
  const part = call?.path.length === 0 ? selected(call.of) : undefined;
  if (!part || !/^override(Attrs|DerivationAttrs)?$/.test(part.name)) return undefined;
  return { of: part.of, verb: part.name };
}

const hakariOwn = ["pnameSuffix", "doInstallCargoArtifacts", "nativeBuildInputs", "buildPhaseCargoCommand"];

function isHakariCall(verb: string, argument: Thunk): boolean {
  if (verb !== "mkCargoDerivation") return false;
  const value = argument.force();
  const phase = value.kind === "set" ? value.entries.get("buildPhaseCargoCommand")?.force() : undefined;
  return /^\s*cargo hakari generate --diff/.test((phase && plainText(phase)) ?? "");
}

/** Gantry names the step by the package, and adds this. */
function withoutSuffix(pname: Thunk): Thunk {
  const name = plainText(pname.force());
  return name?.endsWith("-hakari") ? known(text(name.slice(0, -"-hakari".length)), pname.at) : pname;
}

/** Without the attributes that a set has of its own. */
function without(value: Value, names: readonly string[]): Value {
  if (value.kind !== "set") throw new Unclear("arguments are a set", { file: "flake.nix", at: 0 });
  const filtered = (of: SetValue): ReadonlyMap<string, Thunk> =>
    new Map(
      [...of.entries]
        .filter(([name]) => !names.includes(name))
        .map(([name, thunk]) => [name, name === "pname" ? withoutSuffix(thunk) : thunk]),
    );
  const [left, right] = value.merged ?? [];
  const rest = right?.kind === "set" ? filtered(right) : undefined;
  if (left?.kind !== "set" || !rest) return { kind: "set", entries: filtered(value) };
  const entries = new Map([...left.entries, ...rest]);
  return rest.size === 0 ? left : { kind: "set", entries, merged: [left, { kind: "set", entries: rest }] };
}
