import { canonical, type Digest } from "../../base/digest.ts";
import type { Derivation } from "../../derivation/model.ts";
import { inputsOf } from "../../derivation/steps.ts";
import { world } from "../../derivation/world.ts";
import type { RecordOf } from "../../store/kinds.ts";
import type { Store } from "../../store/store.ts";
import type { ResolvedInput } from "../inputs/resolvedInput.ts";

/** A step whose inputs are known. */
type Step = {
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

/**
 * In words, why a step runs: the first of its parts that differs from those that it was built from last in the project.
 */
export function stepReason(place: Place, step: Step): string {
  const before = place.store.records.get("step-parts", recordName(place, step));
  if (!before) return "it was not built here before";
  const now = partsOf(place, step);
  return firstChange(before, now) ?? "what it was built to last time is no longer in the store";
}

/** Notes what a step was built from, for the reason of its next run. Not for one that failed: nothing was built. */
export function recordParts(place: Place, step: Step): void {
  place.store.records.set("step-parts", recordName(place, step), partsOf(place, step));
}

function recordName({ project }: Place, { derivation }: Step): string {
  return `${project}\n${derivation.name}`;
}

type StepParts = RecordOf<"step-parts">;

function firstChange(before: StepParts, now: StepParts): string | undefined {
  const mounts = [...new Set([...Object.keys(before.mounts), ...Object.keys(now.mounts)])];
  const mount = mounts.find((at) => (before.mounts[at] ?? []).join() !== (now.mounts[at] ?? []).join());
  const variables = [...new Set([...Object.keys(before.env), ...Object.keys(now.env)])].sort();
  const variable = variables.find((name) => before.env[name] !== now.env[name]);
  if (mount === world.toolchain)
    return `the toolchain changed${fromTo(before.names[mount], now.names[mount])}`;
  if (variable !== undefined) return `the variable \`${variable}\` changed`;
  if (before.phases !== now.phases) return "its commands changed";
  if (mount === world.source) return fileChange(before.files, now.files);
  if (mount === world.vendor && (before.overrides || now.overrides))
    return "`Cargo.lock` names other crates, or an override changed one";
  if (mount === world.vendor || mount === world.cargoConfig) return "`Cargo.lock` names other crates";
  if (mount === world.system) return "the native inputs, or the system's C compiler and libc, changed";
  if (mount !== undefined) return `\`${mount}\` changed`;
  if (before.layer !== now.layer) return "its dependency layer changed";
  if (before.target !== now.target) return "its commands changed";
  return before.sandbox === now.sandbox ? undefined : "the sandbox changed";
}

function fromTo(from: string | undefined, to: string | undefined): string {
  return from && to && from !== to ? ` from ${from} to ${to}` : "";
}

function fileChange(before: StepParts["files"], now: StepParts["files"]): string {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const changed = paths.filter((path) => before[path] !== now[path]);
  const [first] = changed;
  if (first === undefined) return "the manifests or the lock changed";
  const verb =
    before[first] === undefined ? "was added" : now[first] === undefined ? "was removed" : "changed";
  const others = changed.length === 1 ? "" : `, and ${changed.length - 1} more`;
  return `\`${first}\` ${verb}${others}`;
}

function partsOf({ sandbox }: Place, { derivation, mounts, layer }: Step): StepParts {
  const { targetDirectory: target, workspace } = derivation;
  const source = mounts.get(world.source)?.[0]?.files ?? [];
  return {
    phases: canonical(derivation.phases.map((phase) => ({ ...phase }))),
    env: derivation.env,
    mounts: Object.fromEntries([...mounts].map(([at, inputs]) => [at, inputs.map((input) => input.digest)])),
    names: Object.fromEntries(
      [...mounts].map(([at, inputs]) => [at, inputs.flatMap((each) => each.name ?? []).join(", ")]),
    ),
    layer: layer?.digest ?? null,
    ...(inputsOf(derivation).some((input) => input.type === "vendor" && input.changes) && {
      overrides: true,
    }),
    files: Object.fromEntries(
      source.map((file) => [
        file.path,
        file.type === "file" ? file.digest : file.type === "symlink" ? file.target : "",
      ]),
    ),
    target: canonical([workspace ?? null, target ? [target.plans, target.keep] : null]),
    sandbox: sandbox.identity,
  };
}
