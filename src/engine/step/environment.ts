import { canonical, type Data } from "../../base/canonical.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import type { Phase, Run } from "../../derivation/model.ts";
import type { Memo } from "../../store/store.ts";
import { settingFlags } from "../../units/key/cargoSettings.ts";
import type { UnitEnvironment } from "../../units/key/unitKey.ts";
import type { Workplace } from "./runStep.ts";

/**
 * What is compiled, and so belongs to the units' own keys, and where Cargo finds it. All other mounts are the
 * environment.
 */
const compiled = new Set(["/build/source", "/build/vendor", "/build/.cargo"]);

type Besides = {
  /** What runs beside Cargo's plain commands. */
  readonly compilers: readonly Phase[];
  /** Variables that the units' own keys have. Default: none. */
  readonly without?: Readonly<Record<string, string>>;
};

/**
 * The environment that a step's units are compiled in: variables, toolchain, native inputs, Cargo's
 * configuration, the sandbox, and what else runs. The source's own `.cargo/config.toml` is read where it lies, since
 * its flags and variables reach every unit, and so does what it names of the source's files.
 */
export function environmentOf(
  { engine, step, configuration }: Pick<Workplace, "engine" | "step" | "configuration">,
  { compilers, without = {} }: Besides,
): UnitEnvironment {
  const mounts = [...step.mounts].filter(([at]) => !compiled.has(at));
  const parts: EnvironmentParts = {
    env: Object.fromEntries(Object.entries(step.derivation.env).filter(([name]) => !(name in without))),
    mounts: Object.fromEntries(mounts.map(([at, inputs]) => [at, inputs.map((input) => input.digest)])),
    names: Object.fromEntries(
      mounts.map(([at, inputs]) => [at, inputs.flatMap((input) => input.name ?? []).join(", ")]),
    ),
    configuration: configuration.settings,
    ...(Object.keys(configuration.files).length > 0 && { files: configuration.files }),
    flags: settingFlags(step.derivation.target?.plans ?? []),
    sandbox: engine.sandbox.identity,
    compilers: compilers.map((phase): Data => ({ ...phase })),
  };
  const whole = recorded(engine.store.memo, parts);
  // Flags may stand in such a file, too.
  if (parts.files || mayCompileWithNatives(parts)) return { whole, pure: whole };
  const usr = { ...parts.mounts, "/usr": baseSystemOf(step) };
  return { whole, pure: recorded(engine.store.memo, { ...parts, mounts: usr }) };
}

function recorded(memo: Memo, parts: EnvironmentParts): Digest {
  const { names: _, ...hashed } = parts;
  const digest = digestOf(canonical(hashed));
  recordEnvironment(memo, digest, parts);
  return digest;
}

/** What is mounted at `/usr` beside native packages. */
function baseSystemOf({ derivation, mounts }: Workplace["step"]): Digest[] {
  const described = derivation.mounts["/usr"] ?? [];
  const inputs = "type" in described ? [described] : described;
  return (mounts.get("/usr") ?? []).flatMap(({ digest }, at) =>
    inputs[at]?.type === "native" ? [] : [digest],
  );
}

/** Where a native program may be called for every unit, or what flags rustc gets names files of the system. */
function mayCompileWithNatives({ env, configuration, flags }: EnvironmentParts): boolean {
  const rustflags = Object.entries(env).flatMap(([name, value]) => (/RUSTFLAGS/.test(name) ? [value] : []));
  const settings = [...configuration, ...flags, ...rustflags];
  return configuresOtherPrograms(env, settings) || settings.some((text) => /\/usr\b/.test(text));
}

/**
 * Of a step's variables those that reach the project's units only through code of theirs: a build script, a macro, or
 * `env!`. Which of them a unit may have read is noted for each, so that another value compiles only these again. All
 * others are part of the environment of every unit.
 *
 * @param settings Cargo's configuration and its arguments
 * @returns none where another program than rustc and its linker is configured, since nobody knows what that one reads
 */
export function codeVariables(
  env: Readonly<Record<string, string>>,
  settings: readonly string[],
): Record<string, string> {
  if (configuresOtherPrograms(env, settings)) return {};
  return Object.fromEntries(Object.entries(env).filter(([name]) => !tools.test(name)));
}

/** Whether variables or Cargo's configuration name a program that compiles or links in rustc's stead. */
function configuresOtherPrograms(
  env: Readonly<Record<string, string>>,
  settings: readonly string[],
): boolean {
  return [...settings, ...Object.keys(env)].some((text) => otherPrograms.test(text));
}

/** In a configuration file, in `--config`, and in names like `CARGO_TARGET_<TRIPLE>_LINKER`. */
const otherPrograms = /wrapper|linker|(^|[\s."])rustc["\s]*=|^rust(do)?c$/i;

/**
 * Names that Cargo, rustc, Clippy, LLVM, the C compiler as linker, `ld` and the system's loader look up (the Cargo
 * book, rustc 1.95, gcc(1), ld(1), ld.so(8)), and those that most programs do.
 */
const tools =
  /^(CARGO|RUST|CLIPPY|LLVM|GCC_|COLLECT_|GNUTARGET$|LTO|LLD_|MOLD_|LD|LIBRARY_PATH$|COMPILER_PATH$|DYLD_|GLIBC_|MALLOC|MAKE|MFLAGS$|SOURCE_DATE_EPOCH$|ZERO_AR_DATE$|MACOSX_|SDKROOT$|DEVELOPER_DIR$|PATH$|HOME$|TMPDIR$|TE?MP$|LANG|LC_|TZ$|TERM$|PWD$|XDG_)/;

/**
 * What else than plans decides how the project's own packages are compiled. Clippy is another compiler, whose arguments
 * Cargo does not plan with, and which does not compile others' packages.
 */
export function shapingPhases(phases: readonly Phase[]): Run[] {
  return runsUpToCargo(phases).filter((run) => !isCargo(run) || run.argv[1] === "clippy");
}

/** What a hook leaves in `/build/out` or `/build/target`, any build script may read. */
export function hooksOf(phases: readonly Phase[]): Run[] {
  return runsUpToCargo(phases).filter((run) => !isCargo(run));
}

function runsUpToCargo(phases: readonly Phase[]): Run[] {
  const runs = phases.filter((phase) => phase.type === "run");
  return runs.slice(0, runs.findLastIndex(isCargo) + 1);
}

/** A hook that calls Cargo does with it what it likes. */
export function isCargo({ messages }: Run): boolean {
  return messages === "cargo";
}

/** What an environment consists of, kept beside its digest so that a change of it can be told in words. */
type EnvironmentParts = {
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: Readonly<Record<string, readonly Digest[]>>;
  /** What people call what is mounted; not part of the digest. */
  readonly names: Readonly<Record<string, string>>;
  readonly configuration: readonly string[];
  /** Files of the source that the configuration names; absent where it names none. */
  readonly files?: Readonly<Record<string, Digest>>;
  /** Of Cargo's arguments, those that configure it. */
  readonly flags: readonly string[];
  readonly sandbox: string;
  /** What runs beside Cargo's plain commands: Clippy, and hooks that come before. */
  readonly compilers: readonly Data[];
};

const kind = "environment";

function recordEnvironment(memo: Memo, digest: Digest, parts: EnvironmentParts): void {
  if (memo.get(kind, digest) === undefined) memo.set(kind, digest, JSON.stringify(parts));
}

/** In words, the first thing in which an environment differs from an earlier one. */
export function environmentChange(memo: Memo, before: Digest, now: Digest): string {
  const [was, is] = [recordedEnvironment(memo, before), recordedEnvironment(memo, now)];
  if (!was || !is) return "the environment changed";
  return (
    toolchainChange(was, is) ??
    variableChange(was.env, is.env) ??
    mountChange(was, is) ??
    (canonical(was.configuration) === canonical(is.configuration)
      ? undefined
      : "`.cargo/config.toml` changed") ??
    fileChange(was.files, is.files) ??
    (canonical(was.flags ?? []) === canonical(is.flags)
      ? undefined
      : "Cargo's `--config` or `-Z` arguments changed") ??
    (was.sandbox === is.sandbox
      ? undefined
      : `the sandbox changed from \`${was.sandbox}\` to \`${is.sandbox}\``) ??
    "a hook, or the arguments of Clippy, changed"
  );
}

function recordedEnvironment(memo: Memo, digest: Digest): EnvironmentParts | undefined {
  const text = memo.get(kind, digest);
  return text === undefined ? undefined : JSON.parse(text);
}

const toolchain = "/build/toolchain";

function toolchainChange(was: EnvironmentParts, is: EnvironmentParts): string | undefined {
  if (same(was, is, toolchain)) return undefined;
  const [from, to] = [was.names[toolchain], is.names[toolchain]];
  return from && to && from !== to ? `the toolchain changed from ${from} to ${to}` : "the toolchain changed";
}

function variableChange(was: EnvironmentParts["env"], is: EnvironmentParts["env"]): string | undefined {
  const name = [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .sort()
    .find((each) => was[each] !== is[each]);
  if (name === undefined) return undefined;
  if (was[name] === undefined) return `the variable \`${name}\` was added`;
  return is[name] === undefined ? `the variable \`${name}\` was removed` : `the variable \`${name}\` changed`;
}

function fileChange(
  was: EnvironmentParts["files"] = {},
  is: EnvironmentParts["files"] = {},
): string | undefined {
  const path = [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .sort()
    .find((each) => was[each] !== is[each]);
  return path === undefined ? undefined : `\`${path}\` changed, which Cargo's configuration names`;
}

function mountChange(was: EnvironmentParts, is: EnvironmentParts): string | undefined {
  const at = [...new Set([...Object.keys(was.mounts), ...Object.keys(is.mounts)])].find(
    (each) => !same(was, is, each),
  );
  if (at === undefined) return undefined;
  return at === "/usr"
    ? "the native inputs, or the system's C compiler and libc, changed"
    : `\`${at}\` changed`;
}

function same(was: EnvironmentParts, is: EnvironmentParts, at: string): boolean {
  return (was.mounts[at] ?? []).join() === (is.mounts[at] ?? []).join();
}
