import { expect, test } from "vitest";
import { placeOf } from "../../src/cargo/toml/placeOf.ts";
import { parseToml, type TomlPath } from "../../src/cargo/toml/toml.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { shownError } from "./shownError.ts";

test("a syntax error has its place, its line and its reason", () => {
  expect(shownError(parseToml("Cargo.toml", '[package]\nname = "app\nversion = "1.0.0"\n'))).toBe(
    [
      "error[toml-syntax]: `Cargo.toml` is not valid TOML: control characters are not allowed in strings",
      "  --> Cargo.toml:2:12",
      'name = "app',
      "           ^ control characters are not allowed in strings",
    ].join("\n"),
  );
});

test("a syntax error does not show a token", () => {
  expect(shownError(parseToml("config.toml", '[registries.x]\ntoken = "s3cret" x\n'))).toBe(
    [
      "error[toml-syntax]: `config.toml` is not valid TOML: each key-value declaration must be followed by an end-of-line",
      "  --> config.toml:2:18",
      "token = **********",
      "                 ^ each key-value declaration must be followed by an end-of-line",
    ].join("\n"),
  );
});

test("a merge conflict is told apart from a slip", () => {
  expect(parseToml("Cargo.lock", "version = 4\n<<<<<<< HEAD\n")).toMatchObject({
    ok: false,
    error: { code: "toml-syntax", help: ["resolve the merge conflict: git status"] },
  });
});

test("keys that objects of JavaScript have are keys like any other", () => {
  const { table } = valueOfResult(parseToml("Cargo.toml", "\ufeff[dependencies]\nconstructor = '1'\n"));
  expect(table).toEqual({ dependencies: { constructor: "1" } });
  expect(valueOfResult(parseToml("Cargo.toml", "")).table.constructor).toBeUndefined();
});

const text = `[dependencies]
serde = { version = "1", features = ["a", "b"] }
rand.version = "2"
[[bin]]
name = "x"
[[bin]]
name = "y"
[target.'cfg(unix)'.dependencies.z]
version = "1"
[registries.mine]
index = "https://me:pw@example.com/index"
token = "s3cret"
`;

const cases: readonly (readonly [TomlPath, "key" | "value", string])[] = [
  [["dependencies", "serde", "version"], "value", '2:21 "1"'],
  [["dependencies", "serde", "features", 1], "value", '2:43 "b"'],
  [["dependencies", "serde"], "value", '2:9 { version = "1", features = ["a", "b"] }'],
  [["dependencies", "serde"], "key", "2:1 serde"],
  [["dependencies", "rand"], "value", "3:1 rand"],
  [["dependencies"], "value", "1:2 dependencies"],
  [["bin", 1, "name"], "value", '7:8 "y"'],
  [["bin", 1], "value", "6:3 bin"],
  [["bin"], "value", "4:3 bin"],
  [["target", "cfg(unix)", "dependencies", "z", "version"], "value", '9:11 "1"'],
  [["target", "cfg(unix)"], "value", "8:9 'cfg(unix)'"],
  [["registries", "mine", "index"], "value", '11:9 "https://*****@example.com/index"'],
  [["registries", "mine", "token"], "value", "12:9 ********"],
  [["dependencies", "serde", "branch"], "value", "2:1 serde"],
  [["package", "name"], "value", "1:1 ["],
];

test.each(cases)("the place of %j (%s) is %s", (path, part, expected) => {
  const place = placeOf(valueOfResult(parseToml("Cargo.toml", text)), path, part);
  const { line, column, length = 1 } = place;
  expect(`${line}:${column} ${place.text?.slice(column - 1, column - 1 + length)}`).toBe(expected);
});
