import { expect, test } from "vitest";
import { parseCargoConfig } from "../../../src/cargo/config/parseCargoConfig.ts";
import { mkLib } from "../../../src/crane/mkLib.ts";
import { pkgs } from "../../../src/crane/pkgs/pkgs.ts";
import type { CargoArgs } from "../../../src/crane/verbs/mkCargoDerivation.ts";
import type { Derivation, Input, Source } from "../../../src/derivation/model.ts";
import { cargoEnvironment, world } from "../../../src/derivation/world.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { refusalOf } from "../refusalOf.ts";

const src: Source = { type: "source", root: ".", filter: { kind: "everything" } };
const arm = "aarch64-unknown-linux-gnu";

function libWith(settings?: string, host = "x86_64-unknown-linux-gnu") {
  const config =
    settings === undefined
      ? undefined
      : valueOfResult(parseCargoConfig([{ file: ".cargo/config.toml", text: settings }]));
  return mkLib({
    toolchain: { components: [], targets: [] },
    host,
    settings: () => config,
    selection: { args: [] },
    crateName: () => ({ pname: "app", version: "1.2.3" }),
    lock: () => [],
    text: () => undefined,
    warn: () => undefined,
  });
}

/** What a step has for other platforms. */
function crossOf(step: Derivation) {
  const inputs = (at: string): readonly Input[] => [step.mounts[at] ?? []].flat();
  return {
    env: Object.fromEntries(Object.entries(step.env).filter(([name]) => !(name in cargoEnvironment))),
    native: inputs(world.system).flatMap((input) =>
      input.type === "native" ? `${input.name}${input.isOptional ? "?" : ""}` : [],
    ),
    platforms: inputs(world.toolchain).flatMap((input) =>
      input.type === "toolchain" ? (input.request.platforms ?? []) : [],
    ),
  };
}

const built = (args: Partial<CargoArgs> = {}, settings?: string) =>
  crossOf(libWith(settings).buildPackage({ src, doCheck: false, ...args }));

const ofArm = {
  CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER: "aarch64-linux-gnu-gcc",
  CC_aarch64_unknown_linux_gnu: "aarch64-linux-gnu-gcc",
  CXX_aarch64_unknown_linux_gnu: "aarch64-linux-gnu-g++",
  AR_aarch64_unknown_linux_gnu: "aarch64-linux-gnu-ar",
};
const runner = { CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER: "qemu-aarch64 -L /usr/aarch64-linux-gnu" };

test("a build for the machine itself has nothing of it", () => {
  const nothing = { env: {}, native: [], platforms: [] };
  expect(built()).toEqual(nothing);
  expect(built({ cargoExtraArgs: ["--target", "x86_64-unknown-linux-gnu"] })).toEqual(nothing);
  expect(built({ cargoExtraArgs: ["--target", "host-tuple"] })).toEqual(nothing);
});

test("linker and C compilers for a platform, however it is named", () => {
  const whole = { env: ofArm, native: ["gccAarch64"], platforms: [arm] };
  expect(built({ cargoExtraArgs: ["--target", arm] })).toEqual(whole);
  expect(built({ cargoExtraArgs: [`--target=${arm}`] })).toEqual(whole);
  expect(built({}, `build.target = "${arm}"`)).toEqual(whole);
  expect(built({ env: { CARGO_BUILD_TARGET: arm } })).toEqual({
    ...whole,
    env: { ...ofArm, CARGO_BUILD_TARGET: arm },
  });
});

test("the command goes before the variable, and that before the settings", () => {
  const all = (more: Partial<CargoArgs>) =>
    built(
      { env: { CARGO_BUILD_TARGET: "wasm32-wasip1" }, ...more },
      'build.target = ["armv7-unknown-linux-gnueabihf"]',
    ).platforms;
  expect(all({ cargoExtraArgs: ["--target", arm] })).toEqual([arm]);
  expect(all({})).toEqual(["wasm32-wasip1"]);
  expect(all({ env: {} })).toEqual(["armv7-unknown-linux-gnueabihf"]);
});

test("what else there is for platforms", () => {
  const of = (platform: string) => built({ cargoExtraArgs: ["--target", platform] });
  expect(of("x86_64-unknown-linux-musl")).toEqual({
    env: { CC_x86_64_unknown_linux_musl: "musl-gcc" },
    native: ["musl?"],
    platforms: ["x86_64-unknown-linux-musl"],
  });
  expect(of("wasm32-unknown-unknown")).toEqual({
    env: {},
    native: [],
    platforms: ["wasm32-unknown-unknown"],
  });
  expect(of("x86_64-pc-windows-gnu")).toMatchObject({
    env: { CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER: "x86_64-w64-mingw32-gcc" },
    native: ["mingwW64"],
  });
  const onArm = libWith(undefined, arm).cargoBuild({
    src,
    cargoExtraArgs: ["--target", "x86_64-unknown-linux-gnu"],
  });
  expect(crossOf(onArm).native).toEqual(["gccX8664"]);
});

test("an emulator only where programs are run; the layer below goes without", () => {
  const step = libWith().cargoTest({ src, cargoExtraArgs: ["--target", arm] });
  expect(crossOf(step)).toEqual({
    env: { ...ofArm, ...runner },
    native: ["gccAarch64", "qemuUser?"],
    platforms: [arm],
  });
  const layer = step.targetDirectory?.layer;
  expect(layer && crossOf(layer)).toEqual({ env: ofArm, native: ["gccAarch64"], platforms: [arm] });
});

test("formatting compiles for nothing", () => {
  expect(crossOf(libWith(`build.target = "${arm}"`).cargoFmt({ src })).platforms).toEqual([]);
});

test.each<[string, Partial<CargoArgs>, string | undefined]>([
  ["a variable", { env: { CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER: "tools/link" } }, undefined],
  ["the settings", {}, `[target.${arm}]\nlinker = "tools/link"`],
  ["a rule of the settings", {}, `[target.'cfg(target_arch = "aarch64")']\nlinker = "tools/link"`],
])("a linker that %s names goes before, and nothing is added", (_, args, settings) => {
  expect(built({ cargoExtraArgs: ["--target", arm], ...args }, settings)).toEqual({
    env: args.env ?? {},
    native: [],
    platforms: [arm],
  });
});

test("settings that name the usual linker get the package that has it", () => {
  const { CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER: _, ...others } = ofArm;
  expect(
    built({ cargoExtraArgs: ["--target", arm] }, `[target.${arm}]\nlinker = "aarch64-linux-gnu-gcc"`),
  ).toEqual({ env: others, native: ["gccAarch64"], platforms: [arm] });
});

test.each(["CC_aarch64_unknown_linux_gnu", `CC_${arm}`, "TARGET_CC", "CC"])(
  "a C compiler that `%s` names goes before",
  (name) => {
    const { CC_aarch64_unknown_linux_gnu: _, ...others } = ofArm;
    const cargoExtraArgs = ["--target", arm];
    expect(built({ cargoExtraArgs, env: { [name]: "clang" } }).env).toEqual({ ...others, [name]: "clang" });
    expect(built({ cargoExtraArgs }, `[env]\n"${name}" = "clang"`).env).toEqual(others);
  },
);

test("a runner that the settings name goes before", () => {
  const step = libWith(`[target.${arm}]\nrunner = "tools/run"`).cargoTest({
    src,
    cargoExtraArgs: ["--target", arm],
  });
  expect(crossOf(step)).toEqual({ env: ofArm, native: ["gccAarch64"], platforms: [arm] });
});

test("a package that is declared is not added again", () => {
  const args = { cargoExtraArgs: ["--target", arm], nativeBuildInputs: [pkgs.gccAarch64] };
  expect(built(args)).toEqual({ env: ofArm, native: ["gccAarch64"], platforms: [arm] });
});

test("`mkCrossToolchainEnv` gives what to spread into arguments", () => {
  const lib = libWith();
  const cross = lib.mkCrossToolchainEnv(arm);
  expect(cross.env).toEqual({ CARGO_BUILD_TARGET: arm, ...ofArm, ...runner });
  expect(cross.nativeBuildInputs.map(({ name }) => name)).toEqual(["gccAarch64", "qemuUser"]);
  expect(crossOf(lib.buildPackage({ src, doCheck: false, ...cross }))).toEqual({
    env: cross.env,
    native: ["gccAarch64", "qemuUser?"],
    platforms: [arm],
  });
  expect(lib.mkCrossToolchainEnv("x86_64-unknown-linux-gnu")).toEqual({ env: {}, nativeBuildInputs: [] });
  expect(lib.mkCrossToolchainEnv("wasm32-wasip1")).toEqual({
    env: { CARGO_BUILD_TARGET: "wasm32-wasip1" },
    nativeBuildInputs: [],
  });
  expect(refusalOf(() => lib.mkCrossToolchainEnv("arm")).code).toBe("configuration-argument");
});
