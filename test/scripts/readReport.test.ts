import { expect, test } from "vitest";
import { readReport } from "../../scripts/readReport.ts";

test("what was compiled, the counts and the outputs; other lines are passed over", () => {
  const unit = { type: "unit", step: "app-deps", version: "1.0.228", target: "lib", mode: "build" };
  const lines = [
    { type: "start", version: 1, command: "build", project: "app" },
    { ...unit, package: "serde", status: "compiled" },
    { ...unit, package: "anyhow", status: "restored" },
    { type: "step", name: "app-deps", status: "built", key: "0", seconds: 1.5 },
    { type: "check", name: "fmt", step: "app-fmt", status: "failed", from: "run", errors: 2, warnings: 0 },
    {
      type: "finish",
      status: "ok",
      seconds: 2.5,
      units: { compiled: 1, restored: 1, fetched: 0 },
      outputs: { default: "/store/trees/0" },
    },
  ];

  const report = readReport(`${lines.map((line) => JSON.stringify(line)).join("\n")}\nnot JSON\n`);

  expect(report).toEqual({
    compiled: ["serde 1.0.228 lib build"],
    steps: [{ step: "app-deps", status: "built", seconds: 1.5, compiled: 1 }],
    checks: [{ type: "check", name: "fmt", status: "failed", from: "run", errors: 2, warnings: 0 }],
    units: { compiled: 1, restored: 1, fetched: 0 },
    outputs: { default: "/store/trees/0" },
  });
});

test("a program that reports nothing compiled nothing", () => {
  expect(readReport("")).toEqual({
    compiled: [],
    steps: [],
    checks: [],
    units: { compiled: 0, restored: 0, fetched: 0 },
    outputs: {},
  });
});
