import { expect, test } from "vitest";
import { pkgs } from "../../../src/crane/pkgs/pkgs.ts";
import { path } from "../../../src/crane/vendor/inputs.ts";
import { cargoEnvironment } from "../../../src/derivation/world.ts";
import { libOf } from "../lib.ts";
import { refusalOf } from "../refusalOf.ts";

const lib = libOf();
const src = lib.cleanCargoSource(".");
const messages = ["--message-format", "json-diagnostic-rendered-ansi"];

test("`buildPackage` builds, tests, installs, and strips what it installed", () => {
  expect(lib.buildPackage({ src, cargoArtifacts: null })).toEqual({
    type: "derivation",
    name: "app",
    phases: [
      {
        type: "run",
        name: "build",
        argv: ["cargo", "build", ...messages, "--profile", "release", "--locked"],
        messages: "cargo",
      },
      {
        type: "run",
        name: "test",
        argv: ["cargo", "test", ...messages, "--profile", "release", "--locked"],
        messages: "cargo",
      },
      { type: "install", from: "build" },
      { type: "strip", prefixes: ["/build/toolchain/", "/build/vendor/"] },
    ],
    env: cargoEnvironment,
    mounts: {
      "/build/source": src,
      "/build/vendor": { type: "vendor", of: src },
      "/build/.cargo": { type: "vendor-config", of: src },
      "/build/toolchain": { type: "toolchain", request: { components: [], targets: [] } },
      "/usr": [{ type: "base-system" }],
    },
    targetDirectory: {
      plans: [
        ["build", "--profile", "release", "--locked"],
        ["test", "--profile", "release", "--locked"],
      ],
      keep: "all",
    },
  });
});

test("what follows `--` goes to the tests, and the plan knows nothing of it", () => {
  const cargoTestExtraArgs = ["--workspace", "--", "--nocapture"];
  const { phases, targetDirectory } = lib.buildPackage({ src, cargoArtifacts: null, cargoTestExtraArgs });
  const options = ["--profile", "release", "--locked", "--workspace"];
  expect(phases[1]).toEqual({
    type: "run",
    name: "test",
    argv: ["cargo", "test", ...messages, ...options, "--", "--nocapture"],
    messages: "cargo",
  });
  expect(targetDirectory?.plans[1]).toEqual(["test", ...options]);
});

test("hooks run around their phases; those of a phase that does not run do not", () => {
  const names = (doCheck: boolean) =>
    lib
      .buildPackage({
        src,
        cargoArtifacts: null,
        doCheck,
        preBuild: "echo before",
        postBuild: [["echo", "after"]],
        preCheck: "echo check",
        postInstall: "echo installed",
      })
      .phases.map((phase) => (phase.type === "run" ? phase.name : phase.type));
  expect(names(true)).toEqual([
    "preBuild",
    "build",
    "postBuild",
    "preCheck",
    "test",
    "install",
    "strip",
    "postInstall",
  ]);
  expect(names(false)).toEqual(["preBuild", "build", "postBuild", "install", "strip", "postInstall"]);
});

test("the layer of a package compiles what the package needs, and nothing for tests that do not run", () => {
  const common = { src, nativeBuildInputs: [pkgs.protobuf], env: { PROTOC: pkgs.protobuf.bin("protoc") } };
  const built = lib.buildPackage({ ...common, cargoArtifacts: lib.buildDepsOnly(common), doCheck: false });
  const layer = built.targetDirectory?.layer;
  expect(layer?.name).toBe("app-deps");
  expect(layer?.targetDirectory).toEqual({
    plans: [["build", "--profile", "release", "--locked"]],
    keep: "dependencies",
  });
  expect(layer?.env).toEqual(built.env);
  expect(layer?.mounts["/usr"]).toEqual(built.mounts["/usr"]);
  expect(layer?.mounts["/build/source"]).toEqual({ type: "dummy-source", of: src });
});

test("a layer that is realised for itself compiles for check, build and test, as Crane's does", () => {
  expect(lib.buildDepsOnly({ src }).targetDirectory?.plans).toEqual([
    ["check", "--profile", "release", "--locked", "--all-targets"],
    ["build", "--profile", "release", "--locked"],
    ["test", "--no-run", "--profile", "release", "--locked"],
  ]);
});

test("a reduced source stands for its source, whose lock and name count", () => {
  const reduced = lib.mkDummySrc({ src });
  const common = { cargoArtifacts: null, doCheck: false };
  const built = lib.buildPackage({ ...common, src: reduced, sourceRoot: "rust" });
  const inRust = { ...src, workspace: "rust" };
  expect(built).toMatchObject({ name: "app", workspace: "rust" });
  expect(built.mounts).toMatchObject({
    "/build/source": { type: "dummy-source", of: inRust },
    "/build/vendor": { of: inRust },
  });
  const { mounts } = lib.buildDepsOnly({ src });
  expect(lib.buildDepsOnly({ src: reduced }).mounts).toEqual(mounts);
  expect(lib.buildDepsOnly({ src, dummySrc: src }).mounts).toEqual({ ...mounts, "/build/source": src });
});

test("`dummySrc` stands alone, in the workspace and with the lock that the arguments give", () => {
  const { mounts, workspace } = lib.buildDepsOnly({ src, sourceRoot: "rust", cargoLock: "other.lock" });
  const given = { sourceRoot: "rust", cargoLock: "other.lock" };
  for (const dummySrc of [lib.mkDummySrc({ src }), lib.mkDummySrc({ src, ...given })]) {
    const alone = lib.buildDepsOnly({ dummySrc, ...given });
    expect({ mounts: alone.mounts, workspace: alone.workspace }).toEqual({ mounts, workspace });
    expect(lib.buildDepsOnly({ src, dummySrc, ...given }).mounts).toEqual(mounts);
  }
  expect(lib.buildDepsOnly({ dummySrc: src }).mounts).toMatchObject({
    "/build/source": src,
    "/build/vendor": { of: src },
  });
});

test("a layer of nothing, and one of what is no source, say which argument it is", () => {
  const messageOf = (args: object) =>
    refusalOf(() => Reflect.apply(lib.buildDepsOnly, undefined, [args])).message;
  expect(messageOf({})).toBe("`src` of `buildDepsOnly` is missing");
  expect(messageOf({ dummySrc: "." })).toBe(
    '`dummySrc` of `buildDepsOnly` must be a source such as `crane.cleanCargoSource(".")`, and is `"."`',
  );
});

test("a directory as `cargoVendorDir` has the crates of the source's lock, for the layer too", () => {
  const { mounts, targetDirectory } = lib.buildPackage({ src, cargoVendorDir: path("vendor") });
  for (const each of [mounts, targetDirectory?.layer?.mounts]) {
    expect(each?.["/build/vendor"]).toEqual({ type: "vendor", of: src, directory: "vendor" });
    expect(each?.["/build/.cargo"]).toEqual({ type: "vendor-config", of: src });
  }
});

test("what is no directory is told how one is written, and a part of one that it is no whole", () => {
  const messageOf = (cargoVendorDir: unknown) =>
    refusalOf(() => Reflect.apply(lib.buildPackage, undefined, [{ src, cargoVendorDir }])).message;
  const wanted = 'what `crane.vendorCargoDeps` gives, or a directory of crates: `path("vendor")`';
  expect(messageOf("vendor")).toBe(
    `\`cargoVendorDir\` of \`buildPackage\` must be ${wanted}, and is \`"vendor"\``,
  );
  expect(messageOf({ type: "git" })).toBe(
    `\`cargoVendorDir\` of \`buildPackage\` must be ${wanted}, and is \`"git"\``,
  );
  expect(messageOf(src)).toBe(
    '`cargoVendorDir.filter.kind` of `buildPackage` must be that of a whole directory, as `path` gives it, and is `"cargo"`',
  );
});

test("a step as a source is told as that", () => {
  // @ts-expect-error: what a configuration that nobody type-checked may pass
  expect(refusalOf(() => lib.buildPackage({ src: lib.cargoFmt({ src }) })).message).toBe(
    '`src` of `buildPackage` must be a source such as `crane.cleanCargoSource(".")`, and is `"derivation"`',
  );
});

test("`-p`, `--profile` and `--target` reach the package and its layer", () => {
  const chosen = libOf({ args: ["--package", "tool"], profile: "dev", platform: "wasm32-unknown-unknown" });
  const built = chosen.buildPackage({ src, doCheck: false });
  const choice = ["--package", "tool", "--target", "wasm32-unknown-unknown"];
  const plan = ["build", "--profile", "dev", "--locked", ...choice];
  expect(built.targetDirectory?.plans).toEqual([plan]);
  expect(built.targetDirectory?.layer?.targetDirectory?.plans).toEqual([plan]);
});

test("the standard library of each platform that is compiled for is asked of the toolchain, for the layer too", () => {
  const common = { src, doCheck: false };
  const targetsOf = (more: object, chosen = lib) => {
    const { mounts, targetDirectory } = chosen.buildPackage({ ...common, ...more });
    return [mounts, targetDirectory?.layer?.mounts].map((each) => {
      const input = each?.["/build/toolchain"];
      return input && "type" in input && input.type === "toolchain"
        ? (input.request.platforms ?? [])
        : undefined;
    });
  };
  const wasm = ["wasm32-unknown-unknown"];
  const both = [wasm, wasm];
  expect(targetsOf({ env: { CARGO_BUILD_TARGET: "wasm32-unknown-unknown" } })).toEqual(both);
  expect(targetsOf({ cargoExtraArgs: ["--target", "wasm32-unknown-unknown"] })).toEqual(both);
  expect(targetsOf({ cargoExtraArgs: ["--target=wasm32-unknown-unknown"] })).toEqual(both);
  expect(targetsOf({}, libOf({ args: [], platform: "wasm32-unknown-unknown" }))).toEqual(both);
  const none = [[], []];
  expect(targetsOf({ cargoExtraArgs: ["--target", "machines/board.json"] })).toEqual(none);
  expect(targetsOf({ cargoExtraArgs: ["--target", "host-tuple"] })).toEqual(none);
  const buildStd = ["-Z", "build-std=core"];
  expect(targetsOf({ cargoExtraArgs: [...buildStd, "--target", "x86_64-unknown-none"] })).toEqual(none);
  expect(
    targetsOf({ doCheck: true, cargoTestExtraArgs: ["--", "--target", "wasm32-unknown-unknown"] }),
  ).toEqual(none);
});

test("Clippy's own arguments stay out of the plan, and its dependencies are those of `cargo check`", () => {
  const clippy = lib.cargoClippy({ src, cargoClippyExtraArgs: ["--all-targets", "--", "-D", "warnings"] });
  const [run] = clippy.phases;
  const options = ["--profile", "release", "--locked", "--all-targets"];
  const after = ["--", "-D", "warnings"];
  expect(run?.type === "run" && run.argv).toEqual(["cargo", "clippy", ...messages, ...options, ...after]);
  expect(clippy.targetDirectory?.layer?.targetDirectory?.plans).toEqual([["check", ...options]]);
});

test("a profile may be called like a command", () => {
  const tests = lib.cargoTest({ src, cargoProfile: "test" });
  expect(tests.targetDirectory?.layer?.targetDirectory?.plans).toEqual([
    ["test", "--no-run", "--profile", "test", "--locked"],
  ]);
});

test.each([
  [["--no-run"], ["test", "--no-run", "--profile", "release", "--locked"]],
  [
    ["--doc", "--workspace"],
    ["test", "--profile", "release", "--locked", "--doc", "--workspace"],
  ],
])(
  "what `cargo test %s` needs of its dependencies is something that Cargo can run",
  (cargoTestExtraArgs, plan) => {
    const tests = lib.cargoTest({ src, cargoTestExtraArgs });
    expect(tests.targetDirectory?.plans).toEqual([
      ["test", "--profile", "release", "--locked", ...cargoTestExtraArgs],
    ]);
    expect(tests.targetDirectory?.layer?.targetDirectory?.plans).toEqual([plan]);
  },
);

test("what only Clippy has stays out of what plans it and of what compiles its dependencies", () => {
  const options = ["--profile", "release", "--locked"];
  const cargoClippyExtraArgs = ["--all-targets", "--no-deps", "--", "--deny", "warnings"];
  const clippy = lib.cargoClippy({ src, cargoClippyExtraArgs });
  expect(clippy.phases).toMatchObject([
    { argv: ["cargo", "clippy", ...messages, ...options, ...cargoClippyExtraArgs] },
  ]);
  const plans = [["check", ...options, "--all-targets"]];
  expect(clippy.targetDirectory).toMatchObject({ plans, layer: { targetDirectory: { plans } } });
});

test.each([
  [
    "a misspelt argument",
    { src, cargoExtraArg: [] },
    "`buildPackage` takes no argument `cargoExtraArg`",
    ["did you mean `cargoExtraArgs`?"],
  ],
  ["words in one string", { src, cargoExtraArgs: "--locked" }, undefined, undefined],
  ["no source", {}, undefined, undefined],
])("%s is refused", (_, args, message, help) => {
  // @ts-expect-error: what a configuration that nobody type-checked may pass
  const refused = refusalOf(() => lib.buildPackage(args));
  expect(refused).toMatchObject({ code: "configuration-argument", status: 2 });
  if (message) expect(refused).toMatchObject({ message, help });
});
