import { callOf } from "../../crane/arguments/calls.ts";
import type { LibContext } from "../../crane/arguments/libContext.ts";
import type { Derivation } from "../../derivation/model.ts";
import { attrs, type Nix, call as nixCall, set, word } from "../nix/nix.ts";
import { printNix } from "../nix/print.ts";
import type { Entries } from "./arguments.ts";
import { describedSteps, type Step, stepOf, wantsOf } from "./describedSteps.ts";
import { cannot, defined, type Scope } from "./scope.ts";
import { layeredVerbs, stepEntries } from "./stepArguments.ts";
import { type FlakeLib, flakeLib, libKey } from "./toolchains.ts";

/** Says steps by Crane's functions. */
export type SaidSteps = {
  /** The step: its name, where it has one, else the call. */
  readonly expression: (step: Derivation) => Nix;
  /** Gives a step a name. */
  readonly named: (step: Derivation, name: string) => Nix;
  /** The set of what most steps share, and the variables in it. Undefined where there is none. */
  readonly sharedVariables: () => { readonly set: Nix; readonly env: Nix } | undefined;
  readonly libOf: (context: LibContext) => FlakeLib;
};

/** A step as it is going to be said. */
type Said = Step & {
  readonly lib: FlakeLib;
  /** Without `cargoArtifacts`. */
  readonly entries: ReadonlyMap<string, Nix>;
  readonly layer: Layer;
};

/** What a step begins with. */
type Layer =
  | { readonly kind: "nothing" }
  /** `cargoArtifacts = null`, which Crane's function must be told. */
  | { readonly kind: "null" }
  | { readonly kind: "step"; readonly value: Derivation }
  | { readonly kind: "layer"; readonly said: Said; readonly key: string };

/** Steps that share a layer, and what they share besides. */
type Group = {
  /** What stands in `commonArgs`; empty: there is none. */
  readonly common: ReadonlyMap<string, Nix>;
  /** Whether Crane's own layer does: that of one package, which nobody shares and nobody described. */
  readonly isImplicit: boolean;
};

/** @param offered all that the flake has steps of, by their names with their kinds */
export function saySteps(scope: Scope, offered: Readonly<Record<string, Derivation>>): SaidSteps {
  const steps = describedSteps(scope, offered);
  const wants = wantsOf(scope, steps);
  const libOf = (context: LibContext): FlakeLib =>
    flakeLib(scope, context, wants.get(libKey(context)) ?? { targets: new Set(), components: new Set() });
  const said = new Map<Derivation, Said>();
  const saying = { scope, libOf, said };
  for (const step of steps) saidOf(saying, step);
  const groups = groupsOf([...said.values()]);
  const expression = (value: Derivation): Nix => {
    const known = scope.named.get(value);
    if (known !== undefined) return word(known);
    const step = said.get(value);
    if (!step)
      return cannot(scope, `the step \`${value.name}\` is none that the flake can say`, {
        call: callOf(value),
        help: ["offer it as a package or as a check, so that it is described with the others"],
      });
    const layer = step.call.verb === "buildDepsOnly" ? scope.named.get(`layer ${layerKey(step)}`) : undefined;
    return layer === undefined ? sayCall(scope, step, { groups, expression }) : word(layer);
  };
  return {
    expression,
    libOf,
    named: (value, name) => defined(scope, { of: value, name }, () => expression(value)),
    sharedVariables() {
      for (const group of groups.values()) {
        const [name, env] = [scope.named.get(group), group.common.get("env")];
        if (name !== undefined && env) return { set: word(name), env };
      }
      return undefined;
    },
  };
}

type Saying = {
  readonly scope: Scope;
  readonly libOf: SaidSteps["libOf"];
  readonly said: Map<Derivation, Said>;
};

function saidOf(saying: Saying, step: Step): Said {
  const known = saying.said.get(step.value);
  if (known) return known;
  const lib = saying.libOf(step.context);
  const entries = stepEntries(saying.scope, step, lib);
  const said = { ...step, lib, entries, layer: layerOf(saying, step) };
  saying.said.set(step.value, said);
  return said;
}

function layerOf(saying: Saying, step: Step): Layer {
  const { verb } = step.call;
  if (verb === "mkCargoDerivation" || verb === "cargoHakari") return { kind: "null" };
  const given = step.args.cargoArtifacts as Derivation | null | undefined;
  // Crane makes the one for a page by itself.
  if (!layeredVerbs.has(verb) || (given === undefined && verb === "buildTrunkPackage"))
    return { kind: "nothing" };
  if (given === null) return { kind: "null" };
  const described = given && stepOf(given);
  if (given && described?.call.verb !== "buildDepsOnly") return { kind: "step", value: given };
  const said = described ? saidOf(saying, described) : ownLayer(saying, step);
  return { kind: "layer", said, key: layerKey(said) };
}

function layerKey({ lib, entries }: Pick<Said, "lib" | "entries">): string {
  return printNix(set([["lib", lib.lib], ...entries]));
}

/** The layer of a step that is given none. What cannot be said of it has been told of the step. */
function ownLayer({ scope, libOf }: Saying, step: Step): Said {
  const layer: Step = {
    ...step,
    call: { ...step.call, verb: "buildDepsOnly" },
    args: ofLayer(step.args),
  };
  const lib = libOf(step.context);
  const told = scope.problems.length;
  const entries = stepEntries(scope, layer, lib);
  scope.problems.length = told;
  return { ...layer, lib, entries, layer: { kind: "nothing" } };
}

/** What of a step's arguments its layer is made of, where it is given none. */
function ofLayer(args: Step["args"]): Step["args"] {
  return Object.fromEntries(Object.entries(args).filter(([name]) => layerArguments.has(name)));
}

const layerArguments: ReadonlySet<string> = new Set([
  ...["src", "pname", "version", "cargoExtraArgs", "cargoProfile", "nativeBuildInputs", "buildInputs", "env"],
  ...["cargoVendorDir", "overrideVendorGitCheckout", "overrideVendorCargoPackage", "strictDeps"],
  ...["sourceRoot", "cargoLock", "cargoLockContents", "cargoLockParsed"],
]);

function groupsOf(said: readonly Said[]): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  const alone: Said[] = [];
  for (const { layer } of said) {
    if (layer.kind !== "layer" || groups.has(layer.key)) continue;
    const users = said.filter((each) => each.layer.kind === "layer" && each.layer.key === layer.key);
    const sharing = users.filter(({ call }) => call.verb !== "buildTrunkPackage");
    const [first, second] = users;
    if (
      second === undefined &&
      first?.call.verb === "buildPackage" &&
      first.args.cargoArtifacts === undefined
    )
      alone.push(first);
    else groups.set(layer.key, { common: sharedEntries(layer.said, sharing), isImplicit: false });
  }
  const [first] = alone;
  if (!first) return groups;
  const others = alone.filter((each) => each !== first);
  const isEqual = ([name, value]: readonly [string, Nix]) =>
    others.every(({ entries }) => isSame(entries.get(name), value));
  const equal = [...first.entries].filter(isEqual);
  const group = { common: new Map(others.length > 0 && equal.length > 1 ? equal : []), isImplicit: true };
  for (const { layer } of alone) if (layer.kind === "layer") groups.set(layer.key, group);
  return groups;
}

/** What a layer and all that begin with it say, if perhaps otherwise. */
function sharedEntries({ entries }: Said, users: readonly Said[]): Group["common"] {
  const shared = [...entries].filter(([name]) => users.every((each) => each.entries.has(name)));
  // One attribute is as short as its name, and who is alone has nobody to share with.
  return new Map(shared.length > 1 && users.length > 0 ? shared : []);
}

type Calling = {
  readonly groups: ReadonlyMap<string, Group>;
  readonly expression: SaidSteps["expression"];
};

/** Crane's function of the step's verb, with its arguments. */
function sayCall(scope: Scope, step: Said, calling: Calling): Nix {
  const { call, lib, layer } = step;
  const verb = call.verb === "cargoHakari" ? "mkCargoDerivation" : call.verb;
  const of: Nix = { kind: "select", of: lib.lib, name: verb };
  const group = layer.kind === "layer" ? calling.groups.get(layer.key) : likely(step, calling);
  return nixCall(of, withCommon(scope, step, { own: artifactsOf(scope, step, calling), group }));
}

function artifactsOf(scope: Scope, { layer, value }: Said, calling: Calling): Entries {
  switch (layer.kind) {
    case "nothing":
      return [];
    case "null":
      return [["cargoArtifacts", word("null")]];
    case "step":
      return [["cargoArtifacts", calling.expression(layer.value)]];
    default: {
      const group = calling.groups.get(layer.key);
      if (group?.isImplicit) return [];
      const name = firstOr(scope, "cargoArtifacts", `${camel(value.name)}Artifacts`);
      const artifacts = defined(scope, { of: `layer ${layer.key}`, name, comment: ofArtifacts }, () =>
        nixCall(
          { kind: "select", of: layer.said.lib.lib, name: "buildDepsOnly" },
          withCommon(scope, layer.said, { own: [], group }),
        ),
      );
      return [["cargoArtifacts", artifacts]];
    }
  }
}

const ofArtifacts = ["The dependencies alone, which no edit of the code has compiled again."];

function firstOr({ taken }: Scope, name: string, other: string): string {
  return taken.has(name) ? other : name;
}

/** A group whose arguments a step without a layer has all of. */
function likely({ entries }: Said, { groups }: Calling): Group | undefined {
  return [...groups.values()].find(
    ({ common }) => common.size > 1 && [...common].every(([name, value]) => isSame(entries.get(name), value)),
  );
}

function isSame(a: Nix | undefined, b: Nix | undefined): boolean {
  return a !== undefined && b !== undefined && printNix(a) === printNix(b);
}

type Own = { readonly own: Entries; readonly group: Group | undefined };

/** The arguments of a call: what is common to its group by name, and its own. */
function withCommon(scope: Scope, { entries, value }: Said, { own, group }: Own): Nix {
  if (!group || group.common.size === 0) {
    const [src, ...rest] = [...entries];
    return set([...(src ? [src] : []), ...own, ...rest]);
  }
  const { common } = group;
  const wanted = firstOr(scope, "commonArgs", `${camel(value.name)}Args`);
  const name = defined(scope, { of: group, name: wanted }, () => set(common));
  const rest = [...entries].flatMap(([key, nix]): Entries => {
    if (isSame(common.get(key), nix)) return [];
    return [[key, key === "env" ? extendedVariables(name, common.get(key), nix) : nix]];
  });
  const all = [...own, ...rest];
  return all.length === 0 ? name : { kind: "operation", operator: "//", left: name, right: set(all) };
}

/** Variables as those of a set and some more, where they are that. */
export function extendedVariables(of: Nix, common: Nix | undefined, own: Nix): Nix {
  if (common?.kind !== "attrs" || own.kind !== "attrs") return own;
  const printed = new Set(common.bindings.map((each) => printNix(attrs([each]))));
  const more = own.bindings.filter((each) => !printed.has(printNix(attrs([each]))));
  const names = new Set(own.bindings.map((each) => (each.kind === "binding" ? each.name : "")));
  const hasAll = common.bindings.every((each) => each.kind === "binding" && names.has(each.name));
  if (!hasAll || more.length === own.bindings.length) return own;
  const env: Nix = { kind: "select", of, name: "env" };
  return more.length === 0 ? env : { kind: "operation", operator: "//", left: env, right: attrs(more) };
}

function camel(name: string): string {
  return name.replace(/[^A-Za-z0-9]+(.)?/g, (_, letter: string | undefined) => letter?.toUpperCase() ?? "");
}
