import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runnerFor } from "../../src/command/build/runner.ts";
import { findProject } from "../../src/project/findProject.ts";
import { step } from "../engine/rig.ts";
import { tempProject } from "../rig/tempProject.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

const arm = "aarch64-unknown-linux-gnu";
const windows = "x86_64-pc-windows-gnu";

/** As much of a program as tells for what it is. */
function elf(processor: number): Buffer {
  const start = Buffer.alloc(64);
  start.write("\x7fELF\x02\x01\x01", "latin1");
  start.writeUInt16LE(processor, 18);
  return start;
}
const s390 = elf(22);
const windowsProgram = Buffer.from("MZ and more".padEnd(64));

type Started = {
  readonly platform?: string;
  readonly program?: Buffer;
  readonly settings?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stepEnv?: Readonly<Record<string, string>>;
};

/** The words before the program, or the error. The PATH has `qemu-aarch64` alone. */
async function started({ platform, program = s390, settings = "", env = {}, stepEnv = {} }: Started) {
  using at = tempProject({
    "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/main.rs": "",
    ".cargo/config.toml": settings,
    "bin/qemu-aarch64": "",
  });
  at.lock();
  writeFileSync(join(at.root, "app"), program);
  chmodSync(join(at.root, "bin/qemu-aarch64"), 0o755);
  const project = valueOfResult(findProject(at.root, { HOME: at.root }));
  const words = platform === undefined ? [] : ["--target", platform];
  const built = {
    ...step("app"),
    env: stepEnv,
    phases: [{ type: "run", name: "build", argv: ["cargo", "build", ...words] } as const],
  };
  const place = { project, env: { PATH: `${at.root}/bin`, ...env } };
  const runner = await runnerFor(join(at.root, "app"), built, place);
  if (!runner.ok) return [`error[${runner.error.code}]: ${runner.error.message}`, ...runner.error.help];
  return runner.value.map((word) => word.replace(at.root, "."));
}

const armVariable = "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER";
const armSettings = `[target.${arm}]\nrunner = ["tools/run", "a b"]\n`;

test("Cargo's settings name what runs a program; a path counts from where they lie", async () => {
  expect(await started({ platform: arm, settings: armSettings })).toEqual(["./tools/run", "a b"]);
});

test("the user's environment goes before the settings, and those before the configuration", async () => {
  const all = { platform: arm, settings: armSettings, env: { [armVariable]: "mine -x" } };
  expect(await started({ ...all, stepEnv: { [armVariable]: "/theirs" } })).toEqual(["mine", "-x"]);
  expect(await started({ ...all, env: {}, stepEnv: { [armVariable]: "/theirs" } })).toEqual([
    "./tools/run",
    "a b",
  ]);
  expect(await started({ platform: arm, stepEnv: { [armVariable]: "/theirs" } })).toEqual(["/theirs"]);
});

test("a condition of the settings, by what the compiler says of the platform", async () => {
  const settings = `[target.'cfg(windows)']\nrunner = "wine64"\n[target.'cfg(unix)']\nrunner = "other"\n`;
  const env = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "" };
  expect(await started({ platform: windows, program: windowsProgram, settings, env })).toEqual(["wine64"]);
  const several = `${settings}[target.'cfg(target_os = "windows")']\nrunner = "w"\n`;
  expect(await started({ platform: windows, program: windowsProgram, settings: several, env })).toEqual([
    "error[runner-unclear]: several runners of Cargo's settings are for `x86_64-pc-windows-gnu`",
    "name the one for it below [target.x86_64-pc-windows-gnu]",
  ]);
});

test("without any, the usual emulator that is installed", async () => {
  expect(await started({ platform: arm })).toEqual(["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"]);
});

test("no shell is handed a program for another machine", async () => {
  expect(await started({ platform: windows, program: windowsProgram })).toEqual([
    "error[program-foreign]: `app` is for `x86_64-pc-windows-gnu`, and does not run on this machine",
    'name what runs it, as for `cargo run`: CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER="wine" gantry run --target x86_64-pc-windows-gnu',
    'for good, in `.cargo/config.toml` below [target.x86_64-pc-windows-gnu]: runner = "wine"',
  ]);
  const [error, ...help] = await started({ platform: "s390x-unknown-linux-gnu" });
  expect(error).toMatch(/^error\[program-foreign\]/);
  expect(help[1]).toContain('CARGO_TARGET_S390X_UNKNOWN_LINUX_GNU_RUNNER="qemu-s390x"');
});

test("what is for this machine starts by itself, unless the settings say otherwise", async () => {
  const processor = process.arch === "arm64" ? 183 : 62;
  const own = `${process.arch === "arm64" ? "aarch64" : "x86_64"}-unknown-linux`;
  expect(await started({ program: elf(processor) })).toEqual([]);
  expect(await started({ platform: `${own}-musl`, program: elf(processor) })).toEqual([]);
  expect(await started({ program: Buffer.from("#!/bin/sh\n") })).toEqual([]);
  const settings = `[target.${own}-gnu]\nrunner = "sudo -E"\n`;
  expect(await started({ program: elf(processor), settings })).toEqual(["sudo", "-E"]);
});
