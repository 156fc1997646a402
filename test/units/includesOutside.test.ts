import { expect, test } from "vitest";
import { includesSystem } from "../../src/units/key/unitReads.ts";

function reads(...paths: readonly string[]): boolean {
  return includesSystem([`/build/target/deps/libleaf.rlib: ${paths.join(" ")}\n`]);
}

test.each([
  ["its package's", "/build/vendor/leaf-1.0.0/src/../README.md"],
  ["what its build script wrote", "/build/target/release/build/leaf-0123456789abcdef/out/made.rs"],
  ["the same without a sandbox", "/home/me/.cache/gantry/none/build/vendor/leaf-1.0.0/src/lib.rs"],
])("not by a file of %s", (_, path) => {
  expect(reads("src/lib.rs", path)).toBe(false);
});

test.each([
  ["by its path", "/usr/share/words"],
  ["by a way around", "/build/vendor/../../usr/share/words"],
  ["by a relative path", "../../../../usr/share/words"],
])("a file of the system, %s", (_, path) => {
  expect(reads("src/lib.rs", path)).toBe(true);
});

test("a unit without dep-info may have read any", () => {
  expect(includesSystem([])).toBe(true);
});
