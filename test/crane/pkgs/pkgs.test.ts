import { expect, test } from "vitest";
import { pkgs } from "../../../src/crane/pkgs/pkgs.ts";
import { refusalOf } from "../refusalOf.ts";

test("a package is plain data, so that keys can be made from it", () => {
  expect({ ...pkgs.protobuf }).toEqual({
    type: "native",
    name: "protobuf",
    bins: ["protoc"],
    pkgConfig: [],
    names: {
      nixpkgs: ["protobuf"],
      apt: ["protobuf-compiler"],
      dnf: ["protobuf-compiler", "protobuf-devel"],
      pacman: ["protobuf"],
      apk: ["protoc", "protobuf-dev"],
      brew: ["protobuf"],
    },
    crates: expect.arrayContaining([
      expect.objectContaining({ platform: "linux-x86_64" }),
      expect.objectContaining({ platform: "linux-aarch64" }),
    ]),
  });
});

test("`bin` gives the path that a build sees the program at", () => {
  expect(pkgs.protobuf.bin("protoc")).toBe("/usr/bin/protoc");
});

test("asking for a program that a package lacks does not compile, and is refused at run time", () => {
  // @ts-expect-error: the table knows which programs a package has
  const ask = () => pkgs.protobuf.bin("protocol");
  expect(refusalOf(ask)).toEqual({
    code: "native-bin",
    message: "the native package `protobuf` has no program `protocol`",
    notes: ["it has `protoc`"],
    help: ['describe one that has it: pkg({ name: "protobuf", bins: ["protocol"], names: { … } })'],
    causes: [],
    status: 2,
  });
  // @ts-expect-error: a library has no programs at all
  expect(refusalOf(() => pkgs.zlib.bin("zlib"))).toMatchObject({ notes: ["it has no program"] });
});

test("every package is called by its key, and has a name in nixpkgs and for apt", () => {
  const wrong = Object.entries(pkgs).filter(
    ([key, { name, names }]) => key !== name || !names.nixpkgs?.length || !names.apt?.length,
  );
  expect(wrong).toEqual([]);
  expect(Object.keys(pkgs).length).toBeGreaterThan(100);
});
