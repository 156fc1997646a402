import { expect, test } from "vitest";
import {
  asLittleEndian,
  dependencyFingerprints,
  fingerprintAt,
} from "../../src/units/layout/targetLayout.ts";
import { recording } from "./recording.ts";

test.each([
  ["0000000000000000", "0"],
  ["0100000000000000", "1"],
  ["ffffffffffffffff", "18446744073709551615"],
  ["dea516f3438fa013", "1414287804998264286"],
])("%s is %s", (hex, number) => {
  expect(asLittleEndian(hex)).toBe(number);
});

test("the fingerprints that a unit names are those of its dependencies", () => {
  using of = recording("check");
  const at = (directory: string) => ({ root: "debug", directory });
  const needed = ["app-1d9cb2238fb5e2f3", "app-87b913936dc8b8a8", "shared-1c82d922b3e45bed"];
  expect(dependencyFingerprints(of.reader, at("app-c61748ca39e09087"))).toEqual(
    needed.map((directory) => fingerprintAt(of.reader, at(directory))),
  );
});

test("a unit that Cargo did not finish has no fingerprint", () => {
  using of = recording("check");
  expect(fingerprintAt(of.reader, { root: "debug", directory: "app-0000000000000000" })).toBeUndefined();
});
