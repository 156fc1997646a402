import { expect, test } from "vitest";
import { printsNoUnitGraph } from "../../src/cargo/plan/planFailure.ts";

test.each([
  "error: Found argument '--unit-graph' which wasn't expected, or isn't valid in this context",
  "error: unexpected argument '--unit-graph' found",
  "error: the `--unit-graph` flag is unstable, and only available on the nightly channel of Cargo, but this is the `stable` channel",
  "error: the `-Z` flag is only accepted on the nightly channel of Cargo, but this is the `stable` channel",
])("it prints no graph: %s", (line) => {
  expect(printsNoUnitGraph(["    Updating crates.io index", line, "", "USAGE:"])).toBe(true);
});

test.each([
  "error: unexpected argument '--unit-graphs' found",
  "error: unexpected argument '--featuers' found",
  "error: profile `fast` is not defined",
  "error: failed to parse manifest at `/build/source/Cargo.toml`",
])("it could not plan, for another reason: %s", (line) => {
  expect(printsNoUnitGraph([line])).toBe(false);
});
