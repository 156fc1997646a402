import { expect, test } from "vitest";
import { displayWidth, truncate, wantsColor } from "../../../src/cli/reporter/text.ts";

test.each([
  ["auto", {}, true, true],
  ["auto", {}, false, false],
  ["auto", { NO_COLOR: "1" }, true, false],
  ["auto", { NO_COLOR: "" }, true, true],
  ["auto", { TERM: "dumb" }, true, false],
  ["auto", { CARGO_TERM_COLOR: "always" }, false, true],
  ["auto", { CARGO_TERM_COLOR: "never" }, true, false],
  ["auto", { CARGO_TERM_COLOR: "always", NO_COLOR: "1" }, true, false],
  ["always", { NO_COLOR: "1" }, false, true],
  ["never", { CARGO_TERM_COLOR: "always" }, true, false],
] as const)("--color %s with %o, on a terminal: %s → %s", (when, env, terminal, colours) => {
  expect(wantsColor(when, env, terminal)).toBe(colours);
});

test.each([
  ["serde v1.0.228", 14],
  ["\x1b[1;32mBuilt\x1b[0m", 5],
  ["設定", 4],
  ["👩‍👩‍👧 🦀", 5],
  ["e\u0301", 1],
])("the width of %j is %i", (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test.each([
  ["serde v1.0.228", 14, "serde v1.0.228"],
  ["serde v1.0.228", 13, "serde v1.0.2…"],
  ["ab設定cd", 8, "ab設定cd"],
  ["ab設定cd", 6, "ab設…"],
  ["a🦀🦀", 4, "a🦀…"],
])("%j in %i columns is %j", (text, columns, truncated) => {
  expect(truncate(text, columns)).toBe(truncated);
});
