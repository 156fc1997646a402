import { expect, test } from "vitest";
import { tools } from "../../../src/crane/tools/tools.ts";
import type { Derivation } from "../../../src/derivation/model.ts";
import { libOf } from "../lib.ts";
import { refusalOf } from "../refusalOf.ts";

const lib = libOf();
const src = lib.cleanCargoSource(".");
const cargoArtifacts = lib.buildDepsOnly({ src });
type Args = Omit<Parameters<typeof lib.cargoNextest>[0], "src">;
const nextest = (args: Args = {}) => lib.cargoNextest({ src, cargoArtifacts, ...args });

const compile =
  "cargo test --message-format json-diagnostic-rendered-ansi --profile release --locked --no-run";
const config = "--tool-config-file gantry:/build/nextest/gantry.toml";
const run = `cargo nextest run ${config} --cargo-profile release --locked`;
const runsOf = ({ phases }: Derivation) =>
  phases.flatMap((phase) =>
    phase.type === "run" && phase.argv[0] === "cargo" ? [phase.argv.join(" ")] : [],
  );
/** The profile whose reports are copied. */
const reported = ({ phases }: Derivation) =>
  phases.flatMap((phase) => (phase.type === "run" && phase.name === "report" ? [phase.argv.at(-1)] : []));

test("`cargoNextest` compiles the tests on the layer of `cargo test`, and runs them", () => {
  const { name, phases, env, mounts, targetDirectory } = nextest();
  expect({ name, runs: runsOf({ ...nextest(), phases }), shows: env.NEXTEST_SHOW_PROGRESS }).toEqual({
    name: "app-nextest",
    runs: [compile, run],
    shows: "counter",
  });
  expect(phases[0]).toMatchObject({ messages: "cargo" });
  expect(mounts["/usr"]).toEqual([tools.cargoNextest(), { type: "base-system" }]);
  expect(targetDirectory).toEqual({
    layer: lib.cargoTest({ src, cargoArtifacts }).targetDirectory?.layer,
    plans: [["test", "--profile", "release", "--locked", "--no-run"]],
    keep: "all",
  });
});

test("nextest writes its report where Cargo's files lie, unless the project's settings say otherwise", () => {
  expect(nextest().mounts["/build/nextest"]).toEqual({
    type: "files",
    files: {
      "gantry.toml":
        '[store]\ndir = "/build/target/nextest"\n\n[profile.default.junit]\npath = "junit.xml"\n',
    },
  });
});

test("what is Cargo's of the arguments decides what is compiled, the rest is for nextest alone", () => {
  const extra = [
    "--workspace",
    "--profile",
    "ci",
    "-E",
    "test(a)",
    "--cargo-profile=dev",
    "-pfoo",
    "-F",
    "x",
  ];
  const step = nextest({ cargoProfile: "", cargoNextestExtraArgs: [...extra, "--", "--bins"] });
  const options = ["--locked", "--no-run", "--workspace", "--profile", "dev", "-p", "foo", "-F", "x"];
  expect(step.targetDirectory?.plans).toEqual([["test", ...options]]);
  expect(runsOf(step)[1]).toBe(`cargo nextest run ${config} --locked ${extra.join(" ")} -- --bins`);
  expect(reported(step)).toEqual(["ci"]);
});

test.each([
  [["--profile", "dev"], "--cargo-profile dev"],
  [["--profile=dev"], "--cargo-profile=dev"],
  [["-j", "2"], "--build-jobs 2"],
  [["-v", "-q"], "--cargo-verbose --cargo-quiet"],
  [["--features", "a"], "--features a"],
])("what Cargo calls %j, nextest calls %s", (cargoExtraArgs, words) => {
  const [, ran] = runsOf(nextest({ cargoProfile: "", cargoExtraArgs }));
  expect(ran).toBe(`cargo nextest run ${config} ${words}`);
});

test.each<[string, Args]>([
  ["-P", { cargoNextestExtraArgs: ["-P", "ci"] }],
  ["--profile=", { cargoNextestExtraArgs: ["--profile=ci"] }],
  ["NEXTEST_PROFILE", { env: { NEXTEST_PROFILE: "ci" } }],
])("nextest's profile by %s", (_, args) => {
  expect(reported(nextest(args))).toEqual(["ci"]);
});

test("partitions are steps that begin with what one before them compiled, and their reports are one output", () => {
  const joined = nextest({
    partitions: 2,
    partitionType: "hash",
    cargoNextestPartitionsExtraArgs: ["--no-fail-fast"],
  });
  const parts = [1, 2].map((number) => {
    const mounted = joined.mounts[`/build/partitions/p${number}`];
    if (!mounted || !("type" in mounted) || mounted.type !== "output") throw new Error("no partition");
    return mounted.of;
  });
  expect([joined, ...parts].map(({ name }) => name)).toEqual([
    "app-nextest",
    "app-nextest-p1",
    "app-nextest-p2",
  ]);
  expect(parts.map(runsOf)).toEqual([
    [compile, `${run} --partition hash:1/2 --no-fail-fast`],
    [compile, `${run} --partition hash:2/2 --no-fail-fast`],
  ]);
  const [layer] = parts.map(({ targetDirectory }) => targetDirectory?.layer);
  expect(layer?.name).toBe("app-nextest-build");
  // Its units are found only where they would be compiled in the same environment.
  expect(parts.map(({ env, mounts }) => ({ env, mounts }))).toEqual(
    [layer, layer].map((step) => ({ env: step?.env, mounts: step?.mounts })),
  );
  expect(layer?.targetDirectory?.layer).toEqual(
    lib.cargoTest({ src, cargoArtifacts }).targetDirectory?.layer,
  );
});

test("an archive is made of what Cargo compiles, with options of its own", () => {
  const step = nextest({
    withArchive: true,
    cargoNextestExtraArgs: ["--workspace", "--no-fail-fast"],
    cargoNextestArchiveExtraArgs: ["--zstd-level", "19"],
  });
  expect(runsOf(step)[1]).toBe(
    `cargo nextest archive ${config} --cargo-profile release --locked --workspace --archive-format tar-zst --archive-file /build/out/archive.tar.zst --zstd-level 19`,
  );
});

test("a tool that the step names is the only one", () => {
  const own = tools.cargoNextest("0.9.143");
  expect(nextest({ nativeBuildInputs: [own] }).mounts["/usr"]).toEqual([own, { type: "base-system" }]);
});

test("with cargo-llvm-cov, which has LLVM's tools and calls nextest", () => {
  const step = nextest({ withLlvmCov: true, cargoNextestExtraArgs: ["--workspace"] });
  expect(runsOf(step)).toEqual([
    `cargo llvm-cov nextest --no-clean --lcov --output-path /build/out/coverage ${config} --cargo-profile release --locked --workspace`,
  ]);
  expect(step.mounts["/build/toolchain"]).toEqual({
    type: "toolchain",
    request: { components: ["llvm-tools"], targets: [] },
  });
  // What is instrumented must not be found by what is not.
  expect(step.targetDirectory?.keep).toBe("dependencies");
});

test("without `doCheck` nothing is run", () => {
  expect(runsOf(nextest({ doCheck: false }))).toEqual([compile]);
});

test.each<[string, Args]>([
  ["`partitions` of `cargoNextest` must be 1 or more, and is `0`", { partitions: 0 }],
  ["`partitions` of `cargoNextest` must be a whole number, and is `1.5`", { partitions: 1.5 }],
  [
    "`withLlvmCov` does not go with `partitions` or `withArchive` of `cargoNextest`",
    { withLlvmCov: true, partitions: 2 },
  ],
  [
    "`cargoNextestArchiveExtraArgs` has no effect without `withArchive` of `cargoNextest`",
    { cargoNextestArchiveExtraArgs: [] },
  ],
  [
    "`cargoLlvmCovExtraArgs` has no effect without `withLlvmCov` of `cargoNextest`",
    { cargoLlvmCovExtraArgs: [] },
  ],
])("%s", (message, args) => {
  const { code, message: said } = refusalOf(() => nextest(args));
  expect({ code, said }).toEqual({ code: "configuration-argument", said: message });
});
