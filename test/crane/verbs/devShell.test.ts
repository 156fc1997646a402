import { expect, test } from "vitest";
import { pkgs } from "../../../src/crane/pkgs/pkgs.ts";
import { shellsOf } from "../../../src/crane/project.ts";
import { toolchains } from "../../../src/crane/tools/toolchains.ts";
import { tools } from "../../../src/crane/tools/tools.ts";
import { libOf } from "../lib.ts";
import { refusalOf } from "../refusalOf.ts";

const lib = libOf();
const src = lib.cleanCargoSource(".");
const nothing = { components: [], targets: [] };

test("a shell has the packages and variables of its checks, after its own", () => {
  const checks = {
    tests: lib.cargoNextest({
      src,
      nativeBuildInputs: [pkgs.protobuf, tools.cargoNextest("0.9.143")],
      env: { PROTOC: pkgs.protobuf.bin("protoc"), DATABASE_URL: "sqlite:check.db" },
    }),
    clippy: lib.cargoClippy({ src, buildInputs: [pkgs.openssl], env: { DATABASE_URL: "sqlite:clippy.db" } }),
    fmt: lib.cargoFmt({ src }),
  };
  const shell = lib.devShell({
    checks,
    packages: [pkgs.sqlite],
    env: { RUST_LOG: "debug" },
    shellHook: "true",
  });
  expect(shell).toEqual({
    type: "dev-shell",
    toolchain: nothing,
    packages: [pkgs.sqlite, pkgs.protobuf, tools.cargoNextest("0.9.143"), pkgs.openssl],
    env: { RUST_LOG: "debug", PROTOC: "/usr/bin/protoc", DATABASE_URL: "sqlite:check.db" },
    shellHook: "true",
  });
});

test("what a step sets for itself is none of its variables", () => {
  const steps = {
    nextest: lib.cargoNextest({ src, partitions: 2 }),
    covered: lib.cargoNextest({ src, withLlvmCov: true, env: { MINE: "1" } }),
    llvmCov: lib.cargoLlvmCov({ src }),
    tarpaulin: lib.cargoTarpaulin({ src, env: { CACHE: "/build/home/cache" } }),
    test: lib.cargoTest({ src, env: { TZ: "Europe/Berlin", LC_ALL: "C.UTF-8" } }),
  };
  const { env, packages, toolchain } = lib.devShell({ checks: steps });
  expect(env).toEqual({ MINE: "1", TZ: "Europe/Berlin" });
  expect(packages.map((each) => each.type === "tool" && each.crate)).toEqual([
    "cargo-nextest",
    "cargo-llvm-cov",
    "cargo-tarpaulin",
  ]);
  expect(toolchain.components).toEqual(["llvm-tools"]);
});

test("what compiles for other platforms comes along", () => {
  const arm = lib.cargoBuild({ src, cargoExtraArgs: ["--target", "aarch64-unknown-linux-gnu"] });
  const { env, packages, toolchain } = lib.devShell({ checks: { arm } });
  expect(env).toMatchObject({ CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER: "aarch64-linux-gnu-gcc" });
  expect(packages.map((each) => each.type === "native" && each.name)).toEqual(["gccAarch64"]);
  expect(toolchain).toEqual({ ...nothing, platforms: ["aarch64-unknown-linux-gnu"] });
});

test("a shell takes over what another has, its hook first", () => {
  const base = lib.devShell({
    packages: [pkgs.cmake],
    env: { A: "base", B: "base" },
    shellHook: "echo base",
  });
  const { packages, env, shellHook } = lib.devShell({
    inputsFrom: [base],
    packages: [pkgs.protobuf],
    env: { A: "own" },
    shellHook: "echo own",
  });
  expect(packages).toEqual([pkgs.protobuf, pkgs.cmake]);
  expect({ env, shellHook }).toEqual({ env: { A: "own", B: "base" }, shellHook: "echo base\necho own" });
});

test("a project that describes no shell has one of what its outputs need, with their toolchain", () => {
  const pinned = lib.overrideToolchain(toolchains.stable("1.95.0", { components: ["rust-src"] }));
  const app = pinned.buildPackage({ src, nativeBuildInputs: [pkgs.protobuf] });
  const { default: shell } = shellsOf({ packages: { default: app } });
  expect(shell?.toolchain).toEqual(toolchains.stable("1.95.0", { components: ["rust-src"] }));
  expect(shell?.packages).toEqual([pkgs.protobuf]);
  const ci = lib.devShell({});
  expect(Object.keys(shellsOf({ packages: { default: app }, devShells: { ci } }))).toEqual(["default", "ci"]);
  const own = lib.devShell({ env: { A: "1" } });
  expect(shellsOf({ packages: { default: app }, devShells: { default: own } })).toEqual({ default: own });
});

test.each([
  [{ PATH: "/opt/bin" }, "a shell has a `PATH` of its own"],
  [{ UID: "5" }, "a shell has a `UID` of its own"],
  [{ BASH_VERSINFO: "5" }, "a shell has a `BASH_VERSINFO` of its own"],
  [{ LONG: "ä".repeat(65_534) }, "`LONG` is too long for a variable"],
  [{ "A-B": "1" }, "`A-B` of `env` is no variable of a shell"],
  [{ A: "a\0b" }, "`A` of `env` is no variable of a shell"],
] as const)("variables that no shell can have are refused: %#", (env, message) => {
  expect(refusalOf(() => lib.devShell({ env })).message).toBe(message);
});

test("a variable has 128 KiB with its name and its end, and so has a hook", () => {
  const longest = { LONG: "x".repeat(131_066) };
  expect(lib.devShell({ env: longest }).env).toEqual(longest);
  const { message } = refusalOf(() => lib.devShell({ shellHook: `: ${"x".repeat(131_070)}` }));
  expect(message).toBe("`shellHook` is too long for a shell to get");
});

test("what a shell says itself is not taken from steps", () => {
  const app = lib.buildPackage({ src, env: { UID: "5", APP_UID: "5" } });
  expect(lib.devShell({ inputsFrom: [app] }).env).toEqual({ APP_UID: "5" });
});

test("what is no step and no package is refused", () => {
  const wrong = (args: object) => refusalOf(() => Reflect.apply(lib.devShell, lib, [args])).message;
  expect(wrong({ checks: { a: 1 } })).toBe("`checks.a` of `devShell` must be a step, and is `1`");
  expect(wrong({ inputsFrom: [src] })).toBe(
    '`inputsFrom.0` of `devShell` must be a step or a shell, and is `"source"`',
  );
  expect(wrong({ packages: ["sqlite"] })).toBe(
    '`packages.0` of `devShell` must be packages, as `pkgs` and `tools` have them, and is `"sqlite"`',
  );
});
