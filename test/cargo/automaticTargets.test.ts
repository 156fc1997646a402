import { expect, test } from "vitest";
import { resolveInheritance } from "../../src/cargo/manifest/inheritance.ts";
import { parseManifest } from "../../src/cargo/manifest/parseManifest.ts";
import { automaticTargets } from "../../src/cargo/manifest/targets.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { shownError } from "./shownError.ts";

function targets(text: string, files: readonly string[]) {
  const manifest = valueOfResult(parseManifest("Cargo.toml", text));
  return automaticTargets(valueOfResult(resolveInheritance(manifest, manifest)), files);
}

function list(text: string, files: readonly string[]): string[] {
  return valueOfResult(targets(text, files)).map(({ kind, name, path }) => `${kind} ${name} ${path}`);
}

const modern = '[package]\nname = "my-app"\nedition = "2021"\n';
const files = [
  "Cargo.toml",
  "benches/speed.rs",
  "build.rs",
  "examples/demo/main.rs",
  "examples/demo/other.rs",
  "examples/.hidden.rs",
  "src/bin/tool.rs",
  "src/bin/server/main.rs",
  "src/bin/server/routes.rs",
  "src/lib.rs",
  "src/main.rs",
  "tests/all.rs",
  "tests/data/x.rs",
];

test("discovery", () => {
  expect(list(modern, files)).toEqual([
    "lib my_app src/lib.rs",
    "bin my-app src/main.rs",
    "bin tool src/bin/tool.rs",
    "bin server src/bin/server/main.rs",
    "example demo examples/demo/main.rs",
    "test all tests/all.rs",
    "bench speed benches/speed.rs",
    "custom-build build-script-build build.rs",
  ]);
});

test("discovery can be turned off", () => {
  const off =
    "build = false\nautolib = false\nautobins = false\nautoexamples = false\nautotests = false\nautobenches = false\n";
  expect(list(modern + off, files)).toEqual([]);
});

test("what is written comes first, and nothing twice", () => {
  const written = '[[bin]]\nname = "renamed"\npath = "./src/main.rs"\n[[bin]]\nname = "server"\n';
  expect(list(modern + written, ["src/main.rs", "src/bin/server/main.rs", "src/bin/tool.rs"])).toEqual([
    "bin renamed src/main.rs",
    "bin server src/bin/server/main.rs",
    "bin tool src/bin/tool.rs",
  ]);
});

test("in edition 2015, writing one binary turns their discovery off, and old places count", () => {
  const written = '[package]\nname = "old"\n[lib]\n[[bin]]\nname = "one"\n';
  expect(list(written, ["src/old.rs", "src/main.rs", "src/bin/two.rs", "tests/t.rs"])).toEqual([
    "lib old src/old.rs",
    "bin one src/main.rs",
    "test t tests/t.rs",
  ]);
});

test("a target in full", () => {
  const written = `build = "build/main.rs"
[lib]
name = "mine"
proc-macro = true
[[test]]
name = "ui"
path = "ui/run.rs"
harness = false
required-features = ["x"]
edition = "2018"
`;
  const rest = { edition: "2021", requiredFeatures: [], harness: true };
  expect(valueOfResult(targets(modern + written, ["src/lib.rs", "ui/run.rs", "build/main.rs"]))).toEqual([
    { ...rest, kind: "lib", name: "mine", path: "src/lib.rs", crateTypes: ["proc-macro"], test: true },
    {
      kind: "test",
      name: "ui",
      path: "ui/run.rs",
      crateTypes: ["bin"],
      edition: "2018",
      requiredFeatures: ["x"],
      harness: false,
      test: true,
    },
    {
      ...rest,
      kind: "custom-build",
      name: "build-script-main",
      path: "build/main.rs",
      crateTypes: ["bin"],
      test: false,
    },
  ]);
});

test("as in Cargo, a path that is written is not looked for", () => {
  expect(list(`${modern}[[bench]]\nname = "b"\npath = "gone.rs"\n`, [])).toEqual(["bench b gone.rs"]);
});

test("a target that is nowhere", () => {
  expect(shownError(targets(`${modern}[[bin]]\nname = "x"\n`, ["src/lib.rs"]))).toBe(
    'error[target-missing]: can\'t find bin `x` at `src/bin/x.rs`\n  --> Cargo.toml:5:8\nname = "x"\n       ^^^ has no file in the usual place',
  );
  expect(shownError(targets(`${modern}[lib]\ntest = false\n`, []))).toBe(
    "error[target-missing]: can't find lib `my_app` at `src/lib.rs`\n  --> Cargo.toml:4:2\n[lib]\n ^^^ has no file in the usual place",
  );
});
