// crane/hooks: what git runs before each commit, described under the names of git-hooks.nix.

import * as v from "valibot";
import { backticked, diagnostic } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import type { CommitHook, CommitStage, HooksCheck } from "../../derivation/commitHooks.ts";
import type { Derivation, Input, Phase, Source } from "../../derivation/model.ts";
import { cargoEnvironment, world } from "../../derivation/world.ts";
import { byName } from "../arguments/byName.ts";
import type { LibContext } from "../arguments/libContext.ts";
import { nameSchema } from "../arguments/names.ts";
import { checkArguments, refuse, type Schema } from "../arguments/refuse.ts";
import { wholeSource } from "../arguments/sources.ts";
import { type CargoArgs, cargoSchema, mkCargoDerivation } from "../verbs/mkCargoDerivation.ts";
import {
  type AnyHook,
  clippySettings,
  type HookArgs,
  type Hooks,
  hookEntries,
  nixfmtSettings,
  patternsSchema,
  rustfmtSettings,
  stagesSchema,
} from "./hookArgs.ts";
import { type KnownHook, knownHooks, seenBy } from "./knownHooks.ts";

/** What a hook that compiles needs besides `src` is given as to `cargoClippy`: `...common, cargoArtifacts`. */
export type PreCommitArgs = CargoArgs & {
  /** By their names, in the order in which they run. */
  readonly hooks: Hooks;
  /** Regular expressions of paths that no hook looks at. Default: none. */
  readonly excludes?: readonly string[];
  /** When hooks run that do not say it. Default: `["pre-commit"]`. */
  readonly default_stages?: readonly CommitStage[];
};

export const preCommitSchema = {
  ...cargoSchema,
  hooks: byName(v.unknown(), nameSchema),
  excludes: v.optional(patternsSchema),
  default_stages: v.optional(stagesSchema),
} satisfies Schema<PreCommitArgs>;

/**
 * The hooks that git runs before each commit, and a check that runs the same over all files (git-hooks.nix's `run`). Each is
 * a step of its own, so that an edit runs those alone that look at it. A hook fails where its program does, and where it
 * changes a file.
 *
 * Hooks look at all files that git does not ignore; those that compile, at `src`.
 *
 * @throws Refused: `configuration-argument`, `hook-unknown`, and those of `mkCargoDerivation`
 * @example
 * const hooks = crane.preCommit({
 *   ...common,
 *   cargoArtifacts,
 *   hooks: { rustfmt: true, clippy: { settings: { denyWarnings: true } }, shellcheck: { excludes: ["^vendor/"] } },
 * });
 */
export function preCommit(
  context: LibContext,
  { hooks, excludes = [], default_stages = ["pre-commit"], ...args }: PreCommitArgs,
): HooksCheck {
  const { workspace: _, cargoLock: __, ...directory } = wholeSource(args.src);
  const src: Source = { ...directory, filter: { kind: "everything" } };
  const pname = args.pname ?? context.crateName(wholeSource(args.src)).pname;
  const described = Object.entries(hooks).flatMap(([id, given]): CommitHook[] => {
    const own = given === true || given === undefined ? {} : given;
    if (own === false) return [];
    const known: KnownHook | undefined = Object.entries(knownHooks).find(([name]) => name === id)?.[1];
    checkHook(id, own);
    if (own.enable === false) return [];
    return [hookOf(context, { id, given: own, known, excludes, default_stages, src, pname, args })];
  });
  const parts = described.map(({ id, step }): [string, Input] => [
    `/build/hooks/${id}`,
    { type: "output", of: step },
  ]);
  const check: HooksCheck = {
    type: "derivation",
    name: `${pname}-hooks`,
    phases: [],
    env: {},
    mounts: { ...Object.fromEntries(parts), [world.found]: { type: "files", files: {} } },
    preCommit: { src, hooks: described },
  };
  // What goes through a step's data meets the same steps below its mounts.
  return Object.defineProperty(check, "preCommit", { enumerable: false });
}

/** @throws Refused: `configuration-argument` */
function checkHook(id: string, given: AnyHook): void {
  const own = Object.hasOwn(settingsOf, id) ? settingsOf[id] : undefined;
  const schema: Schema<HookArgs> = {
    ...hookEntries,
    ...(own && { settings: v.optional(v.looseObject({})) }),
  };
  checkArguments<HookArgs>(`hooks.${id}`, schema, given);
  if (own) checkArguments(`hooks.${id}.settings`, own, given.settings ?? {});
}

const settingsOf: Readonly<Record<string, Schema<object>>> = {
  rustfmt: rustfmtSettings,
  clippy: clippySettings,
  nixfmt: nixfmtSettings,
};

type Described = Required<Pick<PreCommitArgs, "excludes" | "default_stages">> & {
  readonly id: string;
  readonly given: AnyHook;
  readonly known: KnownHook | undefined;
  readonly src: Source;
  readonly pname: string;
  readonly args: CargoArgs;
};

function hookOf(context: LibContext, described: Described): CommitHook {
  const { id, given, known, args, src, pname } = described;
  const settings = given.settings ?? {};
  const own = given.entry ?? known?.entry(settings);
  if (own === undefined) return refuse(withoutEntry(id));
  const [program = "", ...words] = [...own, ...(given.args ?? [])];
  const isChanged = given.entry !== undefined || given.args !== undefined;
  const hook: Omit<CommitHook, "step"> = {
    id,
    name: given.name ?? id,
    description: given.description ?? known?.description ?? "",
    entry: [program, ...words],
    select: {
      files: given.files ?? known?.select.files ?? "",
      excludes: [...described.excludes, ...(known?.select.excludes ?? []), ...(given.excludes ?? [])],
      types: given.types ?? known?.select.types ?? ["file"],
      typesOr: given.types_or ?? [],
      excludeTypes: [...(known?.select.excludeTypes ?? []), ...(given.exclude_types ?? [])],
    },
    passFilenames: given.pass_filenames ?? known?.passFilenames ?? true,
    alwaysRun: given.always_run ?? false,
    failFast: given.fail_fast ?? false,
    requireSerial: given.require_serial ?? false,
    verbose: given.verbose ?? false,
    stages: given.stages ?? described.default_stages,
    packages: [
      ...(given.package ? [given.package] : (known?.packages ?? [])),
      ...(given.extraPackages ?? []),
    ],
    at: isChanged ? "command" : (known?.at ?? "command"),
  };
  if (known?.step && !isChanged) return { ...hook, step: known.step(context, args, settings) };
  return { ...hook, step: commandStep(context, { ...hook, src: seenBy(known ?? {}, src), pname, args }) };
}

type CommandStep = Omit<CommitHook, "step"> & {
  readonly src: Source;
  readonly pname: string;
  readonly args: CargoArgs;
};

const selected = "/build/selected";
const script = "/build/hook";

/** The command on all files that the hook is for. */
function commandStep(context: LibContext, { src, pname, args, ...hook }: CommandStep): Derivation {
  const phases: Phase[] = [
    { type: "run", name: hook.id, argv: ["sh", `${script}/run`, hook.id, ...hook.entry] },
  ];
  const own: Derivation["mounts"] = {
    [world.source]: src,
    [selected]: { type: "selected-files", of: src, select: hook.select },
    [script]: { type: "files", files: { run: scriptOf(hook) } },
  };
  if (hook.entry[0] === "cargo") {
    const step = mkCargoDerivation(context, {
      ...args,
      pnameSuffix: `-${hook.id}`,
      buildPhaseCargoCommand: phases,
    });
    return { ...step, mounts: { ...step.mounts, ...own } };
  }
  return {
    type: "derivation",
    name: `${pname}-${hook.id}`,
    phases,
    env: cargoEnvironment,
    mounts: {
      ...own,
      [world.toolchain]: { type: "toolchain", request: context.toolchain },
      [world.system]: [...hook.packages, { type: "base-system" }],
    },
  };
}

/**
 * Runs the command that are its arguments, and then compares the files with those that there were. A list of files is cut
 * where it is too long for one command line.
 */
function scriptOf({ passFilenames, alwaysRun }: Omit<CommitHook, "step">): string {
  const run = passFilenames
    ? `(cd ${selected} && find . -type f -print0) | sort -z | sed -z 's|^\\./||' | xargs -0 -- "$@" || failed=1`
    : '"$@" || failed=1';
  const isWanted = alwaysRun ? "true" : `[ -n "$(find ${selected} -type f -print -quit)" ]`;
  return [
    "set -euf",
    "id=$1 failed=0",
    "shift",
    `if ! ${isWanted}; then exit 0; fi`,
    run,
    `changed=$(diff -rq ${selected} . | grep -v '^Only in ' || true)`,
    'if [ -n "$changed" ]; then',
    `  diff -ru ${selected} . | sed -e '/^Only in /d' -e '/^diff -ru /d' -e '${named("---", selected, "a")}' -e '${named("[+]+[+]", ".", "b")}' || true`,
    '  echo "error: the hook $id changes files" >&2',
    "  failed=1",
    "fi",
    "exit $failed",
    "",
  ].join("\n");
}

/** Has `diff` name files as git does, and without times. */
function named(mark: string, directory: string, as: string): string {
  return `s|^\\(${mark}\\) ${directory.replace(".", "[.]")}/\\([^\t]*\\)\t.*|\\1 ${as}/\\2|`;
}

function withoutEntry(id: string) {
  const names = Object.keys(knownHooks);
  const guess = nearest(id, names);
  const shown = /^\w+$/.test(id) ? id : JSON.stringify(id);
  return diagnostic(
    "hook-unknown",
    guess === undefined ? `the hook \`${id}\` has no \`entry\`` : `there is no hook \`${id}\``,
    {
      notes: guess === undefined ? [`known by name are ${backticked(names)}`] : [],
      help: [
        guess === undefined
          ? `say what it runs: ${shown}: { entry: ["PROGRAM", "ARGUMENT"], files: "\\\\.txt$" }`
          : `did you mean \`${guess}\`?`,
      ],
      status: 2,
    },
  );
}
