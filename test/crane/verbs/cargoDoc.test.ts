import { expect, test } from "vitest";
import { libOf } from "../lib.ts";

const lib = libOf();
const src = lib.cleanCargoSource(".");

const commands = (args: Omit<Parameters<typeof lib.cargoDoc>[0], "src">) =>
  lib.cargoDoc({ src, ...args }).phases.map((phase) => (phase.type === "run" ? phase.argv.join(" ") : ""));

const doc = "cargo doc --message-format json-diagnostic-rendered-ansi --profile release --locked";

test("`cargoDoc` documents the project's own packages, and installs what Cargo wrote", () => {
  expect(commands({})).toEqual([
    `${doc} --no-deps`,
    "mkdir -p /build/out/share",
    "cp -R -- /build/target/doc /build/out/share/",
    "rm -f -- /build/out/share/doc/.lock",
  ]);
});

test.each([
  ["--target T", { cargoExtraArgs: ["--locked", "--target", "wasm32-wasip1"] }],
  ["--target=T", { cargoDocExtraArgs: ["--target=wasm32-wasip1"] }],
  ["CARGO_BUILD_TARGET", { env: { CARGO_BUILD_TARGET: "wasm32-wasip1" } }],
  ["docInstallRoot", { docInstallRoot: "/build/target/wasm32-wasip1/doc" }],
])("where Cargo writes it: %s", (_, args) => {
  expect(commands(args)[2]).toBe("cp -R -- /build/target/wasm32-wasip1/doc /build/out/share/");
});

test("its layer holds what documenting needs: the dependencies' metadata, not their documentation", () => {
  const plansFor = (cargoDocExtraArgs: string[]) => {
    const { name, targetDirectory: target } = lib.cargoDoc({ src, cargoDocExtraArgs });
    return {
      name,
      of: target?.layer?.name,
      plans: target?.layer?.targetDirectory?.plans,
      own: target?.plans,
    };
  };
  const options = ["--profile", "release", "--locked"];
  const plans = [["doc", "--no-deps", ...options]];
  const named = { name: "app-doc", of: "app-doc-deps" };
  expect(plansFor(["--no-deps"])).toEqual({ ...named, plans, own: [["doc", ...options, "--no-deps"]] });
  expect(plansFor([])).toEqual({ ...named, plans, own: [["doc", ...options]] });
});

test("the layers of different commands have different names", () => {
  const cargoArtifacts = lib.buildDepsOnly({ src });
  const common = { src, cargoArtifacts };
  const steps = [
    lib.buildPackage(common),
    lib.cargoClippy(common),
    lib.cargoTest(common),
    lib.cargoDoc(common),
  ];
  expect([cargoArtifacts.name, ...steps.map(({ targetDirectory }) => targetDirectory?.layer?.name)]).toEqual([
    "app-all-deps",
    "app-deps",
    "app-clippy-deps",
    "app-test-deps",
    "app-doc-deps",
  ]);
});
