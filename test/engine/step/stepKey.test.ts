import { expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import type { Derivation, Phase, TargetDirectory } from "../../../src/derivation/model.ts";
import { type StepInputs, stepKey } from "../../../src/engine/step/stepKey.ts";
import { step } from "../rig.ts";

/** For each field of a type other values; undefined: without it. A field that the type gets has to be added here. */
type Others<T, Without extends keyof T = never> = {
  readonly [Field in Exclude<keyof T, Without>]-?: readonly (T[Field] | undefined)[];
};

type PhaseOf<Type extends Phase["type"]> = Required<Extract<Phase, { readonly type: Type }>>;

/** A step in which everything is there that a step may have, and what else each part might be. */
const run: PhaseOf<"run"> = {
  type: "run",
  name: "build",
  argv: ["cargo", "build"],
  cwd: "/build/source",
  messages: "cargo",
  keepsResults: true,
  isAlways: true,
};
const install: PhaseOf<"install"> = { type: "install", from: "build" };
const strip: PhaseOf<"strip"> = { type: "strip", prefixes: ["/build/vendor"] };

const otherRuns: Others<PhaseOf<"run">, "type"> = {
  name: ["check"],
  argv: [["cargo", "check"], ["cargo"]],
  cwd: ["/build/out", undefined],
  messages: [undefined],
  keepsResults: [undefined],
  isAlways: [undefined],
};
const otherInstalls: Others<PhaseOf<"install">, "type"> = { from: ["check"] };
const otherStrips: Others<PhaseOf<"strip">, "type"> = { prefixes: [["/build"], []] };

const target: Required<TargetDirectory> = { layer: step("deps"), plans: [["build"]], keep: "all", at: "/a" };
const otherTargets: Others<TargetDirectory, "layer"> = {
  plans: [[], [["test"]], [["build"], ["test"]]],
  keep: ["dependencies"],
  at: ["/b", undefined],
};

const app: Required<Derivation> = {
  ...step("app"),
  phases: [run, install, strip],
  env: { A: "1" },
  stepVariables: [],
  workspace: "rust",
  targetDirectory: target,
};
const otherApps: Others<Derivation, "type" | "name" | "mounts" | "stepVariables"> = {
  phases: [
    [],
    [run],
    [strip, install, run],
    ...changed(run, otherRuns).map((other) => [other, install, strip]),
    ...changed(install, otherInstalls).map((other) => [run, other, strip]),
    ...changed(strip, otherStrips).map((other) => [run, install, other]),
  ],
  env: [{}, { A: "2" }, { B: "1" }, { A: "1", B: "1" }],
  workspace: ["go", undefined],
  targetDirectory: [undefined, ...changed(target, otherTargets)],
};

const inputs: Required<StepInputs> = {
  mounts: { "/in/0": [digestOf("source")], "/usr": [digestOf("protobuf"), digestOf("base")] },
  layer: digestOf("units"),
  sandbox: "bwrap 1",
};
const otherInputs: Others<StepInputs> = {
  mounts: [
    { ...inputs.mounts, "/in/0": [digestOf("edited")] },
    { ...inputs.mounts, "/usr": [digestOf("base"), digestOf("protobuf")] },
    { "/elsewhere": [digestOf("source")], "/usr": [digestOf("protobuf"), digestOf("base")] },
    {},
  ],
  layer: [digestOf("other units"), undefined],
  sandbox: ["none 1"],
};

/** A copy of `whole` for each other value of each field. */
function changed<T extends object>(
  whole: T,
  others: { readonly [Field in keyof T]?: readonly unknown[] },
): T[] {
  return Object.entries<readonly unknown[]>(others as Record<string, readonly unknown[]>).flatMap(
    ([field, values]) =>
      values.map((value) => {
        const copy: Record<string, unknown> = { ...whole, [field]: value };
        if (value === undefined) delete copy[field];
        return copy as T;
      }),
  );
}

test("all that a step can see or do is in its key, each in its own way", () => {
  const keys = [
    stepKey(app, inputs),
    ...changed<Derivation>(app, otherApps).map((other) => stepKey(other, inputs)),
    ...changed<StepInputs>(inputs, otherInputs).map((other) => stepKey(app, other)),
  ];
  expect(keys).toHaveLength(35);
  expect(new Set(keys).size).toBe(keys.length);
});

test("with units that were found by keys made otherwise, it is another step", () => {
  const [now, before] = [stepKey(app, inputs), stepKey(app, inputs, 1)];
  expect(before).not.toBe(now);
  const { targetDirectory: _, ...withoutUnits } = app;
  expect(stepKey(withoutUnits, inputs, 1)).toBe(stepKey(withoutUnits, inputs));
});

test("neither its name nor what its inputs are described by is, nor whose its variables are", () => {
  const same: Derivation[] = [
    { ...app, name: "other" },
    { ...app, mounts: {} },
    { ...app, stepVariables: ["A"] },
    { ...app, targetDirectory: { ...target, layer: step("other") } },
  ];
  expect(same.map((derivation) => stepKey(derivation, inputs))).toEqual(same.map(() => stepKey(app, inputs)));
});

test("nor the order in which things were written down", () => {
  const { mounts, ...rest } = inputs;
  const reversed = Object.fromEntries(Object.entries(mounts).reverse());
  expect(stepKey({ ...app, env: { A: "1", B: "2" } }, inputs)).toBe(
    stepKey({ ...app, env: { B: "2", A: "1" } }, inputs),
  );
  expect(stepKey(app, { ...rest, mounts: reversed })).toBe(stepKey(app, inputs));
});
