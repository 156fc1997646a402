import fc from "fast-check";
import { expect, test } from "vitest";
import { compareVersions, compatibility } from "../../src/cargo/versions.ts";

const ascending = [
  "0.9.10",
  "1.0.0-alpha",
  "1.0.0-alpha.1",
  "1.0.0-alpha.beta",
  "1.0.0-beta",
  "1.0.0-beta.2",
  "1.0.0-beta.11",
  "1.0.0-rc.1",
  "1.0.0",
  "1.0.0+a",
  "1.0.0+b",
  "1.0.1",
  "1.10.0",
  "1.10.99999999999999999998",
  "1.10.99999999999999999999",
];

test("versions are ordered as Semantic Versioning says", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(ascending, { minLength: ascending.length }), (shuffled) => {
      expect(shuffled.sort(compareVersions)).toEqual(ascending);
    }),
  );
});

test("versions of one compatibility, and those that are not", () => {
  const versions = ["1.4.2", "0.3.9", "0.10.0", "0.0.7", "0.0.8", "0.0.0", "12.0.0-rc.1+b"];
  expect(versions.map(compatibility)).toEqual(["1", "0.3", "0.10", "0.0.7", "0.0.8", "0.0.0", "12"]);
});
