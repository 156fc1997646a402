import { canonical, type Data, type Digest, digestOf } from "../../base/digest.ts";
import type { Derivation, Phase, Run } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import { type CargoSettings, settingFlags } from "./cargoSettings.ts";
import { inputsAt, type MountedInput, platformsOf, withoutPlatforms, withoutRunners } from "./crossing.ts";

/** What units of packages are compiled in: toolchain, variables, native inputs, Cargo's settings, the sandbox. */
export type UnitEnvironment = {
  readonly whole: Digest;
  /** The same without native packages; the whole where it is not certain that rustc alone has a part in the units. */
  readonly pure: Digest;
  /**
   * What units see that are compiled for the machine itself, of a step that compiles for another platform. It lacks all that
   * is for that platform, so that build scripts and macros are the same for each. Absent: nothing is for another platform.
   */
  readonly host?: { readonly whole: Digest; readonly pure: Digest };
};

/** The environment of the project's own units; `host` is as in `UnitEnvironment`. */
export type LocalEnvironment = { readonly whole: Digest; readonly host?: Digest };

/** What a step says of the environment of its units. */
export type EnvironmentInputs = {
  readonly derivation: Derivation;
  /** The content of what is mounted, and what people call it. By mount path. */
  readonly mounts: ReadonlyMap<string, readonly MountedInput[]>;
  readonly settings: CargoSettings;
  /** See `Sandbox.identity`. */
  readonly sandbox: string;
  /** What rustc says of itself, where that does not follow from all else: see `StepEnvironment.hasOtherCompiler`. */
  readonly answers?: Digest;
};

/** The environments that a step compiles units in. */
export type StepEnvironment = {
  /** That of units of vendored packages. */
  readonly own: UnitEnvironment;
  /** That of units of the project's own packages. It lacks `codeVariables`. */
  readonly local: LocalEnvironment;
  /** Variables that reach the project's own units only through code of theirs: which of them a unit read is in its key. */
  readonly codeVariables: Readonly<Record<string, string>>;
  /** Others than rustc and its linker may have a part in the project's own units: Clippy, wrappers, what a hook sets up. */
  readonly hasOtherPrograms: boolean;
  /**
   * Another program answers, or passes on, what Cargo asks of rustc before it compiles, such as `--print cfg`. Nobody sees what it
   * reads for that, and build scripts are told the answers (`CARGO_CFG_…`).
   */
  readonly hasOtherCompiler: boolean;
  /** There are flags, a linker or the like for a platform: they reach what runs on the host where none is named. */
  readonly hasPlatformSettings: boolean;
  /** What the digests stand for. */
  readonly parts: ReadonlyMap<Digest, EnvironmentParts>;
};

/** What an environment consists of. All of it but `names` is hashed. */
export type EnvironmentParts = {
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: Readonly<Record<string, readonly Digest[]>>;
  /** What people call what is mounted. */
  readonly names: Readonly<Record<string, string>>;
  /** Of Cargo's settings in the source, what can reach a compiler. */
  readonly settings: readonly string[];
  /** Files of the source that the settings name; absent where they name none. */
  readonly files?: Readonly<Record<string, Digest>>;
  /** Of Cargo's arguments, those that configure it. */
  readonly flags: readonly string[];
  readonly sandbox: string;
  /** See `EnvironmentInputs`. */
  readonly answers?: Digest;
  /**
   * The directory of Cargo's workspace, of the project's own units alone: rustc runs in it, and is given paths that count
   * from it. Absent: the source's root.
   */
  readonly workspace?: string;
  /** What runs beside Cargo's plain commands: Clippy, and hooks that come before. */
  readonly compilers: readonly Data[];
};

/**
 * What is compiled, and so belongs to the units' own keys, and where Cargo finds it. All other mounts are the
 * environment.
 */
const compiled: ReadonlySet<string> = new Set([world.source, world.vendor, world.cargoConfig]);

/** The environments of a step's units: all that they may notice and that is not in the rest of their keys. */
export function environmentOf(given: EnvironmentInputs): StepEnvironment {
  const platforms = platformsOf(given.derivation);
  const step = withoutRunners(given, platforms);
  const host = platforms.length > 0 ? withoutPlatforms(step, platforms) : undefined;
  const { phases } = step.derivation;
  const parts = new Map<Digest, EnvironmentParts>();
  const digest = (environment: EnvironmentParts): Digest => {
    const { names: _, ...hashed } = environment;
    const digest = digestOf(canonical(hashed));
    parts.set(digest, environment);
    return digest;
  };
  const ownOf = (of: EnvironmentInputs) => {
    const whole = partsOf(of, of.derivation.env, hooksOf(phases));
    const withoutNatives = { ...whole, mounts: { ...whole.mounts, "/usr": baseSystemOf(of) } };
    return { whole: digest(whole), pure: digest(mayCompileWithNatives(whole) ? whole : withoutNatives) };
  };
  // Those that are for a platform are few, and what a unit for the machine itself reads of them, nobody should ask.
  const variables = variablesOfCode(host ?? step);
  const { workspace } = step.derivation;
  const localOf = (of: EnvironmentInputs) => {
    const all = Object.entries(of.derivation.env);
    const others = Object.fromEntries(all.filter(([name]) => !Object.hasOwn(variables, name)));
    return digest({
      ...partsOf(of, others, shapingPhases(phases)),
      ...(workspace !== undefined && { workspace }),
    });
  };
  const own = { ...ownOf(step), ...(host && { host: ownOf(host) }) };
  const local = { whole: localOf(step), ...(host && { host: localOf(host) }) };
  const { env } = (host ?? step).derivation;
  const texts = [...step.settings.settings, ...settingFlags(step.derivation.targetDirectory?.plans ?? [])];
  const hasOtherPrograms = shapingPhases(phases).length > 0 || configures(otherPrograms, env, texts);
  const hasOtherCompiler = configures(otherCompilers, env, texts);
  const hasPlatformSettings = [...Object.keys(env), ...texts].some((text) => platformSettings.test(text));
  const has = { hasOtherPrograms, hasOtherCompiler, hasPlatformSettings };
  return { own, local, codeVariables: variables, ...has, parts };
}

const platformSettings = /RUSTFLAGS|rustflags|^CARGO_TARGET_\w+_LINKER$|^\[target\b|\btarget\./m;

function partsOf(
  { derivation, mounts, settings, sandbox, answers }: EnvironmentInputs,
  env: Readonly<Record<string, string>>,
  compilers: readonly Run[],
): EnvironmentParts {
  const isCompiled = (at: string) =>
    compiled.has(at) || inputsAt(derivation.mounts, at).some(({ type }) => type === "cargo-home");
  const others = [...mounts].filter(([at]) => !isCompiled(at));
  return {
    env,
    mounts: Object.fromEntries(others.map(([at, inputs]) => [at, inputs.map((input) => input.digest)])),
    names: Object.fromEntries(
      others.map(([at, inputs]) => [at, inputs.flatMap((input) => input.name ?? []).join(", ")]),
    ),
    settings: settings.settings,
    ...(Object.keys(settings.files).length > 0 && { files: settings.files }),
    flags: settingFlags(derivation.targetDirectory?.plans ?? []),
    sandbox,
    ...(answers !== undefined && { answers }),
    compilers: compilers.map((phase): Data => ({ ...phase })),
  };
}

/** What is mounted at `/usr` beside native packages. */
function baseSystemOf({ derivation, mounts }: EnvironmentInputs): Digest[] {
  const inputs = inputsAt(derivation.mounts, "/usr");
  return (mounts.get("/usr") ?? []).flatMap(({ digest }, at) =>
    inputs[at]?.type === "native" || inputs[at]?.type === "tool" ? [] : [digest],
  );
}

/**
 * Whether a native program may be called for every unit, or what flags rustc gets names files of the system. Flags may
 * stand in a file that the settings name, too.
 */
function mayCompileWithNatives({ env, settings, files, flags }: EnvironmentParts): boolean {
  const texts = [...settings, ...flags, ...rustflagsIn(env)];
  return files !== undefined || configures(otherPrograms, env, texts) || texts.some(isOfSystem);
}

/** Whether a text names something of `/usr`, or by the links that lead there. */
function isOfSystem(text: string): boolean {
  return /\/(?:usr|s?bin|lib(?:32|64|x32)?)\b/.test(text);
}

function rustflagsIn(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => (/RUSTFLAGS/.test(name) ? [value] : []));
}

/** None where a hook runs, since what it does with them the compiler may see. */
function variablesOfCode({ derivation, settings }: EnvironmentInputs): Readonly<Record<string, string>> {
  const { env, phases, targetDirectory } = derivation;
  if (!shapingPhases(phases).every(isCargo)) return {};
  return codeVariables(env, [...settings.settings, ...settingFlags(targetDirectory?.plans ?? [])]);
}

/**
 * Of a step's variables those that reach the project's units only through code of theirs: a build script, a macro, or
 * `env!`. Which of them a unit may have read is noted for each, so that another value compiles only these again. All
 * others are part of the environment of every unit.
 *
 * @param settings Cargo's, of the source and of its arguments
 * @returns none where another program than rustc and its linker is configured, since nobody knows what that one reads
 */
export function codeVariables(
  env: Readonly<Record<string, string>>,
  settings: readonly string[],
): Record<string, string> {
  if (configures(otherPrograms, env, settings)) return {};
  return Object.fromEntries(Object.entries(env).filter(([name]) => !tools.test(name)));
}

/** Whether variables or Cargo's settings name a program that works in rustc's stead. */
function configures(
  programs: RegExp,
  env: Readonly<Record<string, string>>,
  settings: readonly string[],
): boolean {
  return [...settings, ...Object.keys(env), ...rustflagsIn(env)].some((text) => programs.test(text));
}

/**
 * What compiles or links, in a configuration file, in `--config`, in flags of rustc, and in names like
 * `CARGO_TARGET_<TRIPLE>_LINKER`.
 */
const otherPrograms = /wrapper|linker|(^|[\s."])rustc["\s]*=|^(CARGO_BUILD_)?RUST(DO)?C$/i;

/** Likewise, what Cargo asks in rustc's stead. */
const otherCompilers = /wrapper|(^|[\s."])rustc["\s]*=|^(CARGO_BUILD_)?RUSTC$/i;

/**
 * Names that Cargo, rustc, Clippy, LLVM, the C compiler as linker, `ld` and the system's loader look up (the Cargo
 * book, rustc 1.95, gcc(1), Clang 19, ld(1), ld.so(8)), and those that most programs do.
 */
const tools =
  /^(_*CARGO|RUST|CLIPPY|LLVM|GCC_|COLLECT_|GNUTARGET$|LTO|LLD_|MOLD_|WILD_|LD|LIBRARY_PATH$|COMPILER_PATH$|DYLD_|GLIBC_|MALLOC|MAKE|MFLAGS$|SOURCE_DATE_EPOCH$|ZERO_AR_DATE$|\w+_DEPLOYMENT_TARGET$|SDKROOT$|CCC_|DEVELOPER_DIR$|PATH$|HOME$|TMPDIR$|TE?MP$|LANG|LC_|TZ$|TERM$|PWD$|XDG_)/;

/**
 * What else than plans decides how the project's own packages are compiled. Clippy is another compiler, whose arguments
 * Cargo does not plan with, and which does not compile others' packages.
 */
function shapingPhases(phases: readonly Phase[]): Run[] {
  return runsUpToCargo(phases).filter(
    (run) => !isCargo(run) || run.argv[1] === "clippy" || isInstrumenting(run),
  );
}

/** What a hook leaves in `/build/out` or `/build/target`, any build script may read. */
function hooksOf(phases: readonly Phase[]): Run[] {
  return runsUpToCargo(phases).filter((run) => !isCargo(run) || isInstrumenting(run));
}

/**
 * cargo-llvm-cov wraps rustc, and gives it flags by the names of crates that Cargo does not plan with (0.9.1): they may
 * be those of vendored ones, too.
 */
function isInstrumenting({ argv }: Run): boolean {
  return argv[0] === "cargo" && argv[1] === "llvm-cov";
}

function runsUpToCargo(phases: readonly Phase[]): Run[] {
  const runs = phases.filter((phase) => phase.type === "run");
  return runs.slice(0, runs.findLastIndex(isCargo) + 1);
}

/** A hook that calls Cargo does with it what it likes. */
function isCargo({ messages }: Run): boolean {
  return messages === "cargo";
}
