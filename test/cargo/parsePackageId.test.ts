import { expect, test } from "vitest";
import { cratesIo, type PackageId, parsePackageId } from "../../src/cargo/sourceId.ts";

const git = { kind: "git", url: "https://github.com/o/repo" } as const;
const cases: readonly (readonly [string, PackageId])[] = [
  [
    "registry+https://github.com/rust-lang/crates.io-index#serde@1.0.228",
    { source: cratesIo, name: "serde", version: "1.0.228" },
  ],
  [
    "registry+https://github.com/rust-lang/crates.io-index#libz-sys@1.1.0+zlib-ng",
    { source: cratesIo, name: "libz-sys", version: "1.1.0+zlib-ng" },
  ],
  [
    "path+file:///build/source/app#0.1.0",
    { source: { kind: "path", url: "file:///build/source/app" }, name: "app", version: "0.1.0" },
  ],
  [
    "path+file:///build/source#app@0.1.0",
    { source: { kind: "path", url: "file:///build/source" }, name: "app", version: "0.1.0" },
  ],
  [
    "git+https://github.com/o/repo?tag=v1#part@1.0.0",
    { source: { ...git, reference: { kind: "tag", name: "v1" } }, name: "part", version: "1.0.0" },
  ],
  [
    "git+https://github.com/o/repo?branch=a%2Frepo2#1.0.0-rc.1",
    {
      source: { ...git, reference: { kind: "branch", name: "a/repo2" } },
      name: "repo",
      version: "1.0.0-rc.1",
    },
  ],
  [
    "serde 1.0.228 (registry+https://github.com/rust-lang/crates.io-index)",
    { source: cratesIo, name: "serde", version: "1.0.228" },
  ],
];

test.each(cases)("%s", (text, id) => {
  expect(parsePackageId(text)).toEqual(id);
});

test.each(["", "serde", "serde@1.0.0", "path+file:///x", "path+file:///x#y", "path+file:///x/#1.0.0"])(
  "%j is none",
  (text) => {
    expect(parsePackageId(text)).toBeUndefined();
  },
);
