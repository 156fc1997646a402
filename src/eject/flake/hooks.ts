import { wholeSource } from "../../crane/arguments/arguments.ts";
import { type Call, callOf } from "../../crane/arguments/calls.ts";
import { isGitEntry } from "../../crane/arguments/libContext.ts";
import type { AnyHook } from "../../crane/hooks/hookArgs.ts";
import type { PreCommitArgs } from "../../crane/hooks/preCommit.ts";
import type { HooksCheck } from "../../derivation/commitHooks.ts";
import { lockFileOf } from "../../derivation/steps.ts";
import {
  attribute,
  attrs,
  type Binding,
  bind,
  call,
  data,
  list,
  localPath,
  type Nix,
  set,
  string,
  word,
} from "../nix/nix.ts";
import { cannot, defined, type Scope, usesFlake } from "./scope.ts";
import { sourceWord } from "./sources.ts";
import type { SaidSteps } from "./steps.ts";
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
    const hooks = Object.entries(args.hooks).flatMap(([id, given]): Binding[] => {
      if (given === undefined || given === false || (given !== true && given.enable === false)) return [];
      return [hookBinding(scope, { id, given: given === true ? {} : given, of })];
    });
    const compiles = check.preCommit.hooks.filter(({ at }) => at === "step");
    return call(
      { kind: "select", of: usesFlake(scope, "git-hooks"), name: "lib.${system}.run" },
      attrs([
        bind("src", sourceWordOfAll(scope, lib, src)),
        ...(args.excludes ? [bind("excludes", list(args.excludes.map((each) => string(each))))] : []),
        ...(args.default_stages
          ? [bind("default_stages", list(args.default_stages.map((each) => string(each))))]
          : []),
        ...(compiles.length > 0 ? [bind("settings.rust.check.cargoDeps", crates(scope, made, args))] : []),
        bind("hooks", attrs(hooks)),
      ]),
    );
  });
}

/** The files that git knows: in a flake, all there are. */
function sourceWordOfAll(scope: Scope, lib: Nix, src: Parameters<typeof sourceWord>[2]): Nix {
  return src.root === "." ? localPath(".") : sourceWord(scope, lib, src);
}

/** What hooks that compile have in the sandbox, by nixpkgs: git-hooks.nix takes no directory of Crane's. */
function crates(scope: Scope, { context }: Call, args: PreCommitArgs): Nix {
  const entries = context ? entriesOf(scope, context, lockFileOf(wholeSource(args.src))) : [];
  return call(
    "pkgs.rustPlatform.importCargoLock",
    set([
      ["lockFile", localPath(args.cargoLock ?? "Cargo.lock")],
      ...(entries.some(isGitEntry) ? [["allowBuiltinFetchGit", word("true")] as const] : []),
    ]),
  );
}

type Hooked = { readonly id: string; readonly given: AnyHook; readonly of: For };

function hookBinding(scope: Scope, { id, given, of }: Hooked): Binding {
  const said: Binding[] = Object.entries(given).flatMap(([name, value]) =>
    value === undefined || name === "enable" ? [] : [bind(name, fieldOf(scope, { name, value, id, of }))],
  );
  const own = withToolchain({ id, given, of });
  const name = attribute(id);
  if (said.length + own.length === 0) return bind(`${name}.enable`, word("true"));
  return bind(name, attrs([bind("enable", word("true")), ...own, ...said]));
}

/** The hooks run the project's toolchain, and not the one of git-hooks.nix. */
function withToolchain({ id, given, of: { toolchain } }: Hooked): readonly Binding[] {
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
  if (id === "cargo-check") return [bind("package", toolchain)];
  return given.entry?.[0] === "cargo" && !given.extraPackages
    ? [bind("extraPackages", list([toolchain]))]
    : [];
}

type Field = Pick<Hooked, "id" | "of"> & { readonly name: string; readonly value: unknown };

function fieldOf(scope: Scope, { name, value, id, of }: Field): Nix {
  const what = `\`${name}\` of the hook \`${id}\``;
  if (name === "entry") return wordsOf(scope, value as readonly string[], { ...of, what });
  if (name === "package") return packageWords(scope, value as never, of.call)[0] ?? word("null");
  if (name === "extraPackages") {
    const own = of.toolchain ? [of.toolchain] : [];
    return list([
      ...own,
      ...(value as readonly never[]).flatMap((each) => packageWords(scope, each, of.call)),
    ]);
  }
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
