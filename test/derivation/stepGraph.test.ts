import { expect, test } from "vitest";
import { stepGraph } from "../../src/derivation/steps.ts";
import { outputOf, src, step } from "./steps.ts";

test("outputs, steps, what they see and what they need", () => {
  const deps = step("app-deps", { mounts: { "/build/source": { type: "dummy-source", of: src } } });
  const app = step("app", { targetDirectory: { layer: deps, plans: [], keep: "all" } });
  const image = step("image", {
    mounts: { "/usr": [outputOf(app), { type: "base-system" }] },
    phases: [
      { type: "run", name: "a", argv: ["sh", "-c", "true"] },
      { type: "install", from: "a" },
    ],
  });
  expect(stepGraph({ "packages.default": app, "packages.image": image })).toEqual({
    outputs: { "packages.default": "app", "packages.image": "image" },
    steps: [
      {
        id: "app-deps",
        name: "app-deps",
        inputs: [{ at: "/build/source", input: "manifests of ." }],
        commands: ["make app-deps"],
      },
      {
        id: "app",
        name: "app",
        layer: "app-deps",
        inputs: [{ at: "/build/source", input: "source ." }],
        commands: ["make app"],
      },
      {
        id: "image",
        name: "image",
        inputs: [
          { at: "/usr", input: "the output of app", step: "app" },
          { at: "/usr", input: "base system" },
        ],
        commands: ["sh -c true"],
      },
    ],
  });
});

test("steps of one name are told apart by a number", () => {
  const graph = stepGraph({ a: step("app"), b: step("app", { env: { A: "1" } }), c: step("app") });
  expect([graph.outputs, graph.steps.map(({ id }) => id)]).toEqual([
    { a: "app", b: "app#2", c: "app" },
    ["app", "app#2"],
  ]);
});
