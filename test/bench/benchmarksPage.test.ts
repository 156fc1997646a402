import { expect, test } from "vitest";
import { benchmarksPage } from "../../bench/benchmarksPage.ts";
import { mergeResults } from "../../bench/mergeResults.ts";
import type { Result } from "../../bench/result.ts";

const once = { median: 1, min: 1, max: 1 };
const row: Result = {
  project: "just",
  case: "cold",
  target: "≤ 1.05 × cargo",
  met: true,
  pairs: 2,
  cargo: { median: 30, min: 29.04, max: 30.96 },
  gantry: { median: 31.5, min: 31, max: 32 },
  ratio: { median: 1.05, min: 1.0331, max: 1.069 },
  compiled: 97,
};

test("a row shows medians, and the extremes in brackets", () => {
  const versions = {
    cargo: "1.95.0",
    rustc: "1.95.0",
    node: "24.1.0",
    gantry: "0.1.0",
    bwrap: "0.8.0",
    cpu: "2 × Fast",
  };

  const lines = benchmarksPage({ versions, results: [row] }).split("\n");

  expect(lines.filter((line) => line.startsWith("|") || line.startsWith("Measured"))).toEqual([
    "| project | case | cargo | gantry | gantry ÷ cargo | pairs | units | target | met |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    "| just | cold | 30.0 s (29.0 s–31.0 s) | 31.5 s (31.0 s–32.0 s) | 1.05 (1.03–1.07) | 2 | 97 | ≤ 1.05 × cargo | yes |",
    "Measured with cargo 1.95.0, rustc 1.95.0, node 24.1.0, gantry 0.1.0, bwrap 0.8.0; 2 × Fast.",
  ]);
});

test("a later measurement of the same case replaces the earlier, and order is that of the lists", () => {
  const later = { ...row, ratio: once };
  const other = { ...row, project: "ripgrep" };

  const merged = mergeResults([row, other, later], {
    projects: ["ripgrep", "just"],
    cases: ["cold", "no-op"],
  });

  expect(merged).toEqual([other, later]);
});
