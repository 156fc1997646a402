import { expect, test } from "vitest";
import { selectCrates } from "../../../src/fetch/lockedPackage.ts";
import { cratesIoSource } from "./rig.ts";

const checksum = "3bd1574e617a9a6c1f8f8181bd7e841e1f20e4277607ef28945765188d6284d4";
const itoa = { name: "itoa", version: "1.0.19", source: cratesIoSource, checksum };

test("the project's own packages are left out", () => {
  expect(selectCrates([{ name: "app", version: "0.1.0" }, itoa])).toEqual({ ok: true, value: [itoa] });
});

test("packages from git are another matter", () => {
  const source = "git+https://example.org/dep?branch=main#0123456789";
  expect(selectCrates([itoa, { name: "dep", version: "0.2.0", source }])).toEqual({
    ok: true,
    value: [itoa],
  });
});

test.each([
  [undefined, "`itoa-1.0.19` has no checksum in `Cargo.lock`"],
  ["abc", "`itoa-1.0.19` has the checksum `abc`, which is no SHA-256, in `Cargo.lock`"],
])("a crate that is not pinned is refused (%s)", (wrong, message) => {
  const result = selectCrates([{ ...itoa, checksum: wrong }]);
  expect(result).toMatchObject({ ok: false, error: { code: "checksum-missing", message } });
});
