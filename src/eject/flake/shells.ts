import { type Call, callOf } from "../../crane/arguments/calls.ts";
import { offeredOutputs, shellsOf } from "../../crane/project.ts";
import type { DevShellArgs } from "../../crane/verbs/devShell.ts";
import type { HooksCheck } from "../../derivation/commitHooks.ts";
import { hooksOf } from "../../derivation/commitHooks.ts";
import type { DevShell } from "../../derivation/devShell.ts";
import type { Derivation } from "../../derivation/model.ts";
import { namesSource, shellWordInProject } from "../../shell/quote.ts";
import { isEjectedCheck } from "../ejectedFile.ts";
import {
  attribute,
  attrs,
  type Binding,
  bind,
  list,
  type Nix,
  call as nixCall,
  text,
  word,
} from "../nix/nix.ts";
import { givenVariables } from "./describedSteps.ts";
import { hasVariables, hooksCheck } from "./hooks.ts";
import type { Scope } from "./scope.ts";
import { extendedVariables, type SaidSteps } from "./steps.ts";
import { dedented, type For, packageWords, valueParts, valueText } from "./values.ts";

type Shells = {
  readonly said: SaidSteps;
  /** The checks that the flake has. */
  readonly checks: Readonly<Record<string, Derivation>>;
};

/**
 * The steps that shells have the inputs of, by where they stand. What the flake goes without has no inputs there; hooks are said
 * by themselves.
 */
export function shellSteps(scope: Scope): Readonly<Record<string, Derivation>> {
  const stepsOf = (shell: DevShell, at: string): (readonly [string, Derivation])[] => {
    const { checks = {}, inputsFrom = [] } = (callOf(shell)?.args ?? {}) as Partial<DevShellArgs>;
    const named = Object.entries(checks).map(([name, step]) => [`${at}.checks.${name}`, step] as const);
    const from = inputsFrom.flatMap((each, index) => {
      const place = `${at}.inputsFrom[${index}]`;
      return each.type === "dev-shell" ? stepsOf(each, place) : [[place, each] as const];
    });
    return [...named, ...from].filter(([, step]) => !isWithout(scope, step) && !isEjectedCheck(step));
  };
  return Object.fromEntries(
    Object.entries(shellsOf(scope.offered)).flatMap(([name, shell]) => stepsOf(shell, `devShells.${name}`)),
  );
}

/** Whether all that a step is offered as is left out of the flake. */
function isWithout({ offered }: Scope, step: Derivation): boolean {
  const without = new Set(offered.flake?.without ?? []);
  const names = Object.entries(offeredOutputs(offered)).flatMap(([name, each]) =>
    each === step ? [name] : [],
  );
  return names.length > 0 && names.every((name) => without.has(name));
}

/** The shells by `craneLib.devShell`. */
export function shellBindings(scope: Scope, shells: Shells): readonly Binding[] {
  return Object.entries(shellsOf(scope.offered)).map(([name, shell]) =>
    bind(attribute(name), shellOf(scope, shell, shells)),
  );
}

function shellOf(scope: Scope, shell: DevShell, shells: Shells): Nix {
  const made = callOf(shell);
  const args = (made?.args ?? defaultArgs(scope, shells)) as DevShellArgs;
  const { lib, toolchain } = libOf(scope, made, shells);
  const steps = Object.entries(args.checks ?? {});
  const checks = checksOf(scope, steps, shells);
  const from = (args.inputsFrom ?? []).flatMap((each) => inputsOf(scope, each, shells));
  const of: For = { what: "`env` of `devShell`", call: made, packages: shell.packages, toolchain };
  const { env, exports } = sayVariables(scope, shell, { of, shells, args });
  const check = hooksOfShell(scope, shell, args);
  const isAmongChecks =
    check !== undefined && Object.values(args.checks ?? {}).includes(check) && !hasVariables(check);
  const installs = check && !isAmongChecks ? hooksCheck(scope, check, shells.said) : undefined;
  const hook = shellHookOf(scope, { args, exports, installs, of });
  const packages = (args.packages ?? []).flatMap((each) => packageWords(scope, each, made));
  return nixCall(
    { kind: "select", of: lib, name: "devShell" },
    attrs([
      ...(checks ? [bind("checks", checks, isAmongChecks ? { comment: ofHooks } : {})] : []),
      ...(from.length > 0 ? [bind("inputsFrom", list(from))] : []),
      ...(packages.length > 0 ? [bind("packages", list(packages))] : []),
      ...(env ? [bind("env", env)] : []),
      ...(hook ? [bind("shellHook", hook)] : []),
    ]),
  );
}

/** `mkShell` runs the hooks of what it takes inputs from. */
const ofHooks = ["Among these are the hooks of git, which the shell installs."];

/** What the shell of a project has that describes none: the inputs of all. */
function defaultArgs({ offered }: Scope, { checks }: Shells): DevShellArgs {
  const among = new Set(Object.values(checks));
  const others = Object.values(offered.packages).filter((each) => !among.has(each));
  return { checks, ...(others.length > 0 && { inputsFrom: [...new Set(others)] }) };
}

function libOf({ offered }: Scope, made: Call | undefined, { said, checks }: Shells) {
  const contexts = [...Object.values(offered.packages), ...Object.values(checks)].flatMap(
    (step) => callOf(step)?.context ?? [],
  );
  const context = made?.context ?? contexts[0];
  if (!context) throw new Error("a shell of a project without steps");
  return said.libOf(context);
}

/** All checks of the flake, or those that are named. */
function checksOf(
  scope: Scope,
  steps: readonly (readonly [string, Derivation])[],
  { said, checks }: Shells,
): Nix | undefined {
  if (steps.length === 0) return undefined;
  const all = word("self.checks.${system}");
  const isOwn = ([name, step]: readonly [string, Derivation]) => checks[name] === step;
  const own = steps.filter(isOwn);
  if (own.length === steps.length && own.length === Object.keys(checks).length) return all;
  // A check that the flake goes without has no inputs there.
  const others = steps.filter((each) => !isOwn(each) && !isLeftOut(scope, each));
  if (own.length + others.length === 0) return undefined;
  if (others.length === 0 && own.length === Object.keys(checks).length) return all;
  const inherited: Binding[] =
    own.length > 0 ? [{ kind: "inherit", from: all, names: own.map(([name]) => attribute(name)) }] : [];
  const sayOther = (step: Derivation) =>
    isHooks(step) ? hooksCheck(scope, step, said) : said.expression(step);
  return attrs([...inherited, ...others.map(([name, step]) => bind(attribute(name), sayOther(step)))]);
}

function isLeftOut({ offered }: Scope, [name, step]: readonly [string, Derivation]): boolean {
  return offered.checks?.[name] === step && (offered.flake?.without ?? []).includes(`checks.${name}`);
}

/** What a shell has the inputs of. A step that nothing else says has its name after `let`. */
function inputsOf(scope: Scope, each: Derivation | DevShell, shells: Shells): readonly Nix[] {
  if (each.type === "dev-shell") return [otherShell(scope, each, shells)];
  if (isWithout(scope, each)) return [];
  if (isHooks(each)) return [hooksCheck(scope, each, shells.said)];
  const isOffered = Object.values(offeredOutputs(scope.offered)).includes(each);
  return [isOffered ? shells.said.expression(each) : shells.said.named(each, each.name)];
}

function otherShell(scope: Scope, shell: DevShell, shells: Shells): Nix {
  const [name] = Object.entries(shellsOf(scope.offered)).find(([, each]) => each === shell) ?? [];
  return name === undefined
    ? shellOf(scope, shell, shells)
    : word(`self.devShells.\${system}.${attribute(name)}`);
}

type Environment = { readonly of: For; readonly shells: Shells; readonly args: DevShellArgs };

/** Variables, those of the steps among them, which `mkShell` leaves behind; and those whose values only a shell knows. */
function sayVariables(scope: Scope, shell: DevShell, { of, shells, args }: Environment) {
  const { env = {}, checks = {}, inputsFrom = [] } = args;
  const steps = [...Object.values(checks), ...inputsFrom.filter((each) => each.type === "derivation")];
  const all = new Map<string, string | Nix>();
  // The first counts, as in Gantry's shells; in an order that no machine decides.
  for (const from of [env, ...steps.map((step) => givenVariables(scope, step)), shell.env])
    for (const [name, value] of from instanceof Map ? from : Object.entries(from))
      if (!all.has(name)) all.set(name, value);
  const exports: (readonly [string, string])[] = [];
  const said: Binding[] = [];
  for (const [name, value] of all) {
    if (typeof value !== "string") said.push(bind(attribute(name), value));
    else if (namesSource(value)) exports.push([name, value]);
    else
      said.push(
        bind(attribute(name), valueText(scope, value, { ...of, what: `\`${name}\` of \`devShell\`` })),
      );
  }
  const shared = shells.said.sharedVariables();
  const set = shared ? extendedVariables(shared.set, shared.env, attrs(said)) : attrs(said);
  return { env: set.kind === "attrs" && set.bindings.length === 0 ? undefined : set, exports };
}

type Hooking = {
  readonly args: DevShellArgs;
  readonly exports: readonly (readonly [string, string])[];
  /** The check whose hooks it installs. */
  readonly installs: Nix | undefined;
  readonly of: For;
};

/** What entering the shell does: it installs the hooks of git, and what the description says. */
function shellHookOf(scope: Scope, { args, exports, installs, of }: Hooking): Nix | undefined {
  const lines = [
    ...exports.map(([name, value]) => `export ${name}=${shellWordInProject(value)}`),
    ...(args.shellHook === undefined ? [] : [dedented(args.shellHook)]),
  ];
  const own = lines.length === 0 ? undefined : lines.join("\n");
  const installing: Nix | undefined = installs && { kind: "select", of: installs, name: "shellHook" };
  if (own === undefined) return installing;
  const parts = valueParts(scope, `${own}\n`, of);
  return installing ? text(installing, "\n", ...parts) : text(...parts);
}

function hooksOfShell(
  { offered }: Scope,
  shell: DevShell,
  { hooks, checks = {} }: DevShellArgs,
): HooksCheck | undefined {
  if (hooks) return hooks;
  const wanted = shell.hooks ?? offered.hooks?.preCommit;
  const all = [
    ...Object.values(checks),
    ...Object.values(offered.checks ?? {}),
    ...(offered.hooks ? [offered.hooks] : []),
  ];
  const found = all.find((each) => hooksOf(each) !== undefined && hooksOf(each) === wanted);
  return found && isHooks(found) ? found : undefined;
}

function isHooks(check: Derivation): check is HooksCheck {
  return "preCommit" in check;
}
