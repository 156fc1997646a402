import fc from "fast-check";
import { expect, test } from "vitest";
import { asDigest, digestAside, digester, digestOf, short } from "../../src/base/digest.ts";

/** From FIPS 180-2, appendix B.1. */
const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

test("a digest is SHA-256 in lower-case hexadecimal", () => {
  expect(digestOf("abc")).toBe(abc);
  expect(short(digestOf("abc"))).toBe("ba7816bf8f01");
});

test("at once, piece by piece, or aside: the same", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 })), async (pieces) => {
      const whole = Buffer.concat(pieces);
      const hash = digester();
      for (const piece of pieces) hash.update(piece);
      const digest = digestOf(whole);
      expect([hash.finish(), await digestAside(new Uint8Array(whole))]).toEqual([digest, digest]);
    }),
  );
});

test("only what is a digest is read as one", () => {
  expect(asDigest(abc)).toBe(abc);
  for (const text of ["", abc.slice(1), `${abc}0`, abc.toUpperCase(), ` ${abc.slice(1)}`]) {
    expect(asDigest(text)).toBeUndefined();
  }
});
