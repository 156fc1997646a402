import type { CommitHook } from "../../derivation/commitHooks.ts";
import type { FileSelection } from "../../derivation/fileSelection.ts";
import type { Derivation, Filter, NativePackage, Source, Tool } from "../../derivation/model.ts";
import type { LibContext } from "../arguments/libContext.ts";
import { wholeSource } from "../arguments/sources.ts";
import { pkgs } from "../pkgs/pkgs.ts";
import { tools } from "../tools/tools.ts";
import { layeredTarget } from "../verbs/buildDepsOnly.ts";
import { cargoClippy, cargoFmt } from "../verbs/checks.ts";
import { type CargoArgs, cargoInvocation, mkCargoDerivation } from "../verbs/mkCargoDerivation.ts";
import type { ClippySettings, NixfmtSettings, RustfmtSettings } from "./hookArgs.ts";

/** A hook that Gantry knows: what git-hooks.nix has under its name, and how it is done here. */
export type KnownHook<Settings = object> = {
  readonly description: string;
  readonly entry: (settings: Settings) => readonly [string, ...string[]];
  readonly select: Partial<FileSelection>;
  /** Default: `true`. */
  readonly passFilenames?: false;
  readonly packages?: readonly (NativePackage | Tool)[];
  /** Default: the command. */
  readonly at?: CommitHook["at"];
  /** Default: its command on all files that it is for. */
  readonly step?: (context: LibContext, args: CargoArgs, settings: Settings) => Derivation;
  /** What of the source its command sees in the sandbox. Default: all. */
  readonly sees?: Filter;
};

const rust = { files: "\\.rs$" } as const;

const rustfmt: KnownHook<RustfmtSettings> = {
  description: "format Rust code",
  entry: (settings) => ["cargo", "fmt", ...cargoFmtWords(settings), ...dashed(rustfmtWords(settings))],
  select: rust,
  passFilenames: false,
  at: "rustfmt",
  step: (context, { src, ...args }, settings) =>
    cargoFmt(context, {
      src: wholeSource(src),
      ...(args.pname !== undefined && { pname: args.pname }),
      cargoExtraArgs: cargoFmtWords(settings),
      rustFmtExtraArgs: rustfmtWords({ ...settings, check: true }),
    }),
};

function cargoFmtWords(settings: RustfmtSettings): string[] {
  const { all = settings.package === undefined, package: packages = [], verbose = false } = settings;
  const manifest = settings["manifest-path"];
  return [
    ...(all ? ["--all"] : []),
    ...packages.flatMap((name) => ["--package", name]),
    ...(manifest === undefined ? [] : ["--manifest-path", manifest]),
    ...(verbose ? ["--verbose"] : []),
  ];
}

function rustfmtWords({ check = false, config = {}, ...settings }: RustfmtSettings): string[] {
  const path = settings["config-path"];
  const pairs = Object.entries(config).map(([key, value]) => `${key}=${value}`);
  return [
    ...(check ? ["--check"] : []),
    ...(pairs.length === 0 ? [] : ["--config", pairs.join(",")]),
    ...(path === undefined ? [] : ["--config-path", path]),
  ];
}

function dashed(words: readonly string[]): string[] {
  return words.length === 0 ? [] : ["--", ...words];
}

const clippy: KnownHook<ClippySettings> = {
  description: "lint Rust code",
  entry: (settings) => [
    "cargo",
    "clippy",
    ...(settings.offline === false ? [] : ["--offline"]),
    ...clippyWords(settings),
  ],
  select: rust,
  passFilenames: false,
  at: "step",
  step: (context, args, settings) =>
    cargoClippy(context, { ...args, cargoClippyExtraArgs: clippyWords(settings) }),
};

function clippyWords(settings: ClippySettings): string[] {
  const { denyWarnings = false, allFeatures = false, extraArgs = [], allowedLints = [] } = settings;
  const lints = [
    ...(denyWarnings ? ["-D", "warnings"] : []),
    ...allowedLints.flatMap((lint) => ["-A", lint]),
  ];
  return [...(allFeatures ? ["--all-features"] : []), ...extraArgs, ...dashed(lints)];
}

const cargoCheck: KnownHook = {
  description: "check that the code compiles",
  entry: () => ["cargo", "check"],
  select: rust,
  passFilenames: false,
  at: "step",
  step(context, args) {
    const check = cargoInvocation("check", args);
    return mkCargoDerivation(context, {
      ...args,
      pnameSuffix: "-check",
      buildPhaseCargoCommand: [check.run],
      target: layeredTarget(context, args, [check]),
    });
  },
};

const taplo: KnownHook = {
  description: "format TOML",
  entry: () => ["taplo", "fmt"],
  select: { types: ["toml"] },
  packages: [tools.taplo()],
  sees: { kind: "globs", patterns: ["**/*.toml", "**/Cargo.lock"] },
};

const nixfmt: KnownHook<NixfmtSettings> = {
  description: "format Nix code",
  entry: ({ width, indent }) => [
    "nixfmt",
    ...(width === undefined ? [] : [`--width=${width}`]),
    ...(indent === undefined ? [] : [`--indent=${indent}`]),
  ],
  select: { files: "\\.nix$" },
  packages: [tools.nixfmt()],
  sees: { kind: "globs", patterns: ["**/*.nix"] },
};

const shellcheck: KnownHook = {
  description: "find mistakes in shell scripts",
  entry: () => ["shellcheck"],
  select: { types: ["shell"] },
  packages: [pkgs.shellcheck],
};

/** The hooks that are known by name. */
export const knownHooks = { rustfmt, clippy, "cargo-check": cargoCheck, taplo, nixfmt, shellcheck } as const;

/** What of a source a hook's command sees. */
export function seenBy({ sees }: Pick<KnownHook, "sees">, src: Source): Source {
  return sees === undefined ? src : { ...src, filter: { kind: "intersection", of: [src.filter, sees] } };
}
