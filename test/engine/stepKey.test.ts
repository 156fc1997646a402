import { expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import type { Derivation } from "../../src/derivation/model.ts";
import { type StepInputs, stepKey } from "../../src/engine/step/stepKey.ts";
import { step } from "./rig.ts";

const inputs: StepInputs = {
  mounts: { "/in/0": [digestOf("source")], "/usr": [digestOf("protobuf"), digestOf("base")] },
  layer: digestOf("units"),
  sandbox: "bwrap 1",
};
const app: Derivation = { ...step("app"), targetDirectory: { plans: [["build"]], keep: "all" } };

test("all that a step can see or do is in its key", () => {
  const keys = [
    stepKey(app, inputs),
    stepKey(app, { ...inputs, mounts: { ...inputs.mounts, "/in/0": [digestOf("edited")] } }),
    stepKey(app, {
      ...inputs,
      mounts: { ...inputs.mounts, "/usr": [digestOf("base"), digestOf("protobuf")] },
    }),
    stepKey(app, { ...inputs, mounts: { "/elsewhere": [digestOf("source")] } }),
    stepKey(app, { ...inputs, layer: digestOf("other units") }),
    stepKey(app, { mounts: inputs.mounts, sandbox: inputs.sandbox }),
    stepKey(app, { ...inputs, sandbox: "none 1" }),
    stepKey({ ...app, env: { A: "1" } }, inputs),
    stepKey({ ...app, phases: [{ type: "run", name: "run", argv: ["app", "--all"] }] }, inputs),
    stepKey({ ...app, phases: [...app.phases, { type: "install", from: "run" }] }, inputs),
    stepKey({ ...app, targetDirectory: { plans: [["test"]], keep: "all" } }, inputs),
    stepKey({ ...app, targetDirectory: { plans: [["build"]], keep: "dependencies" } }, inputs),
    stepKey(step("app"), inputs),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});

test("neither its name nor the order in which things were written down is", () => {
  const { mounts, ...rest } = inputs;
  const reversed = Object.fromEntries(Object.entries(mounts).reverse());
  expect(stepKey({ ...app, name: "other" }, inputs)).toBe(stepKey(app, inputs));
  expect(stepKey({ ...app, env: { A: "1", B: "2" } }, inputs)).toBe(
    stepKey({ ...app, env: { B: "2", A: "1" } }, inputs),
  );
  expect(stepKey(app, { ...rest, mounts: reversed })).toBe(stepKey(app, inputs));
});
