import * as v from "valibot";
import { nearest } from "../../base/nearest.ts";
import { type CommitStage, commitStages } from "../../derivation/commitHooks.ts";
import { fileTypeNames } from "../../derivation/fileSelection.ts";
import type { NativePackage, Tool } from "../../derivation/model.ts";
import { optionWords, words } from "../arguments/arguments.ts";
import type { Schema } from "../arguments/refuse.ts";
import { cargoSchema } from "../verbs/mkCargoDerivation.ts";

/** What every hook takes, under the names of git-hooks.nix. What is shell text there is a list here. */
export type HookArgs = {
  /** `false` leaves the hook away. Default: `true`. */
  readonly enable?: boolean;
  /** Default: what it is called in `hooks`. */
  readonly name?: string;
  readonly description?: string;
  /** The program with its arguments. */
  readonly entry?: readonly string[];
  /** After `entry`. Default: none. */
  readonly args?: readonly string[];
  /** A regular expression that is found in the paths of its files. Default: all. */
  readonly files?: string;
  /** Regular expressions of paths that are left out. Default: none. */
  readonly excludes?: readonly string[];
  /** Types that a file has all of, as pre-commit names them. Default: `["file"]`, which a symbolic link is not. */
  readonly types?: readonly string[];
  /** Types that a file has one of. Default: any. */
  readonly types_or?: readonly string[];
  /** Types that a file has none of. Default: none. */
  readonly exclude_types?: readonly string[];
  /** Whether the names of the files come after the command. Default: `true`. */
  readonly pass_filenames?: boolean;
  /** Whether it runs where no file matches. Default: `false`. */
  readonly always_run?: boolean;
  /** Whether nothing runs after it failed. Default: `false`. */
  readonly fail_fast?: boolean;
  /** Whether no two processes of it run at once. Default: `false`. */
  readonly require_serial?: boolean;
  /** Whether what it prints is shown though it passed. Default: `false`. */
  readonly verbose?: boolean;
  /** Default: `default_stages`. */
  readonly stages?: readonly CommitStage[];
  /** What the program comes from. Default: the toolchain, the base system, or `extraPackages`. */
  readonly package?: NativePackage | Tool;
  /** What it runs with besides. Default: none. */
  readonly extraPackages?: readonly (NativePackage | Tool)[];
};

/** A hook of whichever kind. */
export type AnyHook = With<object>;

/** A hook with settings of its own: they are those of git-hooks.nix. */
type With<Settings> = HookArgs & { readonly settings?: Settings };

export type ClippySettings = {
  /** Warnings are errors. Default: `false`. */
  readonly denyWarnings?: boolean;
  /** Outside of the sandbox, Cargo reaches no network. Default: `true`. */
  readonly offline?: boolean;
  /** Default: `false`. */
  readonly allFeatures?: boolean;
  /** After `cargo clippy`. Default: none. */
  readonly extraArgs?: readonly string[];
  /** Lints that are allowed, whatever the project says: `clippy::too_many_arguments`. Default: none. */
  readonly allowedLints?: readonly string[];
};

export type RustfmtSettings = {
  /** All packages, and those that they depend on by path. Default: `true`. */
  readonly all?: boolean;
  /** Only say what is not formatted. Default: `false`; a hook that changes files fails, too. */
  readonly check?: boolean;
  /** Settings that go before those of `rustfmt.toml`: `{ max_width: 110 }`. Default: none. */
  readonly config?: Readonly<Record<string, string | number | boolean>>;
  /** The settings' file, or the directory where the search for one begins. Default: that of the code. */
  readonly "config-path"?: string;
  /** Default: Cargo's own search. */
  readonly "manifest-path"?: string;
  /** Only these packages. Default: what `all` says. */
  readonly package?: readonly string[];
  readonly verbose?: boolean;
};

export type NixfmtSettings = { readonly width?: number; readonly indent?: number };

/** The hooks that there are, and any number of the project's own. `true` stands for one with all defaults. */
export type Hooks = {
  readonly rustfmt?: boolean | With<RustfmtSettings>;
  readonly clippy?: boolean | With<ClippySettings>;
  readonly "cargo-check"?: boolean | HookArgs;
  readonly taplo?: boolean | HookArgs;
  readonly nixfmt?: boolean | With<NixfmtSettings>;
  readonly shellcheck?: boolean | HookArgs;
  readonly [id: string]: boolean | AnyHook | undefined;
};

const pattern = v.pipe(
  v.string(),
  v.check(isPattern, "a regular expression, as JavaScript and Python both have them"),
);

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

const known = new Set(fileTypeNames);

const fileType = v.pipe(
  v.string(),
  v.check(
    (name) => known.has(name),
    ({ input }) => {
      const guess = nearest(input, fileTypeNames);
      const what = 'a type of files, such as `"rust"`, `"shell"` or `"text"`';
      return guess === undefined ? what : `${what} (did you mean \`"${guess}"\`?)`;
    },
  ),
);

const one = cargoSchema.nativeBuildInputs.wrapped.item;

export const stagesSchema = v.array(v.picklist(commitStages, `one of ${commitStages.join(", ")}`));

/** What every hook takes. */
export const hookEntries = {
  enable: v.optional(v.boolean()),
  name: v.optional(v.string()),
  description: v.optional(v.string()),
  entry: v.optional(v.pipe(words, v.minLength(1, "a program, with its arguments"))),
  args: v.optional(words),
  files: v.optional(pattern),
  excludes: v.optional(v.array(pattern)),
  types: v.optional(v.array(fileType)),
  types_or: v.optional(v.array(fileType)),
  exclude_types: v.optional(v.array(fileType)),
  pass_filenames: v.optional(v.boolean()),
  always_run: v.optional(v.boolean()),
  fail_fast: v.optional(v.boolean()),
  require_serial: v.optional(v.boolean()),
  verbose: v.optional(v.boolean()),
  stages: v.optional(stagesSchema),
  package: v.optional(one),
  extraPackages: v.optional(v.array(one)),
} satisfies Schema<HookArgs>;

export const patternsSchema = v.array(pattern);

export const clippySettings = {
  denyWarnings: v.optional(v.boolean()),
  offline: v.optional(v.boolean()),
  allFeatures: v.optional(v.boolean()),
  extraArgs: v.optional(optionWords),
  allowedLints: v.optional(words),
} satisfies Schema<ClippySettings>;

export const rustfmtSettings = {
  all: v.optional(v.boolean()),
  check: v.optional(v.boolean()),
  config: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))),
  "config-path": v.optional(v.string()),
  "manifest-path": v.optional(v.string()),
  package: v.optional(words),
  verbose: v.optional(v.boolean()),
} satisfies Schema<RustfmtSettings>;

export const nixfmtSettings = {
  width: v.optional(v.number()),
  indent: v.optional(v.number()),
} satisfies Schema<NixfmtSettings>;
