import * as v from "valibot";
import { diagnostic } from "../../base/diagnostic.ts";
import type { Derivation, Input, Run } from "../../derivation/model.ts";
import { cargoEnvironment, world } from "../../derivation/world.ts";
import { optionWords } from "../arguments/arguments.ts";
import type { LibContext } from "../arguments/libContext.ts";
import { optionValues } from "../arguments/optionValues.ts";
import { refuse, type Schema } from "../arguments/refuse.ts";
import { tools, withTools } from "../tools/tools.ts";
import { layeredTarget } from "./buildDepsOnly.ts";
import {
  atOut,
  cargoOptionsIn,
  compileTests,
  lcov,
  llvmCovEnvironment,
  llvmCovRun,
  withLlvmTools,
} from "./coverage.ts";
import { type CargoArgs, cargoSchema, mkCargoDerivation } from "./mkCargoDerivation.ts";

export type CargoNextestArgs = CargoArgs & {
  /** `false` compiles the tests and runs none. Default: `true`. */
  readonly doCheck?: boolean;
  /** After `cargo nextest run`, beside `cargoExtraArgs`, such as `--profile ci`, which is one of nextest's. Default: none. */
  readonly cargoNextestExtraArgs?: readonly string[];
  /** For the runs of partitions alone, and where there are none for the only run. Default: none. */
  readonly cargoNextestPartitionsExtraArgs?: readonly string[];
  /** How many steps share the tests, at the same time. Default: 1. */
  readonly partitions?: number;
  /** How tests are shared: by `count`, `hash`, or as this nextest has it, such as `slice`. Default: `count`. */
  readonly partitionType?: string;
  /** The output has an archive of the tests, for other machines: `archive.tar.zst`. Default: `false`. */
  readonly withArchive?: boolean;
  /** For `cargo nextest archive` alone. Default: none. */
  readonly cargoNextestArchiveExtraArgs?: readonly string[];
  /** Run by cargo-llvm-cov. Not with partitions or an archive. Default: `false`. */
  readonly withLlvmCov?: boolean;
  /** For cargo-llvm-cov alone; `$out` is the output. Default: `["--lcov", "--output-path", "$out/coverage"]`. */
  readonly cargoLlvmCovExtraArgs?: readonly string[];
  /**
   * A test whose program did not change, and nothing that it was seen to read, does not run again where the step does. Not
   * with `withLlvmCov`. Default: `false`, since nobody sees whether a test goes by the time or by chance.
   */
  readonly keepTestResults?: boolean;
};

export const cargoNextestSchema = {
  ...cargoSchema,
  doCheck: v.optional(v.boolean()),
  cargoNextestExtraArgs: v.optional(optionWords),
  cargoNextestPartitionsExtraArgs: v.optional(optionWords),
  partitions: v.optional(v.pipe(v.number(), v.integer("a whole number"), v.minValue(1, "1 or more"))),
  partitionType: v.optional(v.string()),
  withArchive: v.optional(v.boolean()),
  cargoNextestArchiveExtraArgs: v.optional(optionWords),
  withLlvmCov: v.optional(v.boolean()),
  cargoLlvmCovExtraArgs: v.optional(optionWords),
  keepTestResults: v.optional(v.boolean()),
} satisfies Schema<CargoNextestArgs>;

/**
 * `cargo nextest run` on top of the dependency layer; its JUnit report is the output (Crane's `cargoNextest`). Partitions
 * are steps of their own, which begin with what one step before them compiled.
 *
 * @throws Refused: those of `mkCargoDerivation`; `configuration-argument` for what does not go together
 * @example
 * const tests = crane.cargoNextest({ src, cargoArtifacts, cargoNextestExtraArgs: ["--workspace"], partitions: 2 });
 */
export function cargoNextest(context: LibContext, args: CargoNextestArgs): Derivation {
  const { partitions = 1, partitionType = "count", doCheck = true } = args;
  checkTogether(args);
  if (args.withLlvmCov) return covered(context, args);
  if (partitions === 1) {
    const more = args.cargoNextestPartitionsExtraArgs ?? [];
    return stepOf(context, args, { suffix: "", runs: doCheck ? nextestRuns(args, more) : [] });
  }
  const compiled = stepOf(context, args, { suffix: "-build", runs: [] });
  if (!doCheck) return compiled;
  const numbers = Array.from({ length: partitions }, (_, index) => index + 1);
  const parts = numbers.map((number) => {
    const partition = ["--partition", `${partitionType}:${number}/${partitions}`];
    const runs = nextestRuns(args, [...partition, ...(args.cargoNextestPartitionsExtraArgs ?? [])]);
    const part = { ...args, withArchive: false, cargoArtifacts: compiled };
    return stepOf(context, part, { suffix: `-p${number}`, runs });
  });
  return joined(args, { compiled, parts });
}

function checkTogether({ partitions = 1, ...args }: CargoNextestArgs): void {
  const wrong = (what: string, help: string) =>
    refuse(diagnostic("configuration-argument", `${what} of \`cargoNextest\``, { help: [help], status: 2 }));
  if (args.withLlvmCov && (partitions > 1 || args.withArchive))
    wrong(
      "`withLlvmCov` does not go with `partitions` or `withArchive`",
      "declare the coverage as a check of its own: crane.cargoLlvmCov({ … })",
    );
  if (args.cargoNextestArchiveExtraArgs && !args.withArchive)
    wrong("`cargoNextestArchiveExtraArgs` has no effect without `withArchive`", "add it: withArchive: true");
  if (args.withLlvmCov && args.keepTestResults)
    wrong(
      "`withLlvmCov` does not go with `keepTestResults`: what does not run is not covered",
      "leave out `keepTestResults`",
    );
  if (args.cargoLlvmCovExtraArgs && !args.withLlvmCov)
    wrong("`cargoLlvmCovExtraArgs` has no effect without `withLlvmCov`", "add it: withLlvmCov: true");
}

type Part = { readonly suffix: string; readonly runs: readonly Run[] };

/** A step that compiles the tests, keeps the units, and then runs something. */
function stepOf(context: LibContext, args: CargoNextestArgs, { suffix, runs }: Part): Derivation {
  const compiled = compileTests(args, cargoOptionsIn(args.cargoNextestExtraArgs ?? []));
  const archived = args.withArchive ? [archiveRun(args)] : [];
  const step = mkCargoDerivation(context, {
    ...args,
    doCheck: true,
    pnameSuffix: `-nextest${suffix}`,
    nativeBuildInputs: withTools(args.nativeBuildInputs, tools.cargoNextest()),
    env: { ...quietly, ...args.env },
    stepVariables: Object.keys(quietly),
    buildPhaseCargoCommand: [compiled.run],
    checkPhaseCargoCommand: [...archived, ...runs],
    target: layeredTarget(context, args, [compiled]),
  });
  return withSettings(step);
}

/** As Crane has it: a bar that moves would fill the log. */
const quietly = { NEXTEST_SHOW_PROGRESS: "counter" } as const;

const settings = { directory: "/build/nextest", file: "gantry.toml" } as const;

/**
 * The step with settings for nextest, which go after those of the project: a JUnit report of each profile, beside Cargo's
 * files. nextest writes to `target` in the source, wherever Cargo does (0.9.148).
 */
function withSettings(step: Derivation): Derivation {
  const text = [
    `[store]\ndir = "${world.targetDirectory}/nextest"\n`,
    '[profile.default.junit]\npath = "junit.xml"\n',
  ].join("\n");
  const input: Input = { type: "files", files: { [settings.file]: text } };
  return { ...step, mounts: { ...step.mounts, [settings.directory]: input } };
}

const toolConfig = ["--tool-config-file", `gantry:${settings.directory}/${settings.file}`] as const;

function nextestRuns(args: CargoNextestArgs, more: readonly string[]): Run[] {
  const extra = [...(args.cargoNextestExtraArgs ?? []), ...more].map(atOut);
  return [
    {
      type: "run",
      name: "nextest",
      argv: ["cargo", "nextest", "run", ...toolConfig, ...ownOptions(args), ...extra],
      ...(args.keepTestResults && { keepsResults: true }),
    },
    reportRun(args, extra),
  ];
}

/** nextest calls other things `--profile`, `--jobs`, `--verbose` and `--quiet` than Cargo does. */
function ownOptions(args: CargoArgs): string[] {
  const profile = args.cargoProfile ?? "release";
  const words = args.cargoExtraArgs ?? ["--locked"];
  return [
    ...(profile === "" ? [] : ["--cargo-profile", profile]),
    ...words.map((word) => {
      const [, name = word, value = ""] = /^(--?[a-z]+)(.*)$/s.exec(word) ?? [];
      return (cargoNames[name] ?? name) + value;
    }),
  ];
}

const cargoNames: Readonly<Record<string, string>> = {
  "--profile": "--cargo-profile",
  "--jobs": "--build-jobs",
  "-j": "--build-jobs",
  "--verbose": "--cargo-verbose",
  "-v": "--cargo-verbose",
  "--quiet": "--cargo-quiet",
  "-q": "--cargo-quiet",
};

/** What nextest left for its profile, which may have other reports than ours. */
function reportRun({ env = {} }: CargoArgs, extra: readonly string[]): Run {
  const profile = optionValues(extra, "--profile", "-P").at(-1) ?? env.NEXTEST_PROFILE ?? "default";
  const copy = `if [ -d ${world.targetDirectory}/nextest ]; then cp -R "${world.targetDirectory}/nextest/$1/." "$out"; fi`;
  return { type: "run", name: "report", argv: ["sh", "-ec", copy, "sh", profile], isAlways: true };
}

function archiveRun(args: CargoNextestArgs): Run {
  const file = ["--archive-format", "tar-zst", "--archive-file", `${world.out}/archive.tar.zst`];
  const own = nextestOptions(cargoOptionsIn(args.cargoNextestExtraArgs ?? []));
  const more = (args.cargoNextestArchiveExtraArgs ?? []).map(atOut);
  return {
    type: "run",
    name: "archive",
    argv: ["cargo", "nextest", "archive", ...toolConfig, ...ownOptions(args), ...own, ...file, ...more],
  };
}

function nextestOptions(words: readonly string[]): string[] {
  return words.map((word) => (word === "--profile" ? "--cargo-profile" : word));
}

/** The reports of all partitions, and the archive, as one output. */
function joined(
  { withArchive = false }: CargoNextestArgs,
  { compiled, parts }: { readonly compiled: Derivation; readonly parts: readonly Derivation[] },
): Derivation {
  const at = (index: number) => `/build/partitions/p${index + 1}`;
  const copies = parts.map((_, index) => `cp -R ${at(index)}/. "$out/p${index + 1}"`);
  const archive = withArchive ? ['cp /build/partitions/archive/archive.tar.zst "$out"'] : [];
  const script = [...parts.map((_, index) => `mkdir "$out/p${index + 1}"`), ...copies, ...archive].join("\n");
  return {
    type: "derivation",
    name: compiled.name.replace(/-build$/, ""),
    phases: [{ type: "run", name: "join", argv: ["sh", "-ec", script], cwd: "/" }],
    env: cargoEnvironment,
    mounts: {
      ...Object.fromEntries(parts.map((of, index) => [at(index), { type: "output", of } as const])),
      ...(withArchive && { "/build/partitions/archive": { type: "output", of: compiled } }),
      [world.system]: { type: "base-system" },
    },
  };
}

/** Run by cargo-llvm-cov, which calls nextest. */
function covered(context: LibContext, args: CargoNextestArgs): Derivation {
  const { cargoLlvmCovExtraArgs: extra = lcov, doCheck = true } = args;
  const more = [...(args.cargoNextestExtraArgs ?? []), ...(args.cargoNextestPartitionsExtraArgs ?? [])];
  const compiled = compileTests(args, cargoOptionsIn([...extra, ...more]));
  const options = [...extra.map(atOut), ...toolConfig, ...ownOptions(args), ...more.map(atOut)];
  const step = mkCargoDerivation(withLlvmTools(context), {
    ...args,
    doCheck,
    pnameSuffix: "-nextest",
    nativeBuildInputs: withTools(args.nativeBuildInputs, tools.cargoNextest(), tools.cargoLlvmCov()),
    env: { ...quietly, ...llvmCovEnvironment, ...args.env },
    stepVariables: Object.keys({ ...quietly, ...llvmCovEnvironment }),
    buildPhaseCargoCommand: [],
    checkPhaseCargoCommand: [llvmCovRun("nextest", options), reportRun(args, more)],
    target: { ...layeredTarget(context, args, [compiled]), keep: "dependencies" },
  });
  return withSettings(step);
}
