import type { Derivation, NativePackage, Run, Source, Vendor } from "../derivation/model.ts";
import { world } from "../derivation/world.ts";
import type { CargoArtifacts } from "./buildDepsOnly.ts";
import type { Hook, Selection, SourceRootArgs } from "./libContext.ts";
import type { LockArgs } from "./vendor/lockArgs.ts";
import type { Overrides } from "./vendor/overrides.ts";

/** What every function that runs Cargo takes. Names and defaults are Crane's; shell words are lists here. */
export type CargoArgs = {
  readonly src: Source;
  /** Default: the name in the source's `Cargo.toml` (`package.metadata.crane.name`, else `package.name`). */
  readonly pname?: string;
  /** Default: the version in the source's `Cargo.toml`. */
  readonly version?: string;
  /**
   * The layer to start from, as `buildDepsOnly` makes it. `null`: none. Default: one made from these
   * arguments.
   */
  readonly cargoArtifacts?: CargoArtifacts | Derivation | null;
  /** For every Cargo invocation. Default: `["--locked"]`. */
  readonly cargoExtraArgs?: readonly string[];
  /** Default: `release`. The empty string leaves `--profile` away. */
  readonly cargoProfile?: string;
  /** Programs that the build runs. */
  readonly nativeBuildInputs?: readonly NativePackage[];
  /** Libraries that the result links. In one sandbox there is no difference; in the flake there is. */
  readonly buildInputs?: readonly NativePackage[];
  /** Accepted for Crane's sake: only declared inputs are ever visible. */
  readonly strictDeps?: boolean;
  /** Variables of the build. They are part of the key, and all that it sees beside the sandbox's own. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * The crates, as `vendorCargoDeps` and its like give them; `null`: none. Default: those of the lock, with
   * the overrides in these arguments.
   */
  readonly cargoVendorDir?: Vendor | null;
} & SourceRootArgs &
  LockArgs &
  Overrides &
  CargoHooks;

/** Shell text or commands around the phases. */
type CargoHooks = { readonly [hook in HookName]?: Hook };
type HookName = "preBuild" | "postBuild" | "preCheck" | "postCheck" | "preInstall" | "postInstall";

/** One run of Cargo in two forms: what is run, and what tells its units. */
export type CargoInvocation = {
  readonly run: Run;
  /** Without `cargo`, for `--unit-graph`. */
  readonly plan: readonly string[];
  /** The same on the dummy source: compiles what the run needs of the dependencies, and no more. */
  readonly ofDependencies: readonly string[];
};

type Verb = "build" | "check" | "clippy" | "test" | "doc";

/** After `--` come arguments for clippy, the test harness or rustdoc: no concern of the plan. */
type More = { readonly extra?: readonly string[]; readonly afterDashes?: readonly string[] };

/**
 * `cargo <verb>` with the profile and the extra arguments.
 *
 * The units of dependencies are the same for `clippy` as for `check`, and the same for `test` as for
 * `test --no-run` (seen with Cargo 1.95).
 */
export function cargoInvocation(verb: Verb, args: CargoArgs, more: More = {}): CargoInvocation {
  const profile = args.cargoProfile ?? "release";
  const options = [
    ...(profile === "" ? [] : ["--profile", profile]),
    ...(args.cargoExtraArgs ?? ["--locked"]),
    ...(more.extra ?? []),
  ];
  const dashes = more.afterDashes?.length ? ["--", ...more.afterDashes] : [];
  const dependencies: Record<Verb, string[]> = {
    build: ["build"],
    check: ["check"],
    clippy: ["check"],
    test: ["test", "--no-run"],
    // Documentation needs the metadata of dependencies; theirs, if asked for, is written in the step itself.
    doc: ["doc", "--no-deps"],
  };
  return {
    run: {
      type: "run",
      name: verb,
      argv: ["cargo", verb, "--message-format", "json-render-diagnostics", ...options, ...dashes],
      messages: "cargo",
    },
    plan: [verb === "clippy" ? "check" : verb, ...options],
    ofDependencies: [
      ...dependencies[verb],
      ...options.filter((option) => verb !== "doc" || option !== "--no-deps"),
    ],
  };
}

/** Cargo's own arguments, and those after `--` for clippy or the test harness. */
export function splitAtDashes(words: readonly string[]): {
  extra: readonly string[];
  afterDashes: readonly string[];
} {
  const dashes = words.indexOf("--");
  if (dashes === -1) return { extra: words, afterDashes: [] };
  return { extra: words.slice(0, dashes), afterDashes: words.slice(dashes + 1) };
}

/**
 * The environment of every step that runs Cargo. It is part of the step's key like all that is declared.
 *
 * - `CARGO_BUILD_INCREMENTAL`: incremental compilation is off, since its state differs from run to run
 * - `SOURCE_DATE_EPOCH`: tools that stamp their output take this time (reproducible-builds.org)
 */
export const cargoEnvironment: Readonly<Record<string, string>> = {
  CARGO_BUILD_INCREMENTAL: "false",
  CARGO_HOME: `${world.home}/.cargo`,
  CARGO_NET_OFFLINE: "true",
  CARGO_TARGET_DIR: world.targetDirectory,
  HOME: world.home,
  LC_ALL: "C.UTF-8",
  out: world.out,
  PATH: `${world.toolchain}/bin:${world.system}/bin`,
  SOURCE_DATE_EPOCH: "1",
  TMPDIR: world.temporary,
  TZ: "UTC",
};

/**
 * A function's arguments with what the command line chose. The choice reaches the dependency layer too, so
 * that it holds what the chosen packages, profile and target need.
 */
export function withSelection<A>(selection: Selection, name: string, args: A): A {
  if (name === "cargoFmt" || !runsCargo(args)) return args;
  const extra = [
    ...selection.packages.flatMap((spec) => ["--package", spec]),
    ...(selection.platform === undefined ? [] : ["--target", selection.platform]),
  ];
  return {
    ...args,
    ...(extra.length > 0 && { cargoExtraArgs: [...(args.cargoExtraArgs ?? ["--locked"]), ...extra] }),
    ...(selection.profile !== undefined && { cargoProfile: selection.profile }),
  };
}

/** Whether a function's arguments are those of one that runs Cargo on a source. */
export function runsCargo(args: unknown): args is CargoArgs {
  return typeof args === "object" && args !== null && "src" in args;
}
