import { expect, test } from "vitest";
import { data, word } from "../../../src/eject/nix/nix.ts";
import { printNix } from "../../../src/eject/nix/print.ts";
import { rows } from "./rows.ts";

test.each(Object.entries(rows))("%s", (_, [expression, printed]) => {
  expect(printNix(expression)).toBe(`${printed}\n`);
});

test("data is an expression, and what is none is undefined", () => {
  expect(printNix(data({ a: [1, "b", null], c: { d: true } }) ?? word("?"))).toBe(
    '{\n  a = [\n    1\n    "b"\n    null\n  ];\n  c.d = true;\n}\n',
  );
  expect(data({ a: () => 1 })).toBeUndefined();
});
