import { canonical, type Digest } from "../../base/digest.ts";
import type { Derivation } from "../../derivation/model.ts";
import { inputsOf } from "../../derivation/steps.ts";
import { world } from "../../derivation/world.ts";
import type { RecordOf } from "../../store/kinds/kinds.ts";
import type { Store } from "../../store/store.ts";
import { fileEntries, type TreeFile } from "../../store/treeDigest.ts";
import { sandboxChange, variableChanges } from "../../units/why/environmentChange.ts";
import { lostReason } from "../../units/why/lostReason.ts";
import type { ResolvedInput } from "../inputs/resolvedInput.ts";
import { commandChanges, planChanges } from "./commandChanges.ts";
import { filesOfTree, noteFiles, sourceChanges } from "./fileChanges.ts";
import { nameInProject, type StepDecision } from "./journal.ts";

/** A step whose inputs are known. */
type Step = {
  readonly key: Digest;
  readonly derivation: Derivation;
  readonly mounts: ReadonlyMap<string, readonly ResolvedInput[]>;
  /** The layer that it starts from. */
  readonly layer?: { readonly digest: Digest };
};

/** Where it is built. */
type Place = {
  readonly store: Pick<Store, "records">;
  readonly project: string;
  readonly sandbox: { readonly identity: string };
};

/** Why a step runs of which there has been no result. */
export const notBuiltBefore = "it was not built here before";

/** What differs, the most telling first, as one sentence and one by one. */
type Change = { readonly reason: string; readonly all: readonly string[] };

/**
 * In words, why a step runs: the first of its parts that differs from those that it had in the last build of the project;
 * and all that differ, where they are several.
 */
export async function stepReason(
  place: Place,
  step: Step,
): Promise<Required<Pick<StepDecision, "reason">> & Pick<StepDecision, "changes">> {
  const before = place.store.records.get("step-parts", recordName(place, step));
  if (!before) return { reason: notBuiltBefore };
  const now = partsOf(place, step);
  const changes = changesOf(step, { before, now, files: await filesOf(place, step, before) });
  const all = [...new Set(changes.flatMap((change) => change.all))];
  return {
    reason: changes[0]?.reason ?? lostReason(place.store.records.doubted?.("result", step.key)),
    ...(all.length > 1 && { changes: all }),
  };
}

/**
 * Notes what a step was built from, or would have been if the store had not had it, for the reason of its next run. Not for
 * one that failed: nothing was built.
 */
export async function recordBuilt(place: Place, step: Step): Promise<void> {
  const { records } = place.store;
  const name = recordName(place, step);
  const parts = partsOf(place, step);
  const tree = treeOf(parts);
  const input = step.mounts.get(world.source)?.[0];
  const isListed = input?.files !== undefined || input?.reducedTo !== undefined;
  const before = records.get("step-parts", name);
  if (tree && isListed)
    await noteFiles(records, { tree, before: before && treeOf(before) }, () => listed(input));
  records.set("step-parts", name, parts);
  records.set("last-built", name, step.key);
}

function recordName({ project }: Place, { derivation }: Step): string {
  return nameInProject({ project, step: derivation.name });
}

type StepParts = RecordOf<"step-parts">;

/** The tree of a step's source. */
function treeOf({ mounts }: StepParts): Digest | undefined {
  return mounts[world.source]?.[0];
}

/** The files of its source then and now, as `fileEntries` tells; undefined where it is the same or was not noted. */
async function filesOf({ store }: Place, step: Step, parts: StepParts): Promise<Files | undefined> {
  const tree = treeOf(parts);
  const input = step.mounts.get(world.source)?.[0];
  const before = tree && tree !== input?.digest ? filesOfTree(store.records, tree) : undefined;
  return before === undefined ? undefined : { before, now: fileEntries(await listed(input)) };
}

type Files = { readonly before: string; readonly now: string };

async function listed(input: ResolvedInput | undefined): Promise<readonly TreeFile[]> {
  return input?.files ?? (await input?.reducedTo?.()) ?? [];
}

/** Causes come before their effects. */
function changesOf(step: Step, compared: Compared): Change[] {
  const { before, now } = compared;
  const paths = [...new Set([...Object.keys(before.mounts), ...Object.keys(now.mounts)])];
  const mounts = paths.filter((at) => (before.mounts[at] ?? []).join() !== (now.mounts[at] ?? []).join());
  const others = mounts.filter((at) => at !== world.toolchain);
  const [was, is] = [before, now].map((parts) => parts.mounts[world.toolchain]?.[0]);
  const toolchain = fromTo(before.names[world.toolchain], now.names[world.toolchain]);
  const commands = commandChange(before, now);
  const variables = variableChanges(before.env, now.env).map(only);
  // Another platform brings its variables along.
  const isElsewhere = commands.some(({ reason }) => reason.includes("`--target"));
  return [
    ...(was === is ? [] : [only(`the toolchain changed${toolchain}`)]),
    ...(before.sandbox === now.sandbox ? [] : [only(sandboxChange(before.sandbox, now.sandbox))]),
    ...(isElsewhere ? [...commands, ...variables] : [...variables, ...commands]),
    ...others.flatMap((at) => mountChanges(step, at, compared)),
    ...(was === is && mounts.includes(world.toolchain) ? [only("it is for other platforms")] : []),
    ...(before.layer === now.layer ? [] : [only("its dependency layer changed")]),
  ];
}

function only(reason: string): Change {
  return { reason, all: [reason] };
}

function commandChange(before: StepParts, now: StepParts): Change[] {
  if (before.phases === now.phases && before.target === now.target) return [];
  const changes = [
    ...new Set([...commandChanges(before.phases, now.phases), ...planChanges(before.target, now.target)]),
  ];
  return [only(`its commands changed${changes.length === 0 ? "" : `: ${changes.join(", ")}`}`)];
}

type Compared = { readonly before: StepParts; readonly now: StepParts; readonly files: Files | undefined };

function mountChanges(step: Step, at: string, { before, now, files }: Compared): Change[] {
  switch (at) {
    case world.source: {
      const isReduced = step.mounts.get(at)?.[0]?.reducedTo !== undefined;
      return sourceChanges(files?.before ?? "", files?.now ?? "", isReduced).map(filesChange);
    }
    case world.vendor:
    case world.cargoConfig: {
      const isChanged = at === world.vendor && (before.overrides || now.overrides);
      return [only(`\`Cargo.lock\` names other crates${isChanged ? ", or an override changed one" : ""}`)];
    }
    case world.system:
      return [
        only(
          `the native inputs, or the system's C compiler and libc, changed${fromTo(before.names[at], now.names[at])}`,
        ),
      ];
    case world.processor:
      return [only(`the processor that it compiles for changed${fromTo(before.names[at], now.names[at])}`)];
    default:
      return [only(`\`${at}\` changed`)];
  }
}

function filesChange(all: readonly string[]): Change {
  const others = all.length === 1 ? "" : `, and ${all.length - 1} more`;
  return { reason: `${all[0]}${others}`, all };
}

function fromTo(from: string | undefined, to: string | undefined): string {
  return from && to && from !== to ? ` from ${from} to ${to}` : "";
}

/** A toolchain, and the same with the standard libraries of other platforms. */
function digestsOf({ digest, ofHost = digest }: ResolvedInput): Digest[] {
  return ofHost === digest ? [digest] : [ofHost, digest];
}

function partsOf({ sandbox }: Place, { derivation, mounts, layer }: Step): StepParts {
  const { targetDirectory: target, workspace } = derivation;
  return {
    phases: canonical(derivation.phases.map((phase) => ({ ...phase }))),
    env: derivation.env,
    mounts: Object.fromEntries([...mounts].map(([at, inputs]) => [at, inputs.flatMap(digestsOf)])),
    names: Object.fromEntries(
      [...mounts].map(([at, inputs]) => [at, inputs.flatMap((each) => each.name ?? []).join(", ")]),
    ),
    layer: layer?.digest ?? null,
    ...(inputsOf(derivation).some((input) => input.type === "vendor" && input.changes) && {
      overrides: true,
    }),
    target: canonical([workspace ?? null, target ? [target.plans, target.keep] : null]),
    sandbox: sandbox.identity,
  };
}
