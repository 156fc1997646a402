import { expect, test } from "vitest";
import { graphDot, graphTree } from "../../src/command/look/graph.ts";
import type { StepGraph } from "../../src/derivation/steps.ts";

const graph: StepGraph = {
  outputs: { "packages.default": "app", "checks.image": "image" },
  steps: [
    {
      id: "app-deps",
      name: "app-deps",
      inputs: [{ at: "/usr", input: "base system" }],
      commands: ["cargo build"],
    },
    {
      id: "app",
      name: "app",
      layer: "app-deps",
      inputs: [
        { at: "/build/source", input: "source ." },
        { at: "/usr", input: "protobuf" },
        { at: "/usr", input: "base system" },
      ],
      commands: ['sh -c "a"', "cargo build"],
    },
    {
      id: "image",
      name: "image",
      inputs: [{ at: "/app", input: "the output of app", step: "app" }],
      commands: [],
    },
  ],
};

test("as a tree, with what was shown before marked", () => {
  expect(graphTree(graph).split("\n")).toEqual([
    "packages.default",
    "└── app",
    "    ├── layer: app-deps",
    "    │   └── /usr: base system",
    "    ├── /build/source: source .",
    "    └── /usr: protobuf, base system",
    "",
    "checks.image",
    "└── image",
    "    └── /app: the output of app",
    "        └── app (*)",
  ]);
});

test("for Graphviz", () => {
  expect(graphDot(graph).split("\n")).toEqual([
    "digraph steps {",
    "  rankdir = LR;",
    "  node [shape = box];",
    '  "app-deps" [tooltip = "cargo build"];',
    '  "app" [tooltip = "sh -c \\"a\\"\\ncargo build"];',
    '  "image" [tooltip = ""];',
    '  "packages.default" [shape = ellipse];',
    '  "packages.default" -> "app";',
    '  "checks.image" [shape = ellipse];',
    '  "checks.image" -> "image";',
    '  "app" -> "app-deps" [style = dashed];',
    '  "image" -> "app";',
    "}",
  ]);
});
