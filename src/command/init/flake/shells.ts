import { packagesCode } from "./arguments.ts";
import { array, type Code, object, property } from "./code.ts";
import { type HooksRun, hooksRun } from "./hooks.ts";
import {
  identityOf,
  known,
  namedCall,
  pathBelow,
  saidOf,
  type Thunk,
  text,
  Unclear,
  type Value,
} from "./nix/values.ts";
import { isStep, stepCode } from "./steps.ts";
import { textCode } from "./texts.ts";
import { libCode } from "./toolchains.ts";
import { crossVariables, type Variables, variablesOf } from "./variables.ts";
import { attempted, type CraneLib, craneCall, leave, type Writing } from "./writing.ts";

/** What a shell is described beside. */
export type Beside = {
  readonly lib: CraneLib;
  readonly checks: ReadonlyMap<string, Thunk>;
  readonly packages: ReadonlyMap<string, Thunk>;
  readonly shells: ReadonlyMap<string, Thunk>;
  /** The constant of all checks. */
  readonly checksName: () => Code;
  readonly hooks: (run: HooksRun) => Code;
  /** The hooks of the module for flake-parts, which are a check. */
  readonly module: HooksRun | undefined;
};

type ShellSaid = {
  readonly code: Code;
  /** It is what a project has that describes none. */
  readonly isDefault: boolean;
  /** The hooks that it installs, which are no check. */
  readonly hooks: Code | undefined;
};

/** A shell of Crane's `devShell`, or of nixpkgs' `mkShell`. */
export function shellCode(w: Writing, thunk: Thunk, beside: Beside): ShellSaid {
  const value = thunk.force();
  const crane = craneCall(w, value);
  const named = namedCall(value);
  const isPlain = /^pkgs\.mkShell(NoCC)?$/.test(named?.name ?? "");
  const argument = crane?.verb === "devShell" ? crane.argument : isPlain ? named?.args[0] : undefined;
  if (!argument) throw new Unclear(`\`${saidOf(value)}\` is no shell of Crane's or nixpkgs'`, thunk.at);
  const given = argument.force();
  if (given.kind !== "set") throw new Unclear("it is known to Nix alone", thunk.at);
  const lib = crane?.lib ?? beside.lib;
  const said: Code[] = [];
  const froms: Thunk[] = [];
  const packages: Code[] = [];
  let hasAllChecks = false;
  let hooks: Code | undefined;
  let hook: Code | undefined;
  for (const [name, field] of given.entries) {
    if (name === "env" || isShellVariable(name)) continue;
    attempted(w, field.at, `\`${name}\` of a shell`, () => {
      if (name === "checks") {
        hasAllChecks = isAllChecks(field, beside);
        froms.push(...stepsIn(field));
        said.push(property("checks", hasAllChecks ? beside.checksName() : checksCode(w, field, beside)));
      } else if (name === "inputsFrom") {
        const from = fromCode(w, field, beside);
        if (from.isChecks) hasAllChecks = true;
        froms.push(...stepsIn(field));
        if (from.isChecks) said.push(property("checks", beside.checksName()));
        if (from.items.length > 0) said.push(property("inputsFrom", array(from.items)));
      } else if (/^(packages|nativeBuildInputs|buildInputs)$/.test(name)) {
        const code = packagesCode(w, field);
        if (code !== undefined && typeof code === "object" && "items" in code) packages.push(...code.items);
      } else if (name === "shellHook") {
        const found = hookCode(w, field, beside);
        hook = found.code;
        hooks = found.hooks ?? hooks;
      } else if (name !== "name") leave(w, field.at, `\`${name}\` of a shell`);
    });
  }
  if (packages.length > 0) said.push(property("packages", array(packages)));
  const env = variables(w, variablesOf(w, given, isShellVariable), froms);
  if (env.length > 0) said.push(property("env", object(env)));
  if (hook !== undefined) said.push(property("shellHook", hook));
  const own = packages.length + env.length + (hook === undefined ? 0 : 1);
  const others = [...beside.packages.values()].filter((each) => !isAmong(each, beside.checks));
  const isDefault =
    own === 0 &&
    (hasAllChecks || beside.checks.size === 0) &&
    others.every((each) => froms.some((from) => from.force() === each.force()));
  const isEmpty = own === 0 && froms.length === 0;
  const items = [...said, ...(hooks === undefined ? [] : [property("hooks", hooks)])];
  return {
    code: [libCode(w, lib), ".devShell(", object(items), ")"],
    isDefault: isDefault || isEmpty,
    hooks,
  };
}

function isAmong(each: Thunk, all: ReadonlyMap<string, Thunk>): boolean {
  return [...all.values()].some((other) => other.force() === each.force());
}

function isShellVariable(name: string): boolean {
  return /^[A-Z][A-Z0-9]*(?:_\w*)?$/.test(name);
}

function stepsIn(field: Thunk): readonly Thunk[] {
  const value = field.force();
  if (value.kind === "list") return value.items;
  return value.kind === "set" ? [...value.entries.values()] : [];
}

function isAllChecks(field: Thunk, { checks }: Beside): boolean {
  const value = field.force();
  if (value.kind !== "set") return false;
  return (
    [...checks].every(([name, check]) => value.entries.get(name)?.force() === check.force()) &&
    value.entries.size === checks.size
  );
}

function checksCode(w: Writing, field: Thunk, beside: Beside): Code {
  const value = field.force();
  if (value.kind !== "set") throw new Unclear(`\`${saidOf(value)}\` is known to Nix alone`, field.at);
  return object(
    [...value.entries].flatMap(([name, each]): Code[] => {
      const run = hooksRun(w, each.force());
      const code = run ? beside.hooks(run) : stepCode(w, each, { name, label: `\`${name}\` in \`checks\`` });
      return code === undefined ? [] : [property(name, code)];
    }),
  );
}

/** Steps that a shell has the inputs of. Where all checks are among them, they are said by their name. */
function fromCode(
  w: Writing,
  field: Thunk,
  beside: Beside,
): { readonly items: readonly Code[]; readonly isChecks: boolean } {
  const list = field.force();
  if (list.kind !== "list") throw new Unclear(`\`${saidOf(list)}\` is known to Nix alone`, field.at);
  const values = list.items.map((item) => item.force());
  const { checks } = beside;
  const isChecks = checks.size > 1 && [...checks.values()].every((check) => values.includes(check.force()));
  const rest = list.items.filter((item) => !(isChecks && isAmong(item, checks)));
  const items = rest.flatMap((item): Code[] => {
    const value = item.force();
    const other = [...beside.shells].find(([, shell]) => shell.force() === value);
    if (other) return [shellCode(w, other[1], beside).code];
    if (hooksRun(w, value) || !isStep(w, value)) {
      leave(w, item.at, `\`${saidOf(value)}\` in \`inputsFrom\``);
      return [];
    }
    const code = stepCode(w, item);
    return code === undefined ? [] : [code];
  });
  return { items, isChecks };
}

/** The variables that the steps of a shell do not have already. */
function variables(w: Writing, all: Variables, froms: readonly Thunk[]): readonly Code[] {
  const there = new Map<string, string>();
  let hasTrunk = false;
  for (const from of froms) {
    const call = craneCall(w, from.force());
    const argument = call?.argument.force();
    hasTrunk ||= call?.verb === "buildTrunkPackage";
    if (argument?.kind !== "set") continue;
    for (const [name, thunk] of variablesOf(w, argument, isShellVariable))
      if (!there.has(name)) there.set(name, saidOf(thunk.force()));
  }
  const cross = crossVariables(all).names;
  return [...all].flatMap(([name, thunk]): Code[] => {
    const value = attempted(w, thunk.at, `the variable \`${name}\``, () => thunk.force());
    if (!value || there.get(name) === saidOf(value) || cross.has(name)) return [];
    if (hasTrunk && /^TRUNK_(OFFLINE|SKIP_VERSION_CHECK|TOOLS_\w+)$/.test(name)) return [];
    const code = attempted(w, thunk.at, `the variable \`${name}\` of a shell`, () => textCode(w, thunk));
    return code === undefined ? [] : [property(name, code)];
  });
}

/** The `shellHook` of hooks is what installs them; what else there is, is shell text. */
function hookCode(
  w: Writing,
  field: Thunk,
  beside: Beside,
): { readonly code: Code | undefined; readonly hooks: Code | undefined } {
  const value = field.force();
  const parts = value.kind === "text" ? value.parts : [value];
  let hooks: Code | undefined;
  const rest = parts.filter((part) => {
    const run = typeof part === "string" ? undefined : installs(w, part, beside);
    if (!run) return true;
    const isCheck = [...beside.checks.values()].some((check) => isSameRun(hooksRun(w, check.force()), run));
    const code = beside.hooks(run);
    if (!isCheck && run !== beside.module) hooks = code;
    return false;
  });
  const said = text(...rest);
  const trimmed = said.kind === "text" ? said.parts : [];
  const [first, ...more] = trimmed;
  const begun = typeof first === "string" ? [first.replace(/^\s*\n/, ""), ...more] : trimmed;
  const last = begun.at(-1);
  const ended = typeof last === "string" ? [...begun.slice(0, -1), last.trimEnd()] : begun;
  const whole = text(...ended);
  const isEmpty = whole.kind === "text" && whole.parts.length === 0;
  return { code: isEmpty ? undefined : textCode(w, known(whole, field.at)), hooks };
}

/** `hooks.shellHook`, whose `hooks` were run here. */
function installs(w: Writing, value: Value, { module }: Beside): HooksRun | undefined {
  if (/^(installationScript|shellHook)$/.test(pathBelow(value, "pre-commit")?.join(".") ?? "")) return module;
  if (value.kind !== "term" || value.path.at(-1) !== "shellHook") return undefined;
  return hooksRun(w, { ...value, path: value.path.slice(0, -1) });
}

function isSameRun(one: HooksRun | undefined, other: HooksRun): boolean {
  return one !== undefined && identityOf(one.run) === identityOf(other.run);
}
