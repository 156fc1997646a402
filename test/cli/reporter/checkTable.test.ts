import { expect, test } from "vitest";
import { checkTable } from "../../../src/cli/reporter/checkTable.ts";
import { displayWidth, linePainter, paint } from "../../../src/cli/reporter/text.ts";
import type { CheckSummary } from "../../../src/engine/event.ts";

function row(check: string, more: Partial<CheckSummary>): CheckSummary {
  return {
    ...{ check, step: check, status: "passed", from: "run", seconds: 0, errors: 0, warnings: 0 },
    ...more,
  };
}

const rows = [
  row("parcels", { seconds: 754 }),
  row("clippy", { status: "failed", seconds: 3.2, errors: 2, warnings: 1 }),
  row("fmt", { from: "cached", seconds: 0.2 }),
  row("tests", {
    ...{ status: "failed", seconds: 8.1, errors: 1, warnings: 3 },
    tests: { passed: 23, failed: 1, ignored: 2 },
  }),
  { check: "doc", step: "doc", status: "stopped", seconds: 0, errors: 0, warnings: 0 } as const,
];

test.each([80, 200])("at %d columns: the result, the time of what ran, and what was found", (columns) => {
  expect(`\n${checkTable(rows, { paint: paint(false), columns }).join("\n")}\n`).toBe(`
Check    Result      Time  From    Found
parcels  ok       12m 34s  run
clippy   failed     3.20s  run     2 errors, 1 warning
fmt      ok                cached
tests    failed     8.10s  run     1 of 24 tests failed, 2 ignored, 3 warnings
doc      stopped
`);
});

test("no line is wider than the terminal, and long names leave room for the rest", () => {
  const long = [row("a-check-with-a-name-that-never-ends-and-ends", { warnings: 7 }), ...rows];
  for (const colors of [false, true]) {
    const lines = checkTable(long, { paint: paint(colors), columns: 60 });
    expect(Math.max(...lines.map(displayWidth))).toBeLessThan(60);
    expect(lines[1]).toContain("a-check-with-a-name…");
  }
});

test("lines of tools that saw no terminal are coloured as they colour them", () => {
  const line = linePainter(paint(true));
  expect([
    line("fmt", "-a"),
    line("fmt", "Diff in /build/source/src/main.rs:1:"),
    line("fmt", "-a"),
    line("fmt", "+b"),
    line("test", "+b"),
    line("test", "test a ... FAILED"),
    line("test", "test b ... ok"),
    line("test", "error: could not compile `app`"),
    line("test", "\x1b[1merror: as it came"),
  ]).toEqual([
    "-a",
    "Diff in /build/source/src/main.rs:1:",
    "\x1b[31m-a\x1b[0m",
    "\x1b[32m+b\x1b[0m",
    "+b",
    "test a ... \x1b[31mFAILED\x1b[0m",
    "test b ... \x1b[32mok\x1b[0m",
    "\x1b[1;31merror\x1b[0m\x1b[1m: could not compile `app`\x1b[0m",
    "\x1b[1merror: as it came",
  ]);
  expect(linePainter(paint(false))("test", "test a ... FAILED")).toBe("test a ... FAILED");
});
