import { expect, test } from "vitest";
import { parsePackage, pkg } from "../../../src/crane/pkgs/package.ts";

test("describes a package in the words of the table", () => {
  const flac = pkg({
    name: "flac",
    bins: ["flac"],
    pkgConfig: ["flac"],
    names: { nixpkgs: "flac", apt: ["flac", "libflac-dev"] },
  });
  expect({ ...flac }).toEqual({
    type: "native",
    name: "flac",
    bins: ["flac"],
    pkgConfig: ["flac"],
    names: { nixpkgs: ["flac"], apt: ["flac", "libflac-dev"] },
  });
  expect(flac.bin("flac")).toBe("/usr/bin/flac");
  // @ts-expect-error: it has one program only
  expect(() => flac.bin("metaflac")).toThrow("the native package `flac` has no program `metaflac`");
});

test("names every field that is wrong", () => {
  const parsed = parsePackage({
    bins: "flac",
    pkgconfig: ["flac"],
    names: { apt: [], yum: "flac" },
    crates: [
      { platform: "linux-x86_64", crate: "c", version: "1.0.0", checksum: "00", files: { "../x": "bin/x" } },
    ],
  });
  expect(parsed).toEqual({
    ok: false,
    error: {
      code: "native-package",
      message: "the description of a native package is malformed",
      notes: [
        "`name`: missing",
        '`bins`: expected Array but received "flac"',
        "`names.apt`: expected at least one name",
        "`names.yum`: unknown field",
        "`crates.0.checksum`: expected 64 hexadecimal digits, lower case",
        "`crates.0.files.../x`: expected a relative path without `..`",
        "`pkgconfig`: unknown field",
      ],
      help: ['pkg({ name: "flac", pkgConfig: ["flac"], names: { nixpkgs: "flac", apt: "libflac-dev" } })'],
      causes: [],
      status: 2,
    },
  });
});

test("refuses what is no description at all", () => {
  expect(parsePackage("flac")).toMatchObject({
    ok: false,
    error: { notes: ['`pkg`: expected Object but received "flac"'] },
  });
});

test("in a configuration the mistake is thrown with its diagnostic", () => {
  expect(() => pkg({ name: "a b", names: {} })).toThrow(
    expect.objectContaining({ diagnostic: expect.objectContaining({ code: "native-package" }) }),
  );
});

test("takes files from a crate whatever their names", () => {
  const files = { constructor: "bin/constructor", prototype: "bin/prototype" };
  const crate = { platform: "linux-x86_64", crate: "c", version: "1.0.0", checksum: "0".repeat(64), files };
  expect(parsePackage({ name: "c", names: {}, crates: [crate] })).toMatchObject({
    ok: true,
    value: { crates: [{ files }] },
  });
});
