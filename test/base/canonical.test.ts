import fc from "fast-check";
import { expect, test } from "vitest";
import { byCodeUnit, canonical, type Data } from "../../src/base/digest.ts";

const data: fc.Arbitrary<Data> = fc.letrec<{ data: Data }>((tie) => ({
  data: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string({ unit: "binary" }),
    fc.array(tie("data"), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ maxLength: 4 }).filter((key) => key !== "__proto__"),
      tie("data"),
      {
        maxKeys: 4,
        noNullPrototype: true,
      },
    ),
  ),
})).data;

test("white space is left out and names are sorted by code unit, not by a locale", () => {
  expect(canonical({ ä: 1, b: [true, null, "x\n"], Z: { "10": 1, "9": 2 } })).toBe(
    '{"Z":{"10":1,"9":2},"b":[true,null,"x\\n"],"ä":1}',
  );
});

test("it is JSON of the same data", () => {
  fc.assert(fc.property(data, (any) => void expect(JSON.parse(canonical(any))).toEqual(any)));
});

test("the order in which names were written does not matter", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.integer(), { noNullPrototype: true }), (any) => {
      const reversed = Object.fromEntries(Object.entries(any).reverse());
      return canonical(reversed) === canonical(any);
    }),
  );
});

test("numbers that cannot be written the same way everywhere are refused", () => {
  for (const number of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    expect(() => canonical({ number })).toThrow(`not a safe integer: ${number}`);
  }
});

test("code units are compared, not code points", () => {
  expect(["\uffff", "\u{10000}", "a", "Z", ""].sort(byCodeUnit)).toEqual([
    "",
    "Z",
    "a",
    "\u{10000}",
    "\uffff",
  ]);
});
