import { expect, test } from "vitest";
import { wantsColor } from "../../src/cli/reporter/text.ts";

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
