import { mkdirSync, readFileSync, statSync } from "node:fs";
import { byCodeUnit } from "../../base/canonical.ts";
import type { Digest } from "../../base/digest.ts";
import { all, err, ok, type Result } from "../../base/result.ts";
import type { Derivation } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import type { Mount, SandboxInstance, World } from "../../sandbox/sandbox.ts";
import { type CargoSettings, cargoSettingsIn } from "../../units/key/cargoSettings.ts";
import type { UnitEnvironment } from "../../units/key/environment.ts";
import type { UnitReason } from "../../units/why/unitHistory.ts";
import { interrupted } from "../event.ts";
import type { Placement, Resolved } from "../inputs/resolvedInput.ts";
import { openStepLog, type StepLog } from "../why/journal.ts";
import { runPhases } from "./runPhases.ts";
import type { Engine } from "./stepContext.ts";
import { type KeptLayer, prepareTarget } from "./targetDirectory.ts";

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
  readonly configuration: CargoSettings;
  /** Enters the step's world with these mounts besides. */
  readonly enter: (name: string, writable: readonly Mount[]) => Promise<Result<SandboxInstance>>;
};

/** Runs a step in the sandbox and keeps its output and its units. */
export async function runStep(engine: Engine, step: StepRun): Promise<Result<StepOutcome>> {
  // Without a sandbox all steps of a store use one directory, one after the other.
  const place = engine.sandbox.level === "none" ? engine.store.exclusive("none", engine.signal) : undefined;
  await using _place = await place;
  await using _job = await engine.jobs.take(engine.signal);
  if (engine.signal.aborted) return err(interrupted());
  engine.emit({ type: "step-started", step: step.derivation.name });
  const assembled = await assembleWorld(step.mounts);
  if (!assembled.ok) return assembled;
  await using scratch = await engine.store.tempDir("step");
  using log = openStepLog(engine.store, step.key);
  const enter = (name: string, writable: readonly Mount[]) => {
    mkdirSync(`${scratch.path}/${name}`);
    return engine.sandbox.enter(worldOf(engine, assembled.value, writable), `${scratch.path}/${name}`);
  };
  const configuration = cargoSettingsIn(assembled.value.mounts, step.derivation);
  const given = { assembled: assembled.value, configuration };
  const at: Workplace = { engine, step, log, scratch: scratch.path, ...given, enter };
  const target = await prepareTarget(at);
  if (!target.ok) return target;
  const out = `${scratch.path}/out`;
  mkdirSync(out);
  const mounts: Mount[] = [{ at: world.out, kind: "writable", directory: out }];
  const entered = await enter("build", target.value ? [...mounts, target.value.mount] : mounts);
  if (!entered.ok) return entered;
  await using rooms = entered.value;
  const ran = await runPhases(at, rooms, { out, onMessage: target.value?.onMessage ?? (() => undefined) });
  const layer = await target.value?.keep(rooms);
  if (!ran.ok) return ran;
  const output = await engine.store.addTree(out);
  return ok({ output, ...(layer && { layer }) });
}

function worldOf(engine: Engine, assembled: Assembled, writable: readonly Mount[]): World {
  const jobs: Mount = { at: world.jobs, kind: "read-only", directories: [engine.jobs.pipe] };
  return { mounts: [...assembled.mounts, jobs, ...writable], scratch: [world.temporary, world.home] };
}

/** The read-only part of a step's world, and which content lies at which path. */
type Assembled = {
  /** Parents before what is mounted below them. */
  readonly mounts: readonly Mount[];
  /** The digest of the part (a vendored crate) that a path lies in. */
  readonly contentAt: (path: string) => Digest | undefined;
  /** The text of a file; undefined where there is none. */
  readonly textAt: (path: string) => string | undefined;
};

/** Puts every input on disk and says where it shall appear. */
async function assembleWorld(inputs: ReadonlyMap<string, readonly Resolved[]>): Promise<Result<Assembled>> {
  const placed = all(await Promise.all([...inputs].map(([at, resolved]) => placeAll(at, resolved))));
  if (!placed.ok) return placed;
  const parts = placed.value.flat();
  const byPath = new Map<string, string[]>();
  const contents = new Map<string, Digest>();
  for (const part of parts) {
    byPath.set(part.at, [...(byPath.get(part.at) ?? []), part.directory]);
    if (part.digest) contents.set(part.at, part.digest);
  }
  const mounts = [...byPath]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([at, directories]) => mountOf(at, directories));
  return ok({
    mounts,
    contentAt: (path) => contentAt(contents, path),
    textAt: (path) => textAt(byPath, path),
  });
}

async function placeAll(
  at: string,
  inputs: readonly Resolved[],
): Promise<Result<(Placement & { at: string })[]>> {
  const placed = all(await Promise.all(inputs.map((input) => input.place())));
  if (!placed.ok) return placed;
  return ok(placed.value.flat().map((placement) => ({ ...placement, at: at + placement.below })));
}

function mountOf(at: string, directories: readonly string[]): Mount {
  const [first = "", ...more] = directories;
  return { at, kind: "read-only", directories: [first, ...more] };
}

function textAt(byPath: ReadonlyMap<string, readonly string[]>, path: string): string | undefined {
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    const directories = byPath.get(path.slice(0, end)) ?? [];
    const files = directories.map((directory) => directory + path.slice(end));
    const found = files.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
    if (found !== undefined) return readFileSync(found, "utf8");
  }
  return undefined;
}

/** Walks up from the path, since a crate's root is at most a few directories above any of its files. */
function contentAt(contents: ReadonlyMap<string, Digest>, path: string): Digest | undefined {
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
    const digest = contents.get(path.slice(0, end));
    if (digest) return digest;
  }
  return undefined;
}
