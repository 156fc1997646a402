import * as v from "valibot";
import type { Derivation, Run, ToolchainRequest } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import { optionWords } from "../arguments/arguments.ts";
import type { LibContext } from "../arguments/libContext.ts";
import type { Schema } from "../arguments/refuse.ts";
import { tools, withTools } from "../tools/tools.ts";
import { layeredTarget } from "./buildDepsOnly.ts";
import {
  type CargoArgs,
  type CargoInvocation,
  cargoInvocation,
  cargoSchema,
  messageFormat,
  mkCargoDerivation,
  splitAtDashes,
} from "./mkCargoDerivation.ts";

export type CargoLlvmCovArgs = CargoArgs & {
  /** What cargo-llvm-cov runs: `test`, `run` or `nextest`. Default: `test`. */
  readonly cargoLlvmCovCommand?: "test" | "run" | "nextest";
  /** After the command; `$out` is the output. Default: `["--lcov", "--output-path", "$out/coverage"]`. */
  readonly cargoLlvmCovExtraArgs?: readonly string[];
};

export const cargoLlvmCovSchema = {
  ...cargoSchema,
  cargoLlvmCovCommand: v.optional(v.picklist(["test", "run", "nextest"], "`test`, `run` or `nextest`")),
  cargoLlvmCovExtraArgs: v.optional(optionWords),
} satisfies Schema<CargoLlvmCovArgs>;

/** Where Crane has it for `cargoNextest`. For `cargoLlvmCov` it has the output itself, which is a directory here. */
export const lcov = ["--lcov", "--output-path", "$out/coverage"];

/**
 * `cargo llvm-cov` on top of the ordinary dependency layer; what it writes is the output (Crane's `cargoLlvmCov`). Only the
 * project's own packages are instrumented (cargo-llvm-cov 0.9.1).
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * const coverage = crane.cargoLlvmCov({
 *   src,
 *   cargoArtifacts,
 *   cargoLlvmCovExtraArgs: ["--workspace", "--fail-under-lines", "80", "--lcov", "--output-path", "$out/coverage"],
 * });
 */
export function cargoLlvmCov(context: LibContext, args: CargoLlvmCovArgs): Derivation {
  const { cargoLlvmCovCommand: command = "test", cargoLlvmCovExtraArgs: extra = lcov } = args;
  const tested = cargoInvocation(command === "run" ? "build" : "test", args, {
    extra: cargoOptionsIn(extra),
  });
  const needed =
    command === "nextest" ? [tools.cargoLlvmCov(), tools.cargoNextest()] : [tools.cargoLlvmCov()];
  const profile = args.cargoProfile ?? "release";
  const options = [
    ...(profile === "" ? [] : [command === "nextest" ? "--cargo-profile" : "--profile", profile]),
    ...(args.cargoExtraArgs ?? ["--locked"]),
    ...extra.map(atOut),
  ];
  return mkCargoDerivation(withLlvmTools(context), {
    ...args,
    pnameSuffix: "-llvm-cov",
    nativeBuildInputs: withTools(args.nativeBuildInputs, ...needed),
    env: { ...llvmCovEnvironment, ...args.env },
    stepVariables: Object.keys(llvmCovEnvironment),
    buildPhaseCargoCommand: [llvmCovRun(command, options)],
    target: layeredTarget(context, args, [tested]),
  });
}

/**
 * cargo-llvm-cov would compile in a directory of its own, without the layer. In this one nothing is stale, so nothing need
 * be removed before: see `llvmCovRun`.
 */
export const llvmCovEnvironment = { CARGO_LLVM_COV_TARGET_DIR: world.targetDirectory } as const;

/**
 * Cargo's messages come to the standard output where the report goes elsewhere. nextest has messages of its own there.
 */
export function llvmCovRun(command: string, options: readonly string[]): Run {
  const { extra } = splitAtDashes(options);
  const writesFiles = extra.some((word) => /^--(?:no-report$|output-(?:path|dir)(?:=|$))/.test(word));
  const tells = writesFiles && command !== "nextest";
  // To instrument a dependency, its ordinary unit has to be removed.
  const keeps = extra.some((word) => /^--(?:no-clean$|dep-coverage(?:=|$))/.test(word));
  return {
    type: "run",
    name: "llvm-cov",
    argv: [
      ...(["cargo", "llvm-cov", command] as const),
      ...(keeps ? [] : ["--no-clean"]),
      ...(tells ? ["--message-format", messageFormat] : []),
      ...options,
    ],
    ...(tells && { messages: "cargo" }),
  };
}

/** The same with `llvm-profdata` and `llvm-cov` in the toolchain: cargo-llvm-cov would have rustup bring them. */
export function withLlvmTools(context: LibContext): LibContext {
  const { toolchain } = context;
  if (toolchain.components.some((name) => /^llvm-tools(?:-preview)?$/.test(name))) return context;
  const more: ToolchainRequest = { ...toolchain, components: [...toolchain.components, "llvm-tools"] };
  return { ...context, toolchain: more };
}

export type CargoTarpaulinArgs = CargoArgs & {
  /** After `cargo tarpaulin`; `$out` is the output. Default: `["--skip-clean", "--out", "xml", "--output-dir", "$out"]`. */
  readonly cargoTarpaulinExtraArgs?: readonly string[];
};

export const cargoTarpaulinSchema = {
  ...cargoSchema,
  cargoTarpaulinExtraArgs: v.optional(optionWords),
} satisfies Schema<CargoTarpaulinArgs>;

/**
 * `cargo tarpaulin`; what it writes is the output (Crane's `cargoTarpaulin`). It instruments dependencies, too, so its
 * layer is one of its own, whatever `cargoArtifacts` has; `null` still means none. The engine is `llvm` on every machine:
 * tarpaulin's own default is `ptrace` on some (0.37.5).
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * const coverage = crane.cargoTarpaulin({ src });
 */
export function cargoTarpaulin(context: LibContext, args: CargoTarpaulinArgs): Derivation {
  const { cargoTarpaulinExtraArgs: given = ["--skip-clean", "--out", "xml", "--output-dir", "$out"] } = args;
  const extra = given.some((word) => /^--engine(?:=|$)/.test(word)) ? given : ["--engine", "llvm", ...given];
  const { cargoArtifacts, ...others } = args;
  const env = { LLVM_PROFILE_FILE: unread, ...args.env, RUSTFLAGS: tarpaulinFlags(args, extra) };
  const common = { ...others, env, ...(cargoArtifacts === null && { cargoArtifacts }) };
  const compiled = compileTests(common, ["--tests", ...cargoOptionsIn(extra)]);
  const profile = args.cargoProfile ?? "release";
  return mkCargoDerivation(context, {
    ...common,
    pnameSuffix: "-tarpaulin",
    stepVariables: ["LLVM_PROFILE_FILE", "RUSTFLAGS"],
    nativeBuildInputs: withTools(args.nativeBuildInputs, tools.cargoTarpaulin()),
    buildPhaseCargoCommand: [
      compiled.run,
      {
        type: "run",
        name: "tarpaulin",
        argv: [
          ...(["cargo", "tarpaulin"] as const),
          ...(profile === "" ? [] : ["--profile", profile]),
          ...(args.cargoExtraArgs ?? ["--locked"]),
          ...extra.map(atOut),
        ],
      },
    ],
    target: layeredTarget(context, common, [compiled]),
  });
}

/**
 * Where instrumented build scripts and macros tell of their run: tarpaulin counts what tests tell alone, for which it says
 * where (0.37.5). By default it would be beside the code, and a script that leaves something there runs in every build.
 */
const unread = `${world.home}/.cache/%m-%p.profraw`;

/**
 * What tarpaulin 0.37 gives rustc by `RUSTFLAGS`, before what stands there already, of which it takes nothing twice. So
 * what was compiled with these is fresh for it.
 */
function tarpaulinFlags({ env = {} }: CargoArgs, extra: readonly string[]): string {
  const has = (option: string) => extra.includes(option);
  const isPtrace = /--engine[= ]ptrace\b/i.test(extra.join(" "));
  const deadCode = has("--no-dead-code") ? [] : ["-Clink-dead-code"];
  return [
    ...["-Cdebuginfo=2", "-Cstrip=none"],
    ...(has("--avoid-cfg-tarpaulin") ? [] : ["--cfg=tarpaulin"]),
    ...(has("--release") ? ["-Cdebug-assertions=off"] : []),
    ...(isPtrace ? deadCode : ["-Cinstrument-coverage"]),
    ...(env.RUSTFLAGS === undefined ? [] : [env.RUSTFLAGS]),
  ].join(" ");
}

/**
 * `cargo test --no-run`, after which another program that has Cargo compile the same finds all of it fresh. It tells Gantry
 * what was compiled, which that program keeps for itself.
 */
export function compileTests(args: CargoArgs, extra: readonly string[]): CargoInvocation {
  return cargoInvocation("test", args, { extra: ["--no-run", ...extra] });
}

/** A word of a command in which `$out` is the output, as it is in a shell. */
export function atOut(word: string): string {
  return word.replace(/\$(?:out\b|\{out\})/g, world.out);
}

/**
 * Of the arguments of a program that runs tests, those that it hands on to Cargo, under Cargo's names: they decide which
 * units there are. What follows `--` is for the tests.
 *
 * @example
 * cargoOptionsIn(["--profile", "ci", "--workspace", "-E", "test(a)"]) // ["--workspace"]
 */
export function cargoOptionsIn(words: readonly string[]): string[] {
  const { extra } = splitAtDashes(words);
  const found: string[] = [];
  for (let at = 0; at < extra.length; at++) {
    const [, option = "", joined] = /^(--[^=]+|-[A-Za-z])=?(.+)?$/s.exec(extra[at] ?? "") ?? [];
    if (flags.has(option)) found.push(option);
    if (!withValue.has(option)) continue;
    const value = joined ?? extra[++at];
    if (value !== undefined) found.push(option === "--cargo-profile" ? "--profile" : option, value);
  }
  return found;
}

/** cargo-nextest 0.9.148, cargo-llvm-cov 0.9.1, cargo-tarpaulin 0.36. `--profile` is no profile of Cargo's to nextest. */
const flags: ReadonlySet<string> = new Set([
  ...["--workspace", "--all", "--lib", "--bins", "--examples", "--tests", "--benches", "--all-targets"],
  ...["--all-features", "--no-default-features", "--release", "-r", "--ignore-rust-version"],
]);
const withValue: ReadonlySet<string> = new Set([
  ...["-p", "--package", "--exclude", "--bin", "--example", "--test", "--bench", "-F", "--features"],
  ...["--target", "--cargo-profile", "--config", "-Z"],
]);
