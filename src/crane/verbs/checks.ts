import { posix } from "node:path";
import * as v from "valibot";
import type { Derivation, NativePackage, Run, Source, Tool } from "../../derivation/model.ts";
import { cargoEnvironment, world } from "../../derivation/world.ts";
import { optionWords } from "../arguments/arguments.ts";
import type { LibContext } from "../arguments/libContext.ts";
import { nameSchema } from "../arguments/names.ts";
import { optionValues } from "../arguments/optionValues.ts";
import type { Schema } from "../arguments/refuse.ts";
import {
  type SourceRootArgs,
  sourceOf,
  sourceRootSchema,
  sourceSchema,
  wholeSource,
} from "../arguments/sources.ts";
import { tools, withTools } from "../tools/tools.ts";
import { layeredTarget } from "./buildDepsOnly.ts";
import {
  type CargoArgs,
  cargoInvocation,
  cargoSchema,
  mkCargoDerivation,
  splitAtDashes,
} from "./mkCargoDerivation.ts";

/**
 * `cargo build` on top of the dependency layer; installs nothing (Crane's `cargoBuild`). A check that everything
 * compiles, and what other steps start from.
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * export default defineProject(({ crane }) => {
 *   const src = crane.cleanCargoSource(".");
 *   return {
 *     packages: { default: crane.buildPackage({ src }) },
 *     checks: { examples: crane.cargoBuild({ src, cargoExtraArgs: ["--locked", "--examples"] }) },
 *   };
 * });
 */
export function cargoBuild(context: LibContext, args: CargoArgs): Derivation {
  const build = cargoInvocation("build", args);
  return mkCargoDerivation(context, {
    ...args,
    pnameSuffix: "-build",
    buildPhaseCargoCommand: [build.run],
    target: layeredTarget(context, args, [build]),
  });
}

export type CargoClippyArgs = CargoArgs & {
  /**
   * After `cargo clippy`, beside `cargoExtraArgs`; what follows `--` goes to Clippy. Default:
   * `["--all-targets"]`.
   */
  readonly cargoClippyExtraArgs?: readonly string[];
};

export const cargoClippySchema = {
  ...cargoSchema,
  cargoClippyExtraArgs: v.optional(optionWords),
} satisfies Schema<CargoClippyArgs>;

/**
 * `cargo clippy` on top of the dependency layer (Crane's `cargoClippy`).
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * const clippy = crane.cargoClippy({
 *   src,
 *   cargoArtifacts,
 *   cargoClippyExtraArgs: ["--all-targets", "--", "-D", "warnings"],
 * });
 */
export function cargoClippy(context: LibContext, args: CargoClippyArgs): Derivation {
  const clippy = cargoInvocation(
    "clippy",
    args,
    splitAtDashes(args.cargoClippyExtraArgs ?? ["--all-targets"]),
  );
  return mkCargoDerivation(context, {
    ...args,
    pnameSuffix: "-clippy",
    buildPhaseCargoCommand: [clippy.run],
    target: layeredTarget(context, args, [clippy]),
  });
}

export type CargoTestArgs = CargoArgs & {
  /** After `cargo test`, beside `cargoExtraArgs`; what follows `--` goes to the tests. Default: none. */
  readonly cargoTestExtraArgs?: readonly string[];
  /**
   * A test program whose code did not change, and nothing that it was seen to read, does not run again where the step does.
   * Default: `false`, since nobody sees whether a test goes by the time or by chance.
   */
  readonly keepTestResults?: boolean;
};

export const cargoTestSchema = {
  ...cargoSchema,
  cargoTestExtraArgs: v.optional(optionWords),
  keepTestResults: v.optional(v.boolean()),
} satisfies Schema<CargoTestArgs>;

/**
 * `cargo test` on top of the dependency layer (Crane's `cargoTest`).
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * const tests = crane.cargoTest({ src, cargoArtifacts, cargoTestExtraArgs: ["--workspace", "--", "--nocapture"] });
 */
export function cargoTest(context: LibContext, args: CargoTestArgs): Derivation {
  const test = cargoInvocation("test", args, splitAtDashes(args.cargoTestExtraArgs ?? []));
  return mkCargoDerivation(context, {
    ...args,
    pnameSuffix: "-test",
    buildPhaseCargoCommand: [{ ...test.run, ...(args.keepTestResults && { keepsResults: true }) }],
    target: layeredTarget(context, args, [test]),
  });
}

export type CargoDocTestArgs = Omit<CargoTestArgs, "keepTestResults"> & {
  /** `false` runs nothing. Default: `true`. */
  readonly doCheck?: boolean;
};

export const cargoDocTestSchema = {
  ...cargoSchema,
  cargoTestExtraArgs: v.optional(optionWords),
  doCheck: v.optional(v.boolean()),
} satisfies Schema<CargoDocTestArgs>;

/**
 * `cargo test --doc` on top of the dependency layer (Crane's `cargoDocTest`).
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * const examples = crane.cargoDocTest({ src, cargoArtifacts, cargoTestExtraArgs: ["--workspace"] });
 */
export function cargoDocTest(context: LibContext, args: CargoDocTestArgs): Derivation {
  const { extra, afterDashes } = splitAtDashes(args.cargoTestExtraArgs ?? []);
  const test = cargoInvocation("test", args, { extra: ["--doc", ...extra], afterDashes });
  return mkCargoDerivation(context, {
    ...args,
    pnameSuffix: "-doctest",
    buildPhaseCargoCommand: [],
    checkPhaseCargoCommand: [test.run],
    target: layeredTarget(context, args, [test]),
  });
}

export type CargoFmtArgs = SourceRootArgs & {
  readonly src: Source;
  /** Default: the name in the source's `Cargo.toml`. */
  readonly pname?: string;
  /** Accepted for Crane's sake. */
  readonly version?: string;
  /** After `cargo fmt`, before `-- --check`. Default: `["--all"]`. */
  readonly cargoExtraArgs?: readonly string[];
  /** After `--`. Default: `["--check"]`. */
  readonly rustFmtExtraArgs?: readonly string[];
};

export const cargoFmtSchema = {
  src: sourceSchema,
  ...sourceRootSchema,
  pname: v.optional(nameSchema),
  version: v.optional(v.string()),
  cargoExtraArgs: v.optional(optionWords),
  rustFmtExtraArgs: v.optional(optionWords),
} satisfies Schema<CargoFmtArgs>;

/**
 * `cargo fmt --check`; needs no dependencies, and what the command line chooses is nothing to it (Crane's
 * `cargoFmt`).
 *
 * @throws Refused: `configuration-argument`, and those of `LibContext.crateName`
 * @example
 * const fmt = crane.cargoFmt({ src });
 */
export function cargoFmt(context: LibContext, args: CargoFmtArgs): Derivation {
  const src = sourceOf(args.src, args);
  const extra = args.cargoExtraArgs ?? ["--all"];
  const after = args.rustFmtExtraArgs ?? ["--check"];
  return {
    type: "derivation",
    name: `${args.pname ?? context.crateName(src).pname}-fmt`,
    phases: [{ type: "run", name: "fmt", argv: ["cargo", "fmt", ...extra, "--", ...after] }],
    env: cargoEnvironment,
    mounts: {
      [world.source]: src,
      [world.toolchain]: { type: "toolchain", request: context.toolchain },
      [world.system]: { type: "base-system" },
    },
    ...(src.workspace !== undefined && { workspace: src.workspace }),
  };
}

export type TaploFmtArgs = SourceRootArgs & {
  readonly src: Source;
  /** Default: the name in the source's `Cargo.toml`. */
  readonly pname?: string;
  /** Accepted for Crane's sake. */
  readonly version?: string;
  /** After `taplo fmt --check`. Default: none. */
  readonly taploExtraArgs?: readonly string[];
  /** With another taplo than `tools.taplo()`. Default: none. */
  readonly nativeBuildInputs?: readonly (NativePackage | Tool)[];
};

export const taploFmtSchema = {
  src: sourceSchema,
  ...sourceRootSchema,
  pname: v.optional(nameSchema),
  version: v.optional(v.string()),
  taploExtraArgs: v.optional(optionWords),
  nativeBuildInputs: cargoSchema.nativeBuildInputs,
} satisfies Schema<TaploFmtArgs>;

/**
 * `taplo fmt --check` on the `*.toml` files of the source, and on nothing else of it (Crane's `taploFmt`).
 *
 * @throws Refused: `configuration-argument`, and those of `LibContext.crateName`
 * @example
 * const toml = crane.taploFmt({ src, taploExtraArgs: ["--option", "align_entries=true"] });
 */
export function taploFmt(context: LibContext, args: TaploFmtArgs): Derivation {
  const src = sourceOf(args.src, args);
  return {
    type: "derivation",
    name: `${args.pname ?? context.crateName(src).pname}-tomlfmt`,
    phases: [
      { type: "run", name: "taplo", argv: ["taplo", "fmt", "--check", ...(args.taploExtraArgs ?? [])] },
    ],
    env: cargoEnvironment,
    mounts: {
      [world.source]: only(src, "**/*.toml"),
      [world.system]: [...withTools(args.nativeBuildInputs, tools.taplo()), { type: "base-system" }],
    },
    ...(src.workspace !== undefined && { workspace: src.workspace }),
  };
}

/** Of a source the files that match one of the patterns. */
function only(src: Source, ...patterns: string[]): Source {
  return { ...src, filter: { kind: "intersection", of: [src.filter, { kind: "globs", patterns }] } };
}

/**
 * What keeps the `workspace-hack` of cargo-hakari up to date: `generate --diff`, `manage-deps --dry-run` and `verify`, as an
 * example of Crane has them. They see the manifests, the lock and Cargo's settings; for the code there are stubs, so no
 * edit of it runs them.
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * const hakari = crane.cargoHakari({ src });
 */
export function cargoHakari(context: LibContext, args: CargoArgs): Derivation {
  const src = wholeSource(args.src);
  // A lock that is not up to date hakari would have Cargo write.
  const locked = (args.cargoExtraArgs ?? ["--locked"]).filter((word) => /^--(?:locked|frozen)$/.test(word));
  const hakari = (...words: string[]): Run => ({
    type: "run",
    name: `hakari ${words[0]}`,
    argv: ["cargo", "hakari", ...words],
  });
  const step = mkCargoDerivation(context, {
    ...args,
    pnameSuffix: "-hakari",
    nativeBuildInputs: withTools(args.nativeBuildInputs, tools.cargoHakari()),
    buildPhaseCargoCommand: [
      { type: "run", name: "lock", argv: ["cargo", "tree", "--depth", "0", ...locked] },
      hakari("generate", "--diff"),
      hakari("manage-deps", "--dry-run"),
      hakari("verify"),
    ],
  });
  const manifests = only(src, "**/*.toml", "**/Cargo.lock", "**/.cargo/config");
  return {
    ...step,
    mounts: { ...step.mounts, [world.source]: [manifests, { type: "dummy-source", of: src }] },
  };
}

export type CargoDocArgs = CargoArgs & {
  /** After `cargo doc`, beside `cargoExtraArgs`. Default: `["--no-deps"]`. */
  readonly cargoDocExtraArgs?: readonly string[];
  /**
   * The directory to install. Default: where Cargo writes it, `doc` in the target directory or below the
   * triple's.
   */
  readonly docInstallRoot?: string;
};

export const cargoDocSchema = {
  ...cargoSchema,
  cargoDocExtraArgs: v.optional(optionWords),
  docInstallRoot: v.optional(v.string()),
} satisfies Schema<CargoDocArgs>;

/**
 * `cargo doc` on top of the dependency layer; the documentation comes to `share/doc` (Crane's `cargoDoc`).
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * const documentation = crane.cargoDoc({ src, cargoArtifacts, env: { RUSTDOCFLAGS: "--deny warnings" } });
 */
export function cargoDoc(context: LibContext, args: CargoDocArgs): Derivation {
  const extra = args.cargoDocExtraArgs ?? ["--no-deps"];
  const doc = cargoInvocation("doc", args, { extra });
  return mkCargoDerivation(context, {
    ...args,
    pnameSuffix: "-doc",
    buildPhaseCargoCommand: [doc.run],
    installPhaseCommand: installRuns(args.docInstallRoot ?? writtenTo(args, extra)),
    target: layeredTarget(context, args, [doc]),
  });
}

/** `.lock` is rustdoc's own, for several that write at once. */
function installRuns(from: string): Run[] {
  const to = `${world.out}/share`;
  const name = from.replace(/\/+$/, "").replace(/^.*\//, "");
  return [
    { type: "run", name: "install", argv: ["mkdir", "-p", to] },
    { type: "run", name: "install", argv: ["cp", "-R", "--", from, `${to}/`] },
    { type: "run", name: "install", argv: ["rm", "-f", "--", `${to}/${name}/.lock`] },
  ];
}

/**
 * Whatever the profile, at the root of the target directory, or of the triple's in it (seen with Cargo 1.95).
 */
function writtenTo(args: CargoArgs, docArgs: readonly string[]): string {
  const named = optionValues([...(args.cargoExtraArgs ?? []), ...docArgs], "--target");
  const platform = named.at(-1) ?? args.env?.CARGO_BUILD_TARGET;
  return posix.join(world.targetDirectory, platform ?? "", "doc");
}
