import { expect, test } from "vitest";
import { pathOverrides } from "../../src/cargo/config/pathOverrides.ts";
import { parseToml } from "../../src/cargo/toml/toml.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

function found(text: string) {
  const document = valueOfResult(parseToml(".cargo/config.toml", text));
  return pathOverrides(document, "/home/me/app").map(({ place, ...rest }) => {
    const { line, column, length } = place();
    return { ...rest, at: `${line}:${column}+${length}` };
  });
}

test("an inline entry of `[patch]` is underlined as a whole", () => {
  expect(found('[patch.crates-io]\nmy-dep = { path = "../my-dep" }\n')).toEqual([
    { kind: "patch", name: "my-dep", written: "../my-dep", path: "/home/me/my-dep", at: "2:10+22" },
  ]);
});

test("of an entry that is a table, the path is", () => {
  expect(found('[patch."https://h/a"."b"]\npath = "/b"\n')).toEqual([
    { kind: "patch", name: "b", written: "/b", path: "/b", at: "2:8+4" },
  ]);
  expect(found('patch.crates-io.b.path = "b"\n')).toEqual([
    { kind: "patch", name: "b", written: "b", path: "/home/me/app/b", at: "1:26+3" },
  ]);
});

test("a repository on this machine is a path, one elsewhere is none", () => {
  const text = `[patch.crates-io]
a = { git = "file:///home/me/a%20b" }
b = { git = "https://github.com/me/b" }
`;
  expect(found(text)).toEqual([
    { kind: "patch", name: "a", written: "file:///home/me/a%20b", path: "/home/me/a b", at: "2:5+33" },
  ]);
});

test("`paths`, one by one", () => {
  expect(found('paths = ["../a", "/b"]\n')).toEqual([
    { kind: "paths", name: "../a", written: "../a", path: "/home/me/a", at: "1:10+6" },
    { kind: "paths", name: "/b", written: "/b", path: "/b", at: "1:18+4" },
  ]);
});

test("sources that are directories, local registries and file URLs", () => {
  const text = `[source.crates-io]
replace-with = "a"
[source.a]
directory = "vendor"
[source.b]
local-registry = "/srv/b"
[source.c]
git = "file:///srv/c"
[source.d]
registry = "https://h/d"
`;
  expect(found(text)).toEqual([
    { kind: "source", name: "a", written: "vendor", path: "/home/me/app/vendor", at: "4:13+8" },
    { kind: "source", name: "b", written: "/srv/b", path: "/srv/b", at: "6:18+8" },
    { kind: "source", name: "c", written: "file:///srv/c", path: "/srv/c", at: "8:7+15" },
  ]);
});

test("what has the wrong type is left to Cargo to complain about", () => {
  expect(found('paths = "a"\npatch = 1\nsource = []\n')).toEqual([]);
  expect(found('paths = [1]\n[patch]\na = 1\n[patch.b]\nc = "1"\n[source]\nd = 2\n')).toEqual([]);
  expect(found('[patch.a]\nb = { git = "file://host/x" }\n')).toEqual([]);
});
