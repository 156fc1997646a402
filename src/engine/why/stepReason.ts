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
export async function stepReason(place: Place, step: Step): Promise<string> {
  const before = place.store.records.get("step-parts", recordName(place, step));
  if (!before) return "it was not built here before";
  const now = await partsOf(place, step);
  return firstChange(step, before, now) ?? "what it was built to last time is no longer in the store";
}

/** Notes what a step was built from, for the reason of its next run. Not for one that failed: nothing was built. */
export async function recordParts(place: Place, step: Step): Promise<void> {
  place.store.records.set("step-parts", recordName(place, step), await partsOf(place, step));
}

function recordName({ project }: Place, { derivation }: Step): string {
  return `${project}\n${derivation.name}`;
}

type StepParts = RecordOf<"step-parts">;

function firstChange(step: Step, before: StepParts, now: StepParts): string | undefined {
  const mounts = [...new Set([...Object.keys(before.mounts), ...Object.keys(now.mounts)])];
  const mount = mounts.find((at) => (before.mounts[at] ?? []).join() !== (now.mounts[at] ?? []).join());
  const variables = [...new Set([...Object.keys(before.env), ...Object.keys(now.env)])].sort();
  const variable = variables.find((name) => before.env[name] !== now.env[name]);
  if (mount === world.toolchain)
    return `the toolchain changed${fromTo(before.names[mount], now.names[mount])}`;
  if (variable !== undefined) return `the variable \`${variable}\` changed`;
  if (before.phases !== now.phases) return "its commands changed";
  if (mount === world.source) {
    const isReduced = step.mounts.get(mount)?.[0]?.reducedTo !== undefined;
    return (isReduced ? reducedChange : fileChange)(before.files, now.files);
  }
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

type Files = StepParts["files"];

function changedPaths(before: Files, now: Files): string[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return paths.filter((path) => before[path] !== now[path]);
}

/** What is reduced is another text, and its stubs have other names, than the user's: those are told as what they say. */
function reducedChange(before: Files, now: Files): string {
  const isVerbatim = (path: string): boolean => !/(^|\/)Cargo\.(toml|lock)$|\.rs$/.test(path);
  const only = (files: Files): Files =>
    Object.fromEntries(Object.entries(files).filter(([path]) => isVerbatim(path)));
  if (changedPaths(only(before), only(now)).length > 0) return fileChange(only(before), only(now));
  const hasOtherStubs = changedPaths(before, now).some((path) => path.endsWith(".rs"));
  return hasOtherStubs ? "its packages have other targets" : "the manifests or the lock changed";
}

function fileChange(before: Files, now: Files): string {
  const changed = changedPaths(before, now);
  const [first] = changed;
  if (first === undefined) return "the manifests or the lock changed";
  const verb =
    before[first] === undefined ? "was added" : now[first] === undefined ? "was removed" : "changed";
  const others = changed.length === 1 ? "" : `, and ${changed.length - 1} more`;
  return `\`${first}\` ${verb}${others}`;
}

async function partsOf({ sandbox }: Place, { derivation, mounts, layer }: Step): Promise<StepParts> {
  const { targetDirectory: target, workspace } = derivation;
  const input = mounts.get(world.source)?.[0];
  const source = input?.files ?? (await input?.reducedTo?.()) ?? [];
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
