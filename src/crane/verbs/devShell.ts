import * as v from "valibot";
import { diagnostic } from "../../base/diagnostic.ts";
import { isTooLong } from "../../base/tooLong.ts";
import { type HooksCheck, hooksOf } from "../../derivation/commitHooks.ts";
import type { DevShell } from "../../derivation/devShell.ts";
import type { Derivation, Input, NativePackage, Tool, ToolchainRequest } from "../../derivation/model.ts";
import { inputsOf, walkSteps } from "../../derivation/steps.ts";
import { cargoEnvironment, world } from "../../derivation/world.ts";
import { byName } from "../arguments/byName.ts";
import { checkLength } from "../arguments/environment.ts";
import type { LibContext } from "../arguments/libContext.ts";
import { refuse, type Schema } from "../arguments/refuse.ts";
import { cargoSchema } from "./mkCargoDerivation.ts";

/** Crane's arguments; what it takes as variables besides is in `env` here. */
export type DevShellArgs = {
  /** Steps whose inputs and variables the shell has. Default: none. */
  readonly checks?: Readonly<Record<string, Derivation>>;
  /** Further steps, or shells, whose inputs and variables it has. Of shells their `shellHook`, too. Default: none. */
  readonly inputsFrom?: readonly (Derivation | DevShell)[];
  /** Further packages, as `pkgs` and `tools` have them. They come first on the `PATH`, after the toolchain. Default: none. */
  readonly packages?: readonly (NativePackage | Tool)[];
  /** Variables, which go before those of the steps. Default: none. */
  readonly env?: Readonly<Record<string, string>>;
  /** Hooks of git that entering the shell installs. Default: those of `checks` and `inputsFrom`. */
  readonly hooks?: HooksCheck;
  /** Shell text that is run at the end of entering, in the project's root. Default: none. */
  readonly shellHook?: string;
};

const inputFrom = v.looseObject(
  { type: v.picklist(["derivation", "dev-shell"], "a step or a shell") },
  "a step or a shell",
);

export const devShellSchema = {
  checks: v.optional(byName(v.looseObject({ type: v.literal("derivation", "a step") }, "a step"))),
  inputsFrom: v.optional(v.array(inputFrom)),
  packages: cargoSchema.nativeBuildInputs,
  env: v.optional(byName(v.string())),
  hooks: v.optional(v.looseObject({ preCommit: v.looseObject({}) }, "what `crane.preCommit` gives")),
  shellHook: v.optional(v.string()),
} satisfies Schema<DevShellArgs>;

/**
 * The environment in which one works on the project with plain Cargo: the toolchain, what the checks need, and what is named
 * besides (Crane's `devShell`). Of several values of a variable the first counts: that of `env`, then of the checks in
 * their order, then of `inputsFrom`.
 *
 * @throws Refused: `configuration-argument`, `variable-reserved`, `variable-too-long`
 * @example
 * const shell = crane.devShell({ checks, packages: [pkgs.jq, tools.cargoNextest()], env: { RUST_LOG: "debug" } });
 */
export function devShell(context: Pick<LibContext, "toolchain">, args: DevShellArgs): DevShell {
  const { checks = {}, inputsFrom = [], packages = [], env = {}, shellHook } = args;
  checkShellEnvironment(env);
  if (shellHook !== undefined && isTooLong(shellHook)) refuse(longHook());
  const from = [...Object.values(checks), ...inputsFrom];
  const steps = from.filter((each) => each.type === "derivation");
  const shells = from.filter((each) => each.type === "dev-shell");
  const [own] = [args.hooks?.preCommit, ...steps.map(hooksOf), ...shells.map((shell) => shell.hooks)].filter(
    (each) => each !== undefined,
  );
  const variables = from.map((each) => (each.type === "dev-shell" ? each.env : declaredBy(each)));
  // In nixpkgs' `mkShell`, too, the shell's own comes last.
  const hooks = [...shells.map((shell) => shell.shellHook), shellHook].filter((hook) => hook !== undefined);
  return {
    type: "dev-shell",
    toolchain: toolchainOf(context.toolchain, [
      ...steps.flatMap(requestsOf),
      ...shells.map(({ toolchain }) => toolchain),
    ]),
    packages: unique([
      ...packages,
      ...from.flatMap((each) => (each.type === "dev-shell" ? each.packages : packagesOf(each))),
    ]),
    env: Object.assign({}, ...[env, ...variables].reverse()),
    ...(own && { hooks: own }),
    ...(hooks.length > 0 && { shellHook: hooks.join("\n") }),
  };
}

function longHook() {
  return diagnostic("configuration-argument", "`shellHook` is too long for a shell to get", {
    notes: ["it has 128 KiB at most"],
    help: ['have the text in a file of the project, and: shellHook: ". ./scripts/enter.sh"'],
    status: 2,
  });
}

/** What a step has on its `PATH`, and the steps whose outputs it is made from. */
function packagesOf(step: Derivation): readonly (NativePackage | Tool)[] {
  return inputsOfAll(step).filter((input) => input.type === "native" || input.type === "tool");
}

function requestsOf(step: Derivation): readonly ToolchainRequest[] {
  return inputsOfAll(step).flatMap((input) => (input.type === "toolchain" ? [input.request] : []));
}

/** Of the step first, then of those before it. */
function inputsOfAll(step: Derivation): readonly Input[] {
  return [...walkSteps([step])].reverse().flatMap(inputsOf);
}

/**
 * What of a step's environment somebody declared. What Gantry sets itself is of use in a step alone, as are paths that are
 * nowhere else.
 */
function declaredBy({ env, stepVariables = [] }: Derivation): DevShell["env"] {
  const own = new Set(stepVariables);
  const declared = Object.entries(env).filter(
    ([name, value]) =>
      !own.has(name) &&
      !ofTheStep.has(name) &&
      !ofEachShell.has(name) &&
      cargoEnvironment[name] !== value &&
      !mentionsStep(value),
  );
  return Object.fromEntries(declared);
}

/** Directories and settings that a developer has of their own. */
const ofTheStep: ReadonlySet<string> = new Set([
  ...["CARGO_BUILD_INCREMENTAL", "CARGO_HOME", "CARGO_NET_OFFLINE", "CARGO_TARGET_DIR"],
  ...["HOME", "PATH", "TMPDIR", "out"],
]);

const onlyThere = [world.vendor, world.cargoConfig, world.advisories, world.found, world.out, world.home];

function mentionsStep(value: string): boolean {
  return onlyThere.some((path) => value.includes(path));
}

/** The shell's own, with what steps and shells that have the same one want of it besides. */
function toolchainOf(own: ToolchainRequest, others: readonly ToolchainRequest[]): ToolchainRequest {
  const same = others.filter(
    ({ channel, file, isHost, isPinned }) =>
      channel === own.channel && file === own.file && isHost === own.isHost && isPinned === own.isPinned,
  );
  const { sources: _, ...request } = own;
  const platforms = [...new Set([own, ...same].flatMap((each) => each.platforms ?? []))];
  return {
    ...request,
    components: [...new Set([own, ...same].flatMap(({ components }) => components))],
    targets: [...new Set([own, ...same].flatMap(({ targets }) => targets))],
    ...(platforms.length > 0 && { platforms }),
  };
}

/** The first of each name. */
function unique(packages: readonly (NativePackage | Tool)[]): readonly (NativePackage | Tool)[] {
  const byNameOf = new Map<string, NativePackage | Tool>();
  for (const each of packages) {
    const name = each.type === "tool" ? `tool ${each.crate}` : `native ${each.name}`;
    if (!byNameOf.has(name)) byNameOf.set(name, each);
  }
  return [...byNameOf.values()];
}

/**
 * Refuses what a shell cannot have or has of its own.
 *
 * @throws Refused: `variable-reserved`, `variable-too-long`, `configuration-argument`
 */
function checkShellEnvironment(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) {
    if (!/^[A-Za-z_]\w*$/.test(name) || value.includes("\0")) {
      refuse(
        diagnostic(
          "configuration-argument",
          `\`${name.replaceAll("\0", "\\0")}\` of \`env\` is no variable of a shell`,
          {
            notes: [
              "a name has letters, digits and `_`, and does not begin with a digit; a value has no NUL",
            ],
            status: 2,
          },
        ),
      );
    }
    checkLength(name, value);
    const remedy = ofEachShell.has(name) ? ownName : reserved[name];
    if (remedy === undefined) continue;
    refuse(
      diagnostic("variable-reserved", `a shell has a \`${name}\` of its own`, {
        help: [`remove \`${name}\` from \`env\``, remedy],
        status: 2,
      }),
    );
  }
}

/**
 * What shells say themselves, and let nobody set, or change their user for: bash 5.2, dash, zsh 5.9, fish 3.6. To have their
 * lines end there would take all variables away that follow.
 */
const ofEachShell: ReadonlySet<string> = new Set([
  ...["_", "PWD", "OLDPWD", "SHLVL", "PPID", "UID", "EUID", "GID", "EGID", "USERNAME"],
  ...["SHELLOPTS", "BASHOPTS", "BASHPID", "BASH_VERSINFO", "DIRSTACK", "FUNCNAME", "GROUPS"],
  ...[
    "ARGC",
    "TTYIDLE",
    "ZSH_SUBSHELL",
    "ZSH_EVAL_CONTEXT",
    "status",
    "pipestatus",
    "history",
    "hostname",
    "version",
  ],
]);

const ownName = "call it by a name of your own, such as `APP_UID` in the place of `UID`";

const reserved: Readonly<Record<string, string>> = {
  PATH: "programs come onto it by `packages: [pkgs.cmake, tools.cargoNextest()]`; anything else by `shellHook`",
  HOME: "a program that is to have another: HOME=DIR PROGRAM",
  GANTRY_SHELL: "it is how a program finds out that it runs in a shell of Gantry's",
};

/**
 * The shell of a project that describes none: what all its checks and packages need, with the toolchain of the first.
 *
 * @example
 * defaultShell({ packages: { default: app }, checks: { clippy } })
 */
export function defaultShell(steps: {
  readonly packages: Readonly<Record<string, Derivation>>;
  readonly checks?: Readonly<Record<string, Derivation>>;
}): DevShell {
  const { packages, checks = {} } = steps;
  const from = [...Object.values(packages), ...Object.values(checks)];
  const [toolchain = { components: [], targets: [] }] = from.flatMap(requestsOf);
  return devShell({ toolchain }, { inputsFrom: from });
}
