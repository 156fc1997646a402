import { expect, test } from "vitest";
import type { DummyInput } from "../../../src/cargo/dummy/dummyInput.ts";
import { dummySource } from "../../../src/cargo/dummy/dummySource.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { inputOf } from "./readSource.ts";

function dummyOf(input: DummyInput): ReadonlyMap<string, string> {
  return valueOfResult(dummySource(input));
}

function source(tree: Readonly<Record<string, string>>): DummyInput {
  return inputOf(new Map(Object.entries(tree)));
}

const app = '[package]\nname = "app"\n';
const lock = "version = 4\n";

test("tests, examples and benches that commands name keep their names", () => {
  const input = source({
    "Cargo.toml": app,
    "examples/demo.rs": "",
    "examples/other.rs": "",
    "src/lib.rs": "",
    "tests/one.rs": "",
    "tests/two.rs": "",
  });
  expect([...dummyOf({ ...input, named: ["demo", "two"] }).keys()]).toEqual([
    "Cargo.toml",
    "examples/demo.rs",
    "examples/stub-0.rs",
    "src/lib.rs",
    "tests/stub-0.rs",
    "tests/two.rs",
  ]);
});

test("what is called `wasm_bindgen` keeps its version, which rustc looks at", () => {
  const versionIn = (manifest: string) =>
    /^version = (.*)$/m.exec(
      dummyOf(source({ "Cargo.toml": manifest, "src/main.rs": "" })).get("Cargo.toml") ?? "",
    )?.[1];
  const named = (name: string, more = "") => `[package]\nname = "${name}"\nversion = "0.2.129"\n${more}`;
  const program = '[[bin]]\nname = "wasm-bindgen"\npath = "src/main.rs"\n';
  expect([named("app"), named("wasm-bindgen"), named("wasm-bindgen-cli", program)].map(versionIn)).toEqual([
    '"0.0.0"',
    '"0.2.129"',
    '"0.2.129"',
  ]);
});

test("a source without a manifest at its root has its roots where the locks are", () => {
  const input = source({
    "server/Cargo.lock": lock,
    "server/Cargo.toml": `${app}[dependencies]\nshared = { path = "../shared" }\n`,
    "server/src/main.rs": "",
    "shared/Cargo.toml": '[package]\nname = "shared"\n',
    "shared/src/lib.rs": "",
    "tools/Cargo.toml": "[",
  });
  expect([...dummyOf(input).keys()]).toEqual([
    "server/Cargo.lock",
    "server/Cargo.toml",
    "server/src/bin/app.rs",
    "shared/Cargo.toml",
    "shared/src/lib.rs",
  ]);
});

test("a source of manifests alone gets stubs where the code would be", () => {
  const input = source({
    "Cargo.lock": lock,
    "Cargo.toml": '[workspace]\nmembers = ["declared", "plain", "coded"]\n[package]\nname = "root"\n',
    "coded/Cargo.toml": '[package]\nname = "coded"\n',
    "coded/src/lib.rs": "",
    "declared/Cargo.toml":
      '[package]\nname = "declared"\n[lib]\nname = "foo"\n[[bin]]\nname = "one"\n[[bench]]\nname = "b"\n',
    "plain/Cargo.toml": '[package]\nname = "plain"\n[build-dependencies]\ncc = "1"\n',
  });
  expect([...dummyOf(input).keys()]).toEqual([
    "Cargo.lock",
    "Cargo.toml",
    "coded/Cargo.toml",
    "coded/src/lib.rs",
    "declared/Cargo.toml",
    "declared/benches/stub-0.rs",
    "declared/src/bin/one.rs",
    "declared/src/lib.rs",
    "plain/Cargo.toml",
    "plain/build.rs",
    "plain/src/bin/plain.rs",
    "plain/src/lib.rs",
    "src/bin/root.rs",
    "src/lib.rs",
  ]);
});

test("other roots than the source's own are reached where they are asked for", () => {
  const input = source({
    "Cargo.toml": app,
    "fuzz/Cargo.toml": '[package]\nname = "fuzz"\n[workspace]\n',
    "fuzz/src/main.rs": "",
    "src/lib.rs": "",
  });
  expect([...dummyOf({ ...input, roots: ["fuzz", "."] }).keys()]).toEqual([
    "Cargo.toml",
    "fuzz/Cargo.toml",
    "fuzz/src/bin/fuzz.rs",
    "src/lib.rs",
  ]);
});

test("no name leads out of the dummy", () => {
  const input = source({ "Cargo.toml": `${app}[[bin]]\nname = "../../../x"\npath = "x.rs"\n`, "x.rs": "" });
  expect([...dummyOf(input).keys()]).toEqual(["Cargo.toml", "src/bin/_________x.rs"]);
});

test("a configuration of which nothing concerns dependencies is left out", () => {
  const input = source({
    ".cargo/config.toml": '[alias]\nb = "build"\n',
    "Cargo.toml": app,
    "src/lib.rs": "",
  });
  expect([...dummyOf(input).keys()]).toEqual(["Cargo.toml", "src/lib.rs"]);
});
