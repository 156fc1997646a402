import { mkdirSync } from "node:fs";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { canonical, type Digest, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { offeredFeatures } from "../../cargo/manifest/offeredFeatures.ts";
import { type OwnPackage, planFailure, printsNoUnitGraph } from "../../cargo/plan/planFailure.ts";
import { membersAmong } from "../../cargo/workspace/workspaceMembers.ts";
import { workingDirectory } from "../../derivation/steps.ts";
import { world } from "../../derivation/world.ts";
import type { SandboxInstance } from "../../sandbox/sandbox.ts";
import type { TreeFile } from "../../store/treeDigest.ts";
import { walk } from "../../tree/walk.ts";
import type { StepEnvironment } from "../../units/key/environment.ts";
import { keepRustcInfo, restoreRustcInfo, rustcAnswers } from "../../units/layout/rustcInfo.ts";
import { interrupted } from "../event.ts";
import type { ResolvedInput } from "../inputs/resolvedInput.ts";
import { digestWithoutCode, isCode } from "../inputs/source.ts";
import { changedInput } from "./changedInput.ts";
import { configuredArgv } from "./configuredArgv.ts";
import type { Step, StepContext } from "./stepContext.ts";
import { stepKey } from "./stepKey.ts";

type Plans = readonly (readonly string[])[];

/**
 * The unit graphs of a step's invocations of Cargo; undefined if it does not print any. What Cargo printed is
 * remembered by all that it can have read, so that an edit of code need not be planned again.
 *
 * Errors: those of `planFailure`, or what the filter of the source dropped; `interrupted`; `input-changed`.
 *
 * @param environment that the step's units are compiled in
 */
export async function unitGraphs(
  context: StepContext,
  plans: Plans,
  environment: StepEnvironment,
): Promise<Result<readonly string[] | undefined>> {
  const { records } = context.engine.store;
  const key = planKey(context, plans, environment);
  const asking = askingKey(context.step, environment);
  const { shared, rebuild } = context.engine;
  if (shared && !rebuild && !records.get("unit-graphs", key))
    await shared.bring([
      { kind: "unit-graphs", key },
      { kind: "rustc-info", key: asking },
    ]);
  const known = records.get("unit-graphs", key);
  // Where the answers are in keys, they have to be known, too.
  if (known && (!environment.hasOtherCompiler || rustcAnswers(records, asking))) return ok(known);
  const graphs = await printUnitGraphs(context, plans, asking);
  if (graphs.ok && graphs.value) records.set("unit-graphs", key, graphs.value);
  return graphs;
}

/**
 * What the answers are kept by that Cargo gets where it asks rustc about itself: the environment, and all files that the step is
 * made from, where another program may read any of them for it.
 */
export function askingKey(
  { mounts }: Pick<Step, "mounts">,
  { own, hasOtherCompiler }: Pick<StepEnvironment, "own" | "hasOtherCompiler">,
): Digest {
  if (!hasOtherCompiler) return own.whole;
  const contents = [...mounts].map(([at, inputs]) => [at, inputs.map(({ digest }) => digest)]);
  return digestOf(canonical([own.whole, Object.fromEntries(contents)]));
}

/** The step's key as it would be if its Rust sources were empty. Another program than rustc may read these, when Cargo plans. */
function planKey({ engine, step }: StepContext, plans: Plans, { hasOtherCompiler }: StepEnvironment): Digest {
  const seen = (input: ResolvedInput) => (hasOtherCompiler ? input.digest : planned(input, plans));
  const mounts = [...step.mounts].map(([at, inputs]) => [at, inputs.map(seen)]);
  return stepKey(step.derivation, {
    mounts: Object.fromEntries(mounts),
    sandbox: engine.sandbox.identity,
  });
}

/**
 * Cargo plans by manifests, locks, its settings and which files are there. It does not open code, unless that
 * is what it is told to build (RFC 3502) or a link gives it another name.
 */
function planned({ digest, files }: ResolvedInput, plans: Plans): Digest {
  if (!files || plans.flat().some(isCode) || files.some(isCodeRenamed)) return digest;
  return digestWithoutCode(files);
}

function isCodeRenamed(file: TreeFile): boolean {
  return file.type === "symlink" && isCode(file.target) && !isCode(file.path);
}

/**
 * Has Cargo print the unit graph of each invocation, in the step's own world, so that what it plans is what it
 * will do; undefined if it does not print any. Unit graphs are unstable; `RUSTC_BOOTSTRAP`, for this call alone, has a
 * stable Cargo print them (seen with Cargo 1.95).
 */
async function printUnitGraphs(
  context: StepContext,
  plans: readonly (readonly string[])[],
  asking: Digest,
): Promise<Result<readonly string[] | undefined>> {
  const arrived = await context.inputs.arrived;
  if (!arrived.ok) return arrived;
  const start = performance.now();
  const directory = `${context.scratch}/plan-target`;
  mkdirSync(directory);
  const { at = world.targetDirectory } = context.step.derivation.targetDirectory ?? {};
  const instance = context.enter("plan", [{ at, kind: "writable", directory }]);
  const { store, signal } = context.engine;
  const { records } = store;
  if (!restoreRustcInfo(records, asking, directory)) {
    // A step and its layer may be planned at the same time: one asks for both.
    await using _alone = await store.exclusive(`rustc-info ${asking}`, signal);
    if (!restoreRustcInfo(records, asking, directory)) {
      await askRustc(context, instance);
      // Who was stopped may have written half of it.
      if (signal.aborted) return err(interrupted());
      const changed = await changedInput(context.step);
      if (changed) return err(changed);
      keepRustcInfo(records, asking, directory);
    }
  }
  const graphs: string[] = [];
  for (const plan of plans) {
    const errors: string[] = [];
    const graph: string[] = [];
    const exit = await instance.run({
      argv: cargo(context, ...plan, "--unit-graph", "-Z", "unstable-options"),
      cwd: workingDirectory(context.step.derivation),
      env: { ...context.step.derivation.env, RUSTC_BOOTSTRAP: "1" },
      sparePipe: context.jobserver.sparePipe,
      signal: context.engine.signal,
      onLine: (stream, line) => void (stream === "stdout" ? graph : errors).push(line),
    });
    if (!exit.ok) return exit;
    if (exit.value.interrupted) return err(interrupted());
    if (exit.value.status !== 0 && printsNoUnitGraph(errors)) return ok(undefined);
    if (exit.value.status !== 0) return err(await planFailed(context, plan, errors));
    graphs.push(graph.join("\n"));
  }
  const changed = await changedInput(context.step);
  if (changed) return err(changed);
  // For profilers and benchmarks, which observe it from outside.
  performance.measure("plan", { start });
  return ok(graphs);
}

/**
 * Has Cargo ask rustc what it asks before it plans: not with `RUSTC_BOOTSTRAP`, which rustc could answer otherwise. What
 * is wrong with the project, planning will say.
 */
async function askRustc(context: StepContext, instance: SandboxInstance): Promise<void> {
  const { env } = context.step.derivation;
  await instance.run({
    argv: cargo(context, "tree", "--locked", "--depth", "0"),
    cwd: workingDirectory(context.step.derivation),
    env,
    sparePipe: context.jobserver.sparePipe,
    signal: context.engine.signal,
    onLine: () => undefined,
  });
}

function cargo({ cargoSettings, step }: StepContext, ...words: string[]): readonly [string, ...string[]] {
  return configuredArgv(step.derivation, cargoSettings.settings, ["cargo", ...words]);
}

async function planFailed(
  { engine, step, inputs }: StepContext,
  plan: readonly string[],
  errors: readonly string[],
): Promise<Diagnostic> {
  const directory = workingDirectory(step.derivation);
  const failure = planFailure(
    {
      ...{ step: step.derivation.name, plan, packages: ownPackages({ step, inputs }) },
      lock: inputs.textAt(`${directory}/Cargo.lock`) ?? "",
    },
    errors,
  );
  const filtered = await engine.filteredFile(step.derivation, errors.join("\n"));
  return filtered ? { ...filtered, causes: failure.causes } : failure;
}

/** The members of the step's workspace; none where a manifest cannot be read, of which Cargo will tell. */
function ownPackages({ step, inputs }: Pick<StepContext, "step" | "inputs">): OwnPackage[] {
  const { workspace = "." } = step.derivation;
  const source = inputs.mounts.find(({ at }) => at === world.source);
  const directory = source?.kind === "read-only" ? source.directories[0] : undefined;
  if (directory === undefined) return [];
  const members = membersAmong(
    [...walk(directory)].map(({ path }) => path),
    (path) => inputs.textAt(`${world.source}/${path}`) ?? "",
    workspace,
  );
  if (!members.ok) return [];
  return members.value.flatMap(({ manifest }): OwnPackage[] => {
    const { package: own, raw } = manifest;
    if (!own) return [];
    const { name, version } = own;
    return [
      {
        name,
        ...(typeof version === "string" && { version }),
        features: Object.keys(offeredFeatures(raw)),
      },
    ];
  });
}
