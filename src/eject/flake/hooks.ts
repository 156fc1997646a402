import { type Call, callOf } from "../../crane/arguments/calls.ts";
import { isGitEntry } from "../../crane/arguments/libContext.ts";
import { wholeSource } from "../../crane/arguments/sources.ts";
import type { AnyHook, ClippySettings } from "../../crane/hooks/hookArgs.ts";
import type { PreCommitArgs } from "../../crane/hooks/preCommit.ts";
import type { CommitHook, HooksCheck } from "../../derivation/commitHooks.ts";
import { lockFileOf } from "../../derivation/steps.ts";
import {
  attribute,
  attrs,
  type Binding,
  bind,
  data,
  list,
  localPath,
  type Nix,
  call as nixCall,
  set,
  string,
  word,
} from "../nix/nix.ts";
import { variables } from "./arguments.ts";
import { cannot, defined, type Scope, usesFlake } from "./scope.ts";
import { sourceWord } from "./sources.ts";
import { extendedVariables, type SaidSteps } from "./steps.ts";
import { type For, packageWords, wordsOf } from "./values.ts";
import { entriesOf } from "./vendor.ts";

/** The hooks by `git-hooks.lib.${system}.run`: a check, whose `shellHook` installs them. */
export function hooksCheck(scope: Scope, check: HooksCheck, said: SaidSteps): Nix {
  return defined(scope, { of: check, name: "pre-commit-check" }, () => {
    const made = callOf(check);
    if (!made?.context)
      return cannot(scope, "hooks are not what `crane.preCommit` gave", {
        help: ["describe them by it: crane.preCommit({ src, hooks: { rustfmt: true } })"],
      });
    const args = made.args as PreCommitArgs;
    const { lib, toolchain } = said.libOf(made.context);
    const src = { ...wholeSource(args.src), filter: { kind: "everything" } } as const;
    const of: For = { what: "", call: made, packages: [], toolchain };
    const { nativeBuildInputs = [], buildInputs = [] } = args;
    const needed = [...nativeBuildInputs, ...buildInputs].flatMap((each) => packageWords(scope, each, made));
    const compiling = new Map(check.preCommit.hooks.filter(compiles).map(({ id }) => [id, needed]));
    const hooks = Object.entries(args.hooks).flatMap(([id, given]): Binding[] => {
      if (given === undefined || given === false || (given !== true && given.enable === false)) return [];
      const needed = compiling.get(id) ?? [];
      return [
        hookBinding(scope, { id, given: withCargoWords(id, given === true ? {} : given, args), of, needed }),
      ];
    });
    return nixCall(
      { kind: "select", of: usesFlake(scope, "git-hooks"), name: "lib.${system}.run" },
      attrs([
        bind("src", sourceWordOfAll(scope, lib, src)),
        ...(args.excludes ? [bind("excludes", list(args.excludes.map((each) => string(each))))] : []),
        ...(args.default_stages
          ? [bind("default_stages", list(args.default_stages.map((each) => string(each))))]
          : []),
        ...(compiling.size > 0 ? [bind("settings.rust.check.cargoDeps", crates(scope, made, args))] : []),
        bind("hooks", attrs(hooks)),
      ]),
    );
  });
}

/** What all of Cargo's commands get, as these hooks take it. Hooks with an `entry` of their own say their words themselves. */
function withCargoWords(
  id: string,
  given: AnyHook,
  { cargoProfile = "", cargoExtraArgs = [] }: PreCommitArgs,
): AnyHook {
  const words = [...(cargoProfile === "" ? [] : ["--profile", cargoProfile]), ...cargoExtraArgs];
  if (words.length === 0 || given.entry) return given;
  if (id === "cargo-check") return { ...given, args: [...words, ...(given.args ?? [])] };
  if (id !== "clippy") return given;
  const settings: ClippySettings = given.settings ?? {};
  return { ...given, settings: { ...settings, extraArgs: [...words, ...(settings.extraArgs ?? [])] } };
}

/**
 * The hooks among the checks, where those that compile have the variables of the description. git-hooks.nix has no place for
 * them, and who overrides its derivation loses the `shellHook`.
 */
export function hooksAmongChecks(scope: Scope, check: HooksCheck, said: SaidSteps): Nix {
  const plain = hooksCheck(scope, check, said);
  const call = callOf(check);
  if (!call?.context || !hasVariables(check)) return plain;
  const { env = {} } = call.args as PreCommitArgs;
  const of: For = { what: "", call, packages: [], toolchain: said.libOf(call.context).toolchain };
  const own = variables(scope, env, { ...of, verb: "preCommit" });
  const shared = said.sharedVariables();
  const changed = set([["env", shared ? extendedVariables(shared.set, shared.env, own) : own]]);
  return nixCall(
    { kind: "select", of: plain, name: "overrideAttrs" },
    { kind: "function", parameter: "_", body: changed },
  );
}

/** Whether hooks that compile are given variables. */
export function hasVariables(check: HooksCheck): boolean {
  const { env = {} } = (callOf(check)?.args ?? {}) as Partial<PreCommitArgs>;
  return Object.keys(env).length > 0 && check.preCommit.hooks.some(compiles);
}

function compiles({ at, entry }: CommitHook): boolean {
  return at === "step" || (entry[0] === "cargo" && at === "command");
}

/** The files that git knows: in a flake, all there are. */
function sourceWordOfAll(scope: Scope, lib: Nix, src: Parameters<typeof sourceWord>[2]): Nix {
  return src.root === "." ? localPath(".") : sourceWord(scope, lib, src);
}

/** What hooks that compile have in the sandbox, by nixpkgs: git-hooks.nix takes no directory of Crane's. */
function crates(scope: Scope, { context }: Call, args: PreCommitArgs): Nix {
  const entries = context ? entriesOf(scope, context, lockFileOf(wholeSource(args.src))) : [];
  return nixCall(
    "pkgs.rustPlatform.importCargoLock",
    set([
      ["lockFile", localPath(args.cargoLock ?? "Cargo.lock")],
      ...(entries.some(isGitEntry) ? [["allowBuiltinFetchGit", word("true")] as const] : []),
    ]),
  );
}

type Hooked = {
  readonly id: string;
  readonly given: AnyHook;
  readonly of: For;
  /** What it has on its `PATH` since it compiles. */
  readonly needed: readonly Nix[];
};

function hookBinding(scope: Scope, { id, given, of, needed }: Hooked): Binding {
  const said: Binding[] = Object.entries(given).flatMap(([name, value]) =>
    value === undefined || name === "enable" || name === "extraPackages"
      ? []
      : [bind(name, fieldOf(scope, { name, value, id, of }))],
  );
  const more = [
    ...(given.entry?.[0] === "cargo" && of.toolchain ? [of.toolchain] : []),
    ...needed,
    ...(given.extraPackages ?? []).flatMap((each) => packageWords(scope, each, of.call)),
  ];
  const own = [
    ...withToolchain({ id, given, of }),
    ...(more.length > 0 ? [bind("extraPackages", list(more))] : []),
  ];
  const name = attribute(id);
  if (said.length + own.length === 0) return bind(`${name}.enable`, word("true"));
  return bind(name, attrs([bind("enable", word("true")), ...own, ...said]));
}

/** The hooks run the project's toolchain, and not the one of git-hooks.nix. */
function withToolchain({ id, given, of: { toolchain } }: Omit<Hooked, "needed">): readonly Binding[] {
  if (!toolchain || given.package) return [];
  if (id === "rustfmt" || id === "clippy")
    return [
      bind(
        "packageOverrides",
        set([
          ["cargo", toolchain],
          [id, toolchain],
        ]),
      ),
    ];
  return id === "cargo-check" ? [bind("package", toolchain)] : [];
}

type Field = Pick<Hooked, "id" | "of"> & { readonly name: string; readonly value: unknown };

function fieldOf(scope: Scope, { name, value, id, of }: Field): Nix {
  const what = `\`${name}\` of the hook \`${id}\``;
  if (name === "entry") return wordsOf(scope, value as readonly string[], { ...of, what });
  if (name === "package") return packageWords(scope, value as never, of.call)[0] ?? word("null");
  if (name === "settings" && typeof value === "object" && value !== null)
    return set(
      Object.entries(value).map(([key, each]) => [
        key,
        key === "extraArgs"
          ? wordsOf(scope, each as readonly string[], { ...of, what })
          : dataOf(scope, each, { what, of }),
      ]),
    );
  return dataOf(scope, value, { what, of });
}

function dataOf(
  scope: Scope,
  value: unknown,
  { what, of }: { readonly what: string; readonly of: For },
): Nix {
  return (
    data(value) ??
    cannot(scope, `${what} has no counterpart in a flake`, { call: of.call, help: ["write it as data"] })
  );
}
