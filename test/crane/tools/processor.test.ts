import { expect, test } from "vitest";
import { parseCargoConfig } from "../../../src/cargo/config/parseCargoConfig.ts";
import { mkLib } from "../../../src/crane/mkLib.ts";
import type { CargoArgs } from "../../../src/crane/verbs/mkCargoDerivation.ts";
import type { Derivation, Source } from "../../../src/derivation/model.ts";
import { world } from "../../../src/derivation/world.ts";
import { processorAsInput } from "../../../src/engine/inputs/host.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

const src: Source = { type: "source", root: ".", filter: { kind: "everything" } };

/** Whether a package's step and its layer are for one processor. */
function isForOne(
  args: Partial<CargoArgs>,
  settings?: string,
  files: Readonly<Record<string, string>> = {},
): readonly boolean[] {
  const config =
    settings && valueOfResult(parseCargoConfig([{ file: ".cargo/config.toml", text: settings }]));
  const lib = mkLib({
    toolchain: { components: [], targets: [] },
    host: "x86_64-unknown-linux-gnu",
    settings: () => config || undefined,
    selection: { args: [] },
    crateName: () => ({ pname: "app", version: "1.2.3" }),
    lock: () => [],
    text: (_, path) => ({ "flags.txt": "-Copt-level=3\n-Ctarget-cpu=native\n", ...files })[path],
    warn: () => undefined,
  });
  const app = lib.buildPackage({ src, doCheck: false, ...args });
  const has = (step: Derivation | undefined) => step?.mounts[world.processor] !== undefined;
  return [has(app), has(app.targetDirectory?.layer)];
}

test.each<{
  readonly args?: Partial<CargoArgs>;
  readonly settings?: string;
  readonly files?: Readonly<Record<string, string>>;
}>([
  { args: { env: { RUSTFLAGS: "-C target-cpu=native" } } },
  { args: { env: { CARGO_ENCODED_RUSTFLAGS: "-Copt-level=3\x1f-Ctarget-cpu=native" } } },
  { args: { env: { CFLAGS: "-O3 -march=native" } } },
  { args: { cargoExtraArgs: ["--locked", "--config", "flags.txt"] } },
  { args: { cargoExtraArgs: ["--locked", "--config", "build.rustflags=['-Ctarget-cpu=native']"] } },
  { settings: '[build]\nrustflags = ["-C", "target-cpu=native"]\n' },
  { settings: "[target.'cfg(unix)']\nrustflags = '-C target-cpu=native'\n" },
  { settings: '[env]\nCFLAGS = { value = "-mtune=native", force = true }\n' },
  { settings: '[build]\nrustflags = ["@flags.txt"]\n' },
  { args: { env: { RUSTFLAGS: "-Ztune-cpu=native" } } },
  { args: { env: { RUSTFLAGS: "-Clinker-plugin-lto -Clink-arg=-Wl,-plugin-opt=mcpu=native" } } },
  { files: { "Cargo.toml": '[profile.release]\nrustflags = ["-C", "target-cpu=native"]\n' } },
  {
    args: { cargoExtraArgs: ["--locked", "--target", "own/board.json"] },
    files: { "own/board.json": '{ "arch": "x86_64", "cpu": "native" }' },
  },
])(
  "what is compiled for just this processor is for it, layer and all: %j",
  ({ args = {}, settings, files }) => {
    expect(isForOne(args, settings, files)).toEqual([true, true]);
  },
);

test("a hook that does so is the step's own; other flags are for all", () => {
  expect(isForOne({ preBuild: "CFLAGS=-mcpu=native make" })).toEqual([true, false]);
  const flags = '[build]\nrustflags = ["-C", "target-cpu=x86-64-v3", "@other.txt"]\n';
  expect(isForOne({ env: { RUSTFLAGS: "-L native=/usr/lib" } }, flags)).toEqual([false, false]);
});

const told = (changed: Readonly<Record<string, string>> = {}) =>
  [0, 1]
    .map((number) =>
      Object.entries({
        processor: `${number}`,
        vendor_id: "GenuineIntel",
        "model name": "Intel(R) Core(TM) i7",
        "cpu MHz": "2100.000",
        flags: "fpu sse2 avx2",
        bugs: "",
        ...changed,
      })
        .map(([name, value]) => `${name}\t: ${value}\n`)
        .join(""),
    )
    .join("\n");

test("a processor is known by its model and what it can do, and not by what it does at the moment", () => {
  const known = processorAsInput(told());
  expect(known.name).toBe("Intel(R) Core(TM) i7");
  expect(processorAsInput(told({ "cpu MHz": "900.000", processor: "7" })).digest).toBe(known.digest);
  expect(processorAsInput(told({ flags: "fpu sse2 avx2 avx512f" })).digest).not.toBe(known.digest);
  expect(processorAsInput(told({ "model name": "AMD EPYC" })).digest).not.toBe(known.digest);
});
