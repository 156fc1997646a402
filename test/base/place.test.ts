import fc from "fast-check";
import { expect, test } from "vitest";
import { placeAt } from "../../src/base/diagnostic.ts";

test("line and column count from 1, and the line is shown without its break", () => {
  expect(placeAt("Cargo.toml", "[package]\r\nname = 1\r\n", 18)).toEqual({
    file: "Cargo.toml",
    line: 2,
    column: 8,
    length: 1,
    text: "name = 1",
  });
});

test("what is underlined ends with the line", () => {
  expect(placeAt("a", "ab\ncd", 1, 100)).toMatchObject({ line: 1, column: 2, length: 1, text: "ab" });
});

test("line and column lead back to the offset", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", "\n", "😀", "\t") });
  fc.assert(
    fc.property(text, fc.nat(), (any, at) => {
      const offset = at % (any.length + 1);
      const { line, column } = placeAt("a", any, offset);
      const before = any.split("\n").slice(0, line - 1);
      return before.reduce((sum, each) => sum + each.length + 1, 0) + column - 1 === offset;
    }),
  );
});
