import { type Digest, digestOf } from "../../../src/base/digest.ts";
import { parseUnitGraph } from "../../../src/cargo/plan/unitGraph.ts";
import { environmentOf, type StepEnvironment } from "../../../src/units/key/environment.ts";
import { localSource, packageDirectory } from "../../../src/units/key/localSource.ts";
import { manifestTable } from "../../../src/units/key/manifestFacts.ts";
import { baseKey, type KeyContext, noticesPrimary } from "../../../src/units/key/unitKey.ts";
import { type PlannedUnit, planUnits } from "../../../src/units/key/unitPlan.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { assigned } from "./assigned.ts";
import { type Case, type LoggedBuild, loggedBuild } from "./loggedBuild.ts";

/** A unit of a build, with its key and what Cargo started for it. */
export type KeyedUnit = {
  readonly name: string;
  readonly key: Digest;
  /** Of arguments and variables what a unit may notice, one a line. */
  readonly given: readonly string[];
};

/** What is not in a key, and why nothing can come of that. */
const leftOut: readonly (readonly [RegExp, string])[] = [
  [/^CARGO_MAKEFLAGS=/, "where to get a job's token"],
  [/^(PWD|OLDPWD|SHLVL|_|PATH|HOME|RUSTUP_.*|CARGO_HOME)=/, "the surroundings of this test"],
  [/^LD_LIBRARY_PATH=/, "where the loader looks: below the target directory, and in the toolchain"],
  [/^CARGO_BIN_EXE_.*=placeholder/, "code that asks for it in a check is not kept"],
  [/^--(error-format|json|diagnostic-width)=?/, "how rustc writes its messages"],
];

const unlessNoticed = /^CARGO_PRIMARY_PACKAGE=/;

/** Builds a case and gives its units keys as Gantry does. */
export function keyedBuild(base: string, given: Case): { units: readonly KeyedUnit[]; planned: number } {
  const { graph, started }: LoggedBuild = loggedBuild(base, given);
  const environment = environmentIn(given);
  const plan = planUnits([valueOfResult(parseUnitGraph(graph))], {
    words: [given.words],
    hasPlatformSettings: environment.hasPlatformSettings,
    manifest: manifestTable(given.files["source/Cargo.toml"] ?? ""),
  });
  const context = contextOf(given, plan, environment);
  const processes = assigned(plan, started);
  const keys = new Map<Digest, Digest>();
  const units: KeyedUnit[] = [];
  for (const planned of plan) {
    const key = baseKey(planned, keys, context);
    if (key === undefined) continue;
    keys.set(planned.id, key);
    const process = processes.get(planned.id);
    if (!process) continue;
    const { package: of, target, mode } = planned.unit;
    const variables = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
    const isNoticed = (line: string) =>
      !leftOut.some(([pattern]) => pattern.test(line)) &&
      (noticesPrimary(planned, context) || !unlessNoticed.test(line) || !planned.isPrimary);
    units.push({
      name: `${of.name} ${target.name} ${mode}`,
      key,
      given: [...process.argv, ...variables.sort()].filter(isNoticed),
    });
  }
  return { units, planned: plan.length };
}

function environmentIn({ files, words, env }: Case): StepEnvironment {
  const config = files["source/.cargo/config.toml"];
  return environmentOf({
    derivation: {
      ...{ type: "derivation", name: "app", env, mounts: {} },
      phases: [{ type: "run", name: "build", argv: ["cargo", ...words], messages: "cargo" }],
      targetDirectory: { plans: [words], keep: "all" },
    },
    mounts: new Map(),
    settings: { settings: config === undefined ? [] : [config], files: {} },
    sandbox: "full",
  });
}

function contextOf(
  { files }: Case,
  plan: readonly PlannedUnit[],
  { own, local, hasOtherPrograms }: StepEnvironment,
): KeyContext {
  const source = Object.entries(files).flatMap(([path, text]) => {
    const within = /^source\/(.*)/.exec(path)?.[1];
    return within === undefined ? [] : [[within, text] as const];
  });
  const texts = new Map(source);
  return {
    ...{ environment: own, localEnvironment: local, hasOtherPrograms },
    contentOf: (path) => (path.startsWith("/build/vendor/") ? digestOf(path.split("/")[3] ?? "") : undefined),
    local: localSource(
      {
        files: source.map(([path, text]) => ({
          path,
          type: "file",
          digest: digestOf(text),
          executable: false,
        })),
        textOf: (path) => texts.get(path) ?? "",
        ...{ sizeOf: () => 0, contentAt: () => undefined, variables: {} },
      },
      new Set(["", ...plan.flatMap((planned) => packageDirectory(planned) ?? [])]),
    ),
  };
}
