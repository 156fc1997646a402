import * as v from "valibot";
import { expect, test } from "vitest";
import { benchmarksSchema } from "../../bench/benchmarks.ts";
import { benchmarksPage } from "../../bench/benchmarksPage.ts";
import type { FigureResult } from "../../bench/figureResult.ts";
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
const versions = {
  cargo: "1.95.0",
  rustc: "1.95.0",
  node: "24.1.0",
  gantry: "0.1.0",
  bwrap: "0.8.0",
  cpu: "2 × Fast",
};

test("a row shows medians, and the extremes in brackets", () => {
  const lines = benchmarksPage({ versions, results: [row] }).split("\n");

  expect(lines.filter((line) => line.startsWith("|") || line.startsWith("Measured"))).toEqual([
    "| project | case | cargo | gantry | gantry ÷ cargo | rounds | units | target | met |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    "| just | cold | 30.0 s (29.0 s–31.0 s) | 31.5 s (31.0 s–32.0 s) | 1.05 (1.03–1.07) | 2 | 97 | ≤ 1.05 × cargo | yes |",
    "Measured with cargo 1.95.0, rustc 1.95.0, node 24.1.0, gantry 0.1.0, bwrap 0.8.0; 2 × Fast.",
  ]);
});

test("peers have a column each, and are named where they are ahead", () => {
  const peer = (median: number) => ({ time: once, ratio: { median, min: median, max: median } });
  const results = [
    { ...row, peers: { sccache: peer(1.2), kache: peer(0.8) } },
    { ...row, case: "no-op", peers: { sccache: peer(1.04) } },
    { ...row, case: "vendor" },
  ];

  const lines = benchmarksPage({ versions, peers: { sccache: "0.19.0", kache: "2.0.0" }, results }).split(
    "\n",
  );

  expect(lines.filter((line) => /^[|-] |^Measured/.test(line))).toEqual([
    "| project | case | cargo | gantry | gantry ÷ cargo | sccache | kache | rounds | units | target | met |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    "| just | cold | 30.0 s (29.0 s–31.0 s) | 31.5 s (31.0 s–32.0 s) | 1.05 (1.03–1.07) | 1.20 (1.20–1.20) | 0.80 (0.80–0.80) | 2 | 97 | ≤ 1.05 × cargo | yes |",
    "| just | no-op | 30.0 s (29.0 s–31.0 s) | 31.5 s (31.0 s–32.0 s) | 1.05 (1.03–1.07) | 1.04 (1.04–1.04) | – | 2 | 97 | ≤ 1.05 × cargo | yes |",
    "| just | vendor | 30.0 s (29.0 s–31.0 s) | 31.5 s (31.0 s–32.0 s) | 1.05 (1.03–1.07) | – | – | 2 | 97 | ≤ 1.05 × cargo | yes |",
    "- just, cold: ahead: kache (0.80)",
    "- just, no-op: ahead: sccache (1.04)",
    "Measured with cargo 1.95.0, rustc 1.95.0, node 24.1.0, gantry 0.1.0, bwrap 0.8.0, sccache 0.19.0, kache 2.0.0; 2 × Fast.",
  ]);
});

test("what has no counterpart has a table of its own", () => {
  const value = { median: 0.25, min: 0.2, max: 0.3 };
  const figure: FigureResult = {
    project: "synthetic",
    case: "restore",
    target: "≤ 0.3 s for 400 crates",
    met: true,
    runs: 5,
    measured: [
      { what: "restoring", unit: "s", value },
      { what: "restored", unit: "units", value: { median: 400, min: 400, max: 400 } },
    ],
  };

  const lines = benchmarksPage({ versions, results: [], figures: [figure] }).split("\n");

  expect(lines.filter((line) => line.startsWith("| synthetic"))).toEqual([
    "| synthetic | restore | restoring: 0.25 (0.20–0.30) s; restored: 400 (400–400) units | 5 | ≤ 0.3 s for 400 crates | yes |",
  ]);
});

test("what was written before there were peers can still be read", () => {
  expect(v.parse(benchmarksSchema, { versions, results: [row] })).toEqual({ versions, results: [row] });
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
