import { expect, test } from "vitest";
import { tools } from "../../../src/crane/tools/tools.ts";
import type { Derivation } from "../../../src/derivation/model.ts";
import { libOf } from "../lib.ts";

const lib = libOf();
const src = lib.cleanCargoSource(".");
const cargoArtifacts = lib.buildDepsOnly({ src });
const runsOf = ({ phases }: Derivation) =>
  phases.map((phase) => (phase.type === "run" ? phase.argv.join(" ") : ""));

const messages = "--message-format json-diagnostic-rendered-ansi";

test("`cargoLlvmCov` compiles on the layer of `cargo test`, and leaves Cargo's messages to Gantry", () => {
  const step = lib.cargoLlvmCov({ src, cargoArtifacts });
  expect(step.name).toBe("app-llvm-cov");
  expect(step.phases).toEqual([
    {
      type: "run",
      name: "llvm-cov",
      argv: [
        ...["cargo", "llvm-cov", "test", "--no-clean", ...messages.split(" ")],
        ...["--profile", "release", "--locked", "--lcov", "--output-path", "/build/out/coverage"],
      ],
      messages: "cargo",
    },
  ]);
  expect(step.env.CARGO_LLVM_COV_TARGET_DIR).toBe("/build/target");
  expect(step.mounts["/usr"]).toEqual([tools.cargoLlvmCov(), { type: "base-system" }]);
  expect(step.targetDirectory).toEqual({
    layer: lib.cargoTest({ src, cargoArtifacts }).targetDirectory?.layer,
    plans: [["test", "--profile", "release", "--locked"]],
    keep: "all",
  });
});

test("LLVM's tools are asked for once, by either name", () => {
  const componentsOf = (components: string[]) => {
    const own = lib.overrideToolchain({ channel: "1.95.0", components, targets: [] });
    const mounted = own.cargoLlvmCov({ src }).mounts["/build/toolchain"];
    return mounted && "type" in mounted && mounted.type === "toolchain" ? mounted.request.components : [];
  };
  expect(componentsOf(["clippy"])).toEqual(["clippy", "llvm-tools"]);
  expect(componentsOf(["llvm-tools"])).toEqual(["llvm-tools"]);
  expect(componentsOf(["llvm-tools-preview"])).toEqual(["llvm-tools-preview"]);
});

test.each([
  ["a report on the standard output", ["--json"], `--no-clean`],
  ["a report in a directory", ["--html", "--output-dir=$out"], `--no-clean ${messages}`],
  ["no report", ["--no-report"], `--no-clean ${messages}`],
  ["its own cleaning", ["--no-clean", "--text"], ""],
  ["a dependency, whose unit has to be removed", ["--dep-coverage", "serde"], ""],
])("%s", (_, cargoLlvmCovExtraArgs, before) => {
  const [run] = runsOf(lib.cargoLlvmCov({ src, cargoLlvmCovExtraArgs, cargoExtraArgs: [] }));
  const words = ["cargo llvm-cov test", before, "--profile release", cargoLlvmCovExtraArgs.join(" ")];
  expect(run).toBe(
    words
      .filter((word) => word !== "")
      .join(" ")
      .replace("$out", "/build/out"),
  );
});

test("another command of cargo-llvm-cov has another plan, and nextest is a tool besides", () => {
  const stepOf = (cargoLlvmCovCommand: "run" | "nextest", cargoLlvmCovExtraArgs: string[]) =>
    lib.cargoLlvmCov({ src, cargoLlvmCovCommand, cargoLlvmCovExtraArgs });
  const run = stepOf("run", ["--bin", "app", "--lcov"]);
  expect(run.targetDirectory?.plans).toEqual([["build", "--profile", "release", "--locked", "--bin", "app"]]);
  const nextest = stepOf("nextest", ["--workspace", "--lcov", "--output-path", "${out}/coverage"]);
  expect(runsOf(nextest)).toEqual([
    "cargo llvm-cov nextest --no-clean --cargo-profile release --locked --workspace --lcov --output-path /build/out/coverage",
  ]);
  expect(nextest.mounts["/usr"]).toEqual([
    ...[tools.cargoLlvmCov(), tools.cargoNextest()],
    { type: "base-system" },
  ]);
});

test("`cargoTarpaulin` has a layer with its own flags, under which what is compiled is fresh for it", () => {
  const step = lib.cargoTarpaulin({ src, cargoArtifacts, env: { RUSTFLAGS: "--cfg own" } });
  const flags = "-Cdebuginfo=2 -Cstrip=none --cfg=tarpaulin -Cinstrument-coverage --cfg own";
  const layer = step.targetDirectory?.layer;
  expect([step.env.RUSTFLAGS, layer?.env.RUSTFLAGS]).toEqual([flags, flags]);
  expect(step.env.LLVM_PROFILE_FILE).toBe("/build/home/.cache/%m-%p.profraw");
  expect(runsOf(step)).toEqual([
    `cargo test ${messages} --profile release --locked --no-run --tests`,
    "cargo tarpaulin --profile release --locked --engine llvm --skip-clean --out xml --output-dir /build/out",
  ]);
  expect(lib.cargoTarpaulin({ src, cargoArtifacts: null }).targetDirectory?.layer).toBeUndefined();
});

test.each([
  [["--engine", "ptrace"], "-Cdebuginfo=2 -Cstrip=none --cfg=tarpaulin -Clink-dead-code"],
  [["--engine", "Ptrace", "--no-dead-code"], "-Cdebuginfo=2 -Cstrip=none --cfg=tarpaulin"],
  [["--avoid-cfg-tarpaulin"], "-Cdebuginfo=2 -Cstrip=none -Cinstrument-coverage"],
  [["--release"], "-Cdebuginfo=2 -Cstrip=none --cfg=tarpaulin -Cdebug-assertions=off -Cinstrument-coverage"],
])("tarpaulin's flags with %j", (cargoTarpaulinExtraArgs, flags) => {
  expect(lib.cargoTarpaulin({ src, cargoTarpaulinExtraArgs }).env.RUSTFLAGS).toBe(flags);
});
