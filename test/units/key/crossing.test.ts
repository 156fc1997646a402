import { expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import type { Derivation, NativePackage } from "../../../src/derivation/model.ts";
import { world } from "../../../src/derivation/world.ts";
import type { MountedInput } from "../../../src/units/key/crossing.ts";
import { environmentOf } from "../../../src/units/key/environment.ts";

const arm = "aarch64-unknown-linux-gnu";
const native = (name: string, more: Partial<NativePackage> = {}): NativePackage => ({
  ...{ type: "native", name, bins: [], pkgConfig: [], names: {}, ...more },
});

type Given = {
  readonly platforms?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly natives?: readonly NativePackage[];
};

function environment({ platforms = [], env = {}, natives = [] }: Given) {
  const system = [...natives, { type: "base-system" as const }];
  const derivation: Derivation = {
    type: "derivation",
    name: "app",
    phases: [{ type: "run", name: "build", argv: ["cargo", "build"], messages: "cargo" }],
    env: { PROTOC: "protoc", ...env },
    mounts: {
      [world.toolchain]: {
        type: "toolchain",
        request: { components: [], targets: [], ...(platforms.length > 0 && { platforms }) },
      },
      [world.system]: system,
    },
  };
  const ofHost = digestOf("toolchain");
  const digest = platforms.length > 0 ? digestOf(`toolchain ${platforms}`) : ofHost;
  const named = (each: (typeof system)[number]) => (each.type === "native" ? each.name : "base");
  return environmentOf({
    derivation,
    mounts: new Map<string, readonly MountedInput[]>([
      [world.toolchain, [{ digest, ofHost }]],
      [world.system, system.map((each) => ({ digest: digestOf(named(each)) }))],
    ]),
    settings: { settings: [], files: {} },
    sandbox: "test",
  });
}

const forArm: Given = {
  platforms: [arm],
  env: {
    CARGO_BUILD_TARGET: arm,
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER: "aarch64-linux-gnu-gcc",
    CC_aarch64_unknown_linux_gnu: "aarch64-linux-gnu-gcc",
    [`CFLAGS_${arm}`]: "-O1",
  },
  natives: [native("gccAarch64", { platform: arm })],
};

test("what is compiled for the machine itself is the same for each platform, and as for none", () => {
  const plain = environment({});
  expect(plain.own.host).toBeUndefined();
  const { own, local, hasOtherPrograms, hasPlatformSettings } = environment(forArm);
  expect(own.host).toEqual({ whole: plain.own.whole, pure: plain.own.pure });
  expect(local.host).toBe(plain.local.whole);
  expect({ hasOtherPrograms, hasPlatformSettings }).toEqual({
    hasOtherPrograms: false,
    hasPlatformSettings: false,
  });
  expect([own.whole, own.pure, local.whole]).not.toContain(plain.own.whole);
});

test.each<[string, Given]>([
  ["another linker", { env: { ...forArm.env, CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER: "ld" } }],
  ["another C compiler", { natives: [native("another", { platform: arm })] }],
  ["no C compiler", { natives: [] }],
])("%s: what is compiled for the platform is another thing, and for the machine the same", (_, change) => {
  const [before, now] = [environment(forArm), environment({ ...forArm, ...change })];
  expect(now.own.host).toEqual(before.own.host);
  expect(now.local.host).toBe(before.local.host);
  expect(now.own.whole).not.toBe(before.own.whole);
  expect(now.local.whole === before.local.whole).toBe(false);
});

test("what is for all platforms counts for the machine, too", () => {
  const [before, now] = [environment(forArm), environment({ ...forArm, natives: [native("openssl")] })];
  expect(now.own.host?.whole).not.toBe(before.own.host?.whole);
});

test("what runs the programs of a platform has no part in compiling", () => {
  const runs = {
    ...forArm,
    env: { ...forArm.env, CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER: "qemu-aarch64" },
    natives: [...(forArm.natives ?? []), native("qemuUser", { isRunner: true })],
  };
  expect(environment(runs).own).toEqual(environment(forArm).own);
  expect(environment(runs).local).toEqual(environment(forArm).local);
});
