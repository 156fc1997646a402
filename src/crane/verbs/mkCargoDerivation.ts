import * as v from "valibot";
import { diagnostic } from "../../base/diagnostic.ts";
import type {
  Derivation,
  DummySource,
  Input,
  NativePackage,
  Phase,
  Run,
  Source,
  TargetDirectory,
  Tool,
  ToolchainRequest,
  Vendor,
} from "../../derivation/model.ts";
import { cargoEnvironment, world } from "../../derivation/world.ts";
import { type Hook, hookRuns, hookSchema, optionWords, words } from "../arguments/arguments.ts";
import { byName } from "../arguments/byName.ts";
import { checkEnvironment } from "../arguments/environment.ts";
import type { LibContext, Selection } from "../arguments/libContext.ts";
import { nameSchema, nameSuffixSchema } from "../arguments/names.ts";
import { refuse, type Schema } from "../arguments/refuse.ts";
import {
  lockSchema,
  pinnedCrates,
  type SourceArgs,
  sourceOf,
  sourceOrDummySchema,
  sourceRootSchema,
  wholeSource,
} from "../arguments/sources.ts";
import { commandsOf, crossToolchain, platformsOf, runsPrograms } from "../tools/crossToolchain.ts";
import { isForThisProcessor } from "../tools/processor.ts";
import { type Overrides, overridesSchema } from "../vendor/overrides.ts";
import { vendorCargoDeps } from "../vendor/vendorCargoDeps.ts";

/** What every function that runs Cargo takes. Names and defaults are Crane's; shell words are lists here. */
export type CargoArgs = {
  /** A source, or what `mkDummySrc` makes of one. */
  readonly src: Source | DummySource;
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
  /** Programs that the build runs, as `pkgs` and `tools` have them. Default: none. */
  readonly nativeBuildInputs?: readonly (NativePackage | Tool)[];
  /** Libraries that the result links. In one sandbox there is no difference; in the flake there is. Default: none. */
  readonly buildInputs?: readonly NativePackage[];
  /** Accepted for Crane's sake: only declared inputs are ever visible. */
  readonly strictDeps?: boolean;
  /**
   * Variables of the build. They are part of the key, and all that it sees beside the sandbox's own. What Gantry itself
   * sets, such as `CARGO_TARGET_DIR`, is refused. Default: none.
   */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * The crates, as `vendorCargoDeps` and its like give them, or the directory that has them: `path("vendor")`; `null`: none.
   * Default: those of the lock, with the overrides in these arguments.
   */
  readonly cargoVendorDir?: Vendor | Source | null;
} & SourceArgs &
  Overrides &
  CargoHooks;

/** Shell text or commands around the phases. Default: none. */
type CargoHooks = { readonly [hook in HookName]?: Hook };
type HookName = "preBuild" | "postBuild" | "preCheck" | "postCheck" | "preInstall" | "postInstall";

/** The dependency layer, which also knows how to be no larger than what uses it. */
export type CargoArtifacts = Derivation & {
  /** The layer of just these invocations. Crane compiles for check, build and test alike, for everybody. */
  readonly narrowedTo: (invocations: readonly CargoInvocation[]) => Derivation;
};

const native = v.looseObject({ type: v.literal("native"), name: v.string() });

const program = v.variant(
  "type",
  [native, v.looseObject({ type: v.literal("tool"), crate: v.string() })],
  "packages, as `pkgs` and `tools` have them",
);

const vendorWanted = 'what `crane.vendorCargoDeps` gives, or a directory of crates: `path("vendor")`';

const vendorSchema = v.variant(
  "type",
  [
    v.looseObject({ type: v.literal("vendor") }),
    v.looseObject({
      type: v.literal("source"),
      root: v.string(),
      filter: v.object({ kind: v.literal("everything", "that of a whole directory, as `path` gives it") }),
    }),
  ],
  vendorWanted,
);

export const cargoSchema = {
  src: sourceOrDummySchema,
  ...sourceRootSchema,
  pname: v.optional(nameSchema),
  version: v.optional(v.string()),
  ...lockSchema,
  ...overridesSchema,
  cargoVendorDir: v.optional(v.nullable(vendorSchema)),
  cargoArtifacts: v.optional(v.nullable(v.looseObject({ type: v.literal("derivation") }))),
  cargoExtraArgs: v.optional(optionWords),
  cargoProfile: v.optional(v.string()),
  nativeBuildInputs: v.optional(v.array(program)),
  buildInputs: v.optional(v.array(native)),
  strictDeps: v.optional(v.boolean()),
  env: v.optional(byName(v.string())),
  preBuild: v.optional(hookSchema),
  postBuild: v.optional(hookSchema),
  preCheck: v.optional(hookSchema),
  postCheck: v.optional(hookSchema),
  preInstall: v.optional(hookSchema),
  postInstall: v.optional(hookSchema),
} satisfies Schema<CargoArgs>;

export type MkCargoDerivationArgs = CargoArgs & {
  /** After the name: `-deps`, `-clippy`. Default: nothing. */
  readonly pnameSuffix?: string;
  readonly buildPhaseCargoCommand: readonly Phase[];
  /** Default: none. */
  readonly checkPhaseCargoCommand?: readonly Phase[];
  /** Default: none. */
  readonly installPhaseCommand?: readonly Phase[];
  /** Default: `true` where `checkPhaseCargoCommand` is given. */
  readonly doCheck?: boolean;
  /** How `/build/target` begins and what is kept of it. Default: it is empty, and nothing is kept. */
  readonly target?: TargetDirectory;
  /** What lies at `/build/source`. Default: `src`. */
  readonly sourceInput?: Input;
  /** The names in `env` that the calling function set for itself. Default: none. */
  readonly stepVariables?: readonly string[];
};

const phases = v.array(
  v.variant("type", [
    v.strictObject({
      type: v.literal("run"),
      name: v.string(),
      argv: words,
      cwd: v.optional(v.string()),
      messages: v.optional(v.literal("cargo")),
    }),
    v.strictObject({ type: v.literal("install"), from: v.string() }),
    v.strictObject({ type: v.literal("strip"), prefixes: words }),
  ]),
);

export const mkCargoDerivationSchema = {
  ...cargoSchema,
  pnameSuffix: v.optional(nameSuffixSchema),
  buildPhaseCargoCommand: phases,
  checkPhaseCargoCommand: v.optional(phases),
  installPhaseCommand: v.optional(phases),
  doCheck: v.optional(v.boolean()),
  target: v.optional(
    v.strictObject({
      layer: v.optional(v.looseObject({ type: v.literal("derivation") })),
      plans: v.array(words),
      keep: v.picklist(["dependencies", "all"]),
    }),
  ),
  sourceInput: v.optional(v.looseObject({ type: v.string() })),
  stepVariables: v.optional(words),
} satisfies Schema<MkCargoDerivationArgs>;

/**
 * The step that all others are made of: `src`, its vendored crates, the toolchain and the declared inputs,
 * and the phases build, check and install with their hooks (Crane's `mkCargoDerivation`).
 *
 * @throws Refused: `configuration-argument`, `variable-reserved`, and those of the overrides and of `LibContext.crateName`
 * @example
 * const tree = crane.mkCargoDerivation({
 *   src,
 *   pnameSuffix: "-tree",
 *   buildPhaseCargoCommand: [{ type: "run", name: "tree", argv: ["cargo", "tree", "--locked"] }],
 * });
 */
export function mkCargoDerivation(context: LibContext, args: MkCargoDerivationArgs): Derivation {
  if (args.env) checkEnvironment(args.env);
  const doCheck = args.doCheck ?? args.checkPhaseCargoCommand !== undefined;
  const src = wholeSource(args.src);
  const phases = [
    ...hookRuns("preBuild", args.preBuild),
    ...args.buildPhaseCargoCommand,
    ...hookRuns("postBuild", args.postBuild),
    ...(doCheck ? checkPhases(args) : []),
    ...hookRuns("preInstall", args.preInstall),
    ...(args.installPhaseCommand ?? []),
    ...hookRuns("postInstall", args.postInstall),
  ];
  const settings = context.settings(src);
  const platforms = platformsOf(phases, args.env ?? {}, settings);
  const declared = [...(args.nativeBuildInputs ?? []), ...(args.buildInputs ?? [])];
  const cross = crossToolchain(platforms, context.host, {
    ...{ env: args.env ?? {}, settings },
    nativeBuildInputs: declared.filter((each) => each.type === "native"),
    runs: runsPrograms(phases),
  });
  const text = (path: string) => context.text(src, path);
  const isForProcessor = isForThisProcessor({ phases, env: args.env ?? {}, settings, text });
  return {
    type: "derivation",
    name: `${args.pname ?? context.crateName(src).pname}${args.pnameSuffix ?? ""}`,
    phases,
    env: { ...cargoEnvironment, ...cross.env, ...args.env },
    ...(args.stepVariables && { stepVariables: args.stepVariables }),
    mounts: {
      [world.source]: args.sourceInput ?? args.src,
      ...vendorMounts(context, args),
      [world.toolchain]: { type: "toolchain", request: toolchainOf(context, args, { phases, platforms }) },
      [world.system]: [...declared, ...cross.nativeBuildInputs, { type: "base-system" }],
      ...(isForProcessor && { [world.processor]: { type: "processor" } as const }),
    },
    ...(src.workspace !== undefined && { workspace: src.workspace }),
    ...(args.target && { targetDirectory: args.target }),
  };
}

function checkPhases(args: MkCargoDerivationArgs): Phase[] {
  return [
    ...hookRuns("preCheck", args.preCheck),
    ...(args.checkPhaseCargoCommand ?? []),
    ...hookRuns("postCheck", args.postCheck),
  ];
}

function vendorMounts(context: LibContext, args: MkCargoDerivationArgs): Derivation["mounts"] {
  if (args.cargoVendorDir === null) return {};
  const given = args.cargoVendorDir;
  const pinned = pinnedCrates(context, { of: wholeSource(args.src) });
  const vendor = given?.type === "source" ? { ...pinned, directory: given.root } : (given ?? pinned);
  const { changes: _, registries: __, directory: ___, ...what } = vendor;
  return { [world.vendor]: vendor, [world.cargoConfig]: { ...what, type: "vendor-config" } };
}

/**
 * The toolchain with the standard library of each platform that the step compiles for; who vendors the standard library's
 * dependencies, or names `build-std`, is going to compile it.
 */
function toolchainOf(
  { toolchain, host }: LibContext,
  { cargoVendorDir, env = {} }: CargoArgs,
  { phases, platforms }: Pick<Derivation, "phases"> & { readonly platforms: readonly string[] },
): ToolchainRequest {
  const others = platforms.filter((platform) => platform !== host);
  const words = commandsOf(phases).flat();
  if (cargoVendorDir?.type === "vendor" && cargoVendorDir.locks?.some((lock) => "toolchain" in lock))
    return { ...toolchain, sources: true };
  if ("CARGO_UNSTABLE_BUILD_STD" in env || words.some((word) => word.includes("build-std"))) return toolchain;
  return others.length === 0 ? toolchain : { ...toolchain, platforms: others };
}

/**
 * The arguments of a function as the functions below it take them: what the command line chose, the lock and the
 * workspace, and the overrides are worked into `cargoExtraArgs`, `cargoProfile`, `src` and `cargoVendorDir`. So the
 * dependency layer is made of the same, and each override is asked once.
 *
 * @throws Refused: those of `vendorCargoDeps`; `override-without-effect` for an override beside a `cargoVendorDir`
 */
export function resolveArgs<Args extends CargoArgs>(context: LibContext, args: Args): Args {
  const resolved = { ...args, ...chosenArgs(context.selection, args), src: relocated(args) };
  const override = overrides.find((name) => args[name] !== undefined);
  if (override === undefined) return resolved;
  if (args.cargoVendorDir !== undefined) {
    return refuse(
      diagnostic("override-without-effect", `\`${override}\` has no effect beside \`cargoVendorDir\``, {
        help: [`give it to what makes that directory: crane.vendorCargoDeps({ src, ${override} })`],
        status: 2,
      }),
    );
  }
  return { ...resolved, cargoVendorDir: vendorCargoDeps(context, { ...args, src: wholeSource(args.src) }) };
}

/** The source, or the reduced one, with the workspace and the lock that the arguments give. */
export function relocated(args: CargoArgs): CargoArgs["src"] {
  const src = sourceOf(wholeSource(args.src), args);
  return args.src.type === "source" ? src : { ...args.src, of: src };
}

const overrides = ["overrideVendorGitCheckout", "overrideVendorCargoPackage"] as const;

function chosenArgs({ args, profile, platform }: Selection, { cargoExtraArgs = ["--locked"] }: CargoArgs) {
  // Cargo takes no flag twice.
  const more = args.filter((word) => word !== "--ignore-rust-version" || !cargoExtraArgs.includes(word));
  const extra = [...more, ...(platform === undefined ? [] : ["--target", platform])];
  return {
    ...(extra.length > 0 && { cargoExtraArgs: [...cargoExtraArgs, ...extra] }),
    ...(profile !== undefined && { cargoProfile: profile }),
  };
}

/** One run of Cargo in two forms: what is run, and what tells its units. */
export type CargoInvocation = {
  readonly run: Run;
  /** Without `cargo`, for `--unit-graph`. */
  readonly plan: readonly string[];
  /** The same on the dummy source: compiles what the run needs of the dependencies, and no more. */
  readonly ofDependencies: readonly string[];
};

/**
 * What compilers say comes with its colours, so that a step need not know whether somebody will see them, and with its
 * places in the code, for reports.
 */
export const messageFormat = "json-diagnostic-rendered-ansi";

type Verb = "build" | "check" | "clippy" | "test" | "doc";

/** After `--` come arguments for clippy, the test harness or rustdoc: no concern of the plan. */
type More = { readonly extra?: readonly string[]; readonly afterDashes?: readonly string[] };

/**
 * `cargo <verb>` with the profile and the extra arguments.
 *
 * The units of dependencies are the same for `clippy` as for `check`, and the same for `test` as for
 * `test --no-run` (seen with Cargo 1.95).
 *
 * @example
 * cargoInvocation("test", args, { afterDashes: ["--nocapture"] }).plan // ["test", "--profile", "release", "--locked"]
 */
export function cargoInvocation(verb: Verb, args: CargoArgs, more: More = {}): CargoInvocation {
  const profile = args.cargoProfile ?? "release";
  const options = [
    ...(profile === "" ? [] : ["--profile", profile]),
    ...(args.cargoExtraArgs ?? ["--locked"]),
    ...(more.extra ?? []),
  ];
  const planned = verb === "clippy" ? options.filter((option) => !clippyOptions.has(option)) : options;
  const dashes = more.afterDashes?.length ? ["--", ...more.afterDashes] : [];
  return {
    run: {
      type: "run",
      name: verb,
      argv: ["cargo", verb, "--message-format", messageFormat, ...options, ...dashes],
      messages: "cargo",
    },
    plan: [verb === "clippy" ? "check" : verb, ...planned],
    ofDependencies: forDependencies(verb, planned),
  };
}

/** What Clippy has and `cargo check`, which plans it, has not (Cargo 1.95). */
const clippyOptions: ReadonlySet<string> = new Set([
  "--no-deps",
  "--fix",
  "--allow-dirty",
  "--allow-no-vcs",
  "--allow-staged",
]);

/** Nothing is tested in a layer, but by `--doc`, which goes without `--no-run`: a stub has no examples to test. */
function forDependencies(verb: Verb, options: readonly string[]): string[] {
  if (verb === "test" && options.includes("--doc")) return [verb, ...options];
  const [command = verb, ...flags] = commandForDependencies[verb];
  return [command, ...flags, ...options.filter((option) => !flags.includes(option))];
}

const commandForDependencies: Readonly<Record<Verb, readonly string[]>> = {
  build: ["build"],
  check: ["check"],
  clippy: ["check"],
  test: ["test", "--no-run"],
  // Documentation needs the metadata of dependencies; theirs, if asked for, is written in the step itself.
  doc: ["doc", "--no-deps"],
};

/**
 * Cargo's own arguments, and those after `--` for clippy or the test harness.
 *
 * @example
 * splitAtDashes(["--workspace", "--", "--nocapture"]) // { extra: ["--workspace"], afterDashes: ["--nocapture"] }
 */
export function splitAtDashes(words: readonly string[]): Required<More> {
  const dashes = words.indexOf("--");
  if (dashes === -1) return { extra: words, afterDashes: [] };
  return { extra: words.slice(0, dashes), afterDashes: words.slice(dashes + 1) };
}
