import { canonical } from "../../base/canonical.ts";
import type { Digest } from "../../base/digest.ts";
import { inputsOf } from "../../derivation/graph.ts";
import type { Derivation } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import type { Records } from "../../store/store.ts";
import type { Resolved } from "../inputs/resolvedInput.ts";

/** What a step is made from, part by part, with the content of its source file by file. */
type StepParts = {
  readonly phases: string;
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: Readonly<Record<string, readonly Digest[]>>;
  readonly names: Readonly<Record<string, string>>;
  readonly layer: Digest | null;
  /** Whether vendored crates are changed by overrides. */
  readonly overrides?: boolean;
  readonly files: Readonly<Record<string, string>>;
};

export type StepMade = {
  readonly derivation: Derivation;
  readonly mounts: ReadonlyMap<string, readonly Resolved[]>;
  readonly layer: Digest | undefined;
};

/** Why a step runs: the first of its inputs that differs from the last time, in words. Notes them for the next time. */
export function stepReason(records: Records, of: string, made: StepMade): string {
  const now = partsOf(made);
  const before = records.get("step-parts", of);
  records.set("step-parts", of, now);
  if (!before) return "it was not built here before";
  return firstChange(before, now) ?? "what it was built to last time is no longer in the store";
}

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
  if (mount === "/usr") return "the native inputs, or the system's C compiler and libc, changed";
  if (mount !== undefined) return `\`${mount}\` changed`;
  return before.layer === now.layer ? undefined : "its dependency layer changed";
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

function partsOf({ derivation, mounts, layer }: StepMade): StepParts {
  const source = mounts.get(world.source)?.[0]?.files ?? [];
  return {
    phases: canonical(derivation.phases.map((phase) => ({ ...phase }))),
    env: derivation.env,
    mounts: Object.fromEntries([...mounts].map(([at, inputs]) => [at, inputs.map((input) => input.digest)])),
    names: Object.fromEntries(
      [...mounts].map(([at, inputs]) => [at, inputs.flatMap((each) => each.name ?? []).join(", ")]),
    ),
    layer: layer ?? null,
    ...(inputsOf(derivation).some((input) => input.type === "vendor" && input.changes) && {
      overrides: true,
    }),
    files: Object.fromEntries(
      source.map((file) => [
        file.path,
        file.type === "file" ? file.digest : file.type === "symlink" ? file.target : "",
      ]),
    ),
  };
}
