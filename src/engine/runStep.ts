import { mkdirSync } from "node:fs";
import type { Digest } from "../base/digest.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Derivation } from "../derivation/derivation.ts";
import type { Rooms } from "../sandbox/sandbox.ts";
import type { Mount, World } from "../sandbox/world.ts";
import type { UnitEnvironment } from "../units/unitEnvironment.ts";
import type { UnitReason } from "../units/unitHistory.ts";
import { type Assembled, assembleWorld } from "./assembleWorld.ts";
import { type Configuration, configurationIn } from "./configurationIn.ts";
import type { Engine } from "./engine.ts";
import { interrupted } from "./interrupted.ts";
import { jobPipe } from "./jobBudget.ts";
import type { Resolved } from "./resolved.ts";
import { runPhases } from "./runPhases.ts";
import { openStepLog, type StepLog } from "./stepLog.ts";
import { type KeptLayer, prepareTarget } from "./target.ts";

/** A step whose key is not recorded, so that it has to run. */
export type StepRun = {
  readonly derivation: Derivation;
  readonly key: Digest;
  readonly mounts: ReadonlyMap<string, readonly Resolved[]>;
  /** The layer that it starts from. */
  readonly from?: { readonly digest: Digest; readonly environment: UnitEnvironment };
  /** Told the units that have to be compiled, as soon as that is decided. */
  readonly onCompile: (units: readonly UnitReason[]) => void;
  /** Told what else is to be known about how it ran. */
  readonly onNote: (text: string) => void;
};

/** What a step that ran well has left. */
export type StepOutcome = {
  readonly output: Digest;
  readonly layer?: KeptLayer;
};

/** What a running step has at hand. */
export type Workplace = {
  readonly engine: Engine;
  readonly step: StepRun;
  readonly log: StepLog;
  /** A directory of the store's own, on its file system, gone when the step ends. */
  readonly scratch: string;
  readonly assembled: Assembled;
  /** Read once for all that the step asks of Cargo. */
  readonly configuration: Configuration;
  /** Enters the step's world with these mounts besides. */
  readonly enter: (name: string, writable: readonly Mount[]) => Promise<Result<Rooms>>;
};

/** Runs a step in the sandbox and keeps its output and its units. */
export async function runStep(engine: Engine, step: StepRun): Promise<Result<StepOutcome>> {
  // Without a sandbox all steps of a store use one directory, one after the other.
  const place = engine.sandbox.level === "none" ? engine.store.lock("none", engine.signal) : undefined;
  await using _place = await place;
  await using _job = await engine.jobs.take(engine.signal);
  if (engine.signal.aborted) return err(interrupted());
  engine.emit({ type: "step-started", step: step.derivation.name });
  const assembled = await assembleWorld(step.mounts);
  if (!assembled.ok) return assembled;
  await using scratch = await engine.store.tempDir("step");
  using log = openStepLog(engine.store, step.key);
  const enter = (name: string, writable: readonly Mount[]) => {
    const world = worldOf(engine, assembled.value, writable);
    mkdirSync(`${scratch.path}/${name}`);
    return engine.sandbox.enter(world, `${scratch.path}/${name}`);
  };
  const configuration = configurationIn(assembled.value.mounts, step.derivation);
  const given = { assembled: assembled.value, configuration };
  const at: Workplace = { engine, step, log, scratch: scratch.path, ...given, enter };
  const target = await prepareTarget(at);
  if (!target.ok) return target;
  const out = `${scratch.path}/out`;
  mkdirSync(out);
  const mounts: Mount[] = [{ at: "/build/out", kind: "writable", directory: out }];
  const entered = await enter("build", target.value ? [...mounts, target.value.mount] : mounts);
  if (!entered.ok) return entered;
  await using rooms = entered.value;
  const ran = await runPhases(at, rooms, { out, onMessage: target.value?.onMessage ?? (() => undefined) });
  const layer = await target.value?.keep(rooms);
  if (!ran.ok) return ran;
  const output = await engine.store.addTree(out);
  return output.ok ? ok({ output: output.value, ...(layer && { layer }) }) : output;
}

function worldOf(engine: Engine, assembled: Assembled, writable: readonly Mount[]): World {
  const jobs: Mount = { at: jobPipe, kind: "read-only", directories: [engine.jobs.pipe] };
  return { mounts: [...assembled.mounts, jobs, ...writable], scratch: ["/tmp", "/build/home"] };
}
