import { expect, test } from "vitest";
import { pkgs } from "../../../src/crane/pkgs/pkgs.ts";
import type { Derivation } from "../../../src/derivation/model.ts";
import { missingLinker } from "../../../src/engine/explain/missingLinker.ts";
import { step } from "../rig.ts";

const host = "x86_64-unknown-linux-gnu";

function missing(platform: string, more: Partial<Derivation> = {}, settings: readonly string[] = []) {
  const derivation = { ...step("app"), ...more };
  return missingLinker({ derivation, settings, platforms: [platform], host })?.help;
}

test.each([
  host,
  "x86_64-unknown-linux-musl",
  "i686-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-pc-windows-gnu",
  "wasm32-wasip1",
  "thumbv7em-none-eabihf",
  "x86_64-unknown-uefi",
])("there is a linker for %s", (platform) => {
  expect(missing(platform)).toBeUndefined();
});

test("for MSVC the platform that Linux links for is named", () => {
  expect(missing("x86_64-pc-windows-msvc")).toEqual([
    "build for `x86_64-pc-windows-gnu`, which MinGW links for: --target x86_64-pc-windows-gnu",
    'with a linker of your own, name it in `.cargo/config.toml` below [target.x86_64-pc-windows-msvc]: linker = "…", or in `env`: CARGO_TARGET_X86_64_PC_WINDOWS_MSVC_LINKER',
  ]);
  expect(missing("aarch64-pc-windows-msvc")).toHaveLength(1);
});

test("for musl on another processor, Rust's own linker", () => {
  expect(missing("aarch64-unknown-linux-musl")?.[0]).toBe(
    'where no crate compiles C, Rust has a linker of its own: in `.cargo/config.toml` below [target.aarch64-unknown-linux-musl]: linker = "rust-lld"',
  );
});

test.each([
  "s390x-unknown-linux-gnu",
  "aarch64-linux-android",
  "aarch64-apple-darwin",
  "x86_64-unknown-freebsd",
])("for %s there is none, unless one is named", (platform) => {
  expect(missing(platform)?.[0]).toMatch(/^install a cross compiler, name it in `.cargo\/config.toml`/);
  const variable = `CARGO_TARGET_${platform.toUpperCase().replaceAll("-", "_")}_LINKER`;
  expect(missing(platform, { env: { [variable]: "cross-gcc" } })).toBeUndefined();
  expect(missing(platform, { env: { RUSTFLAGS: "-C linker=cross-gcc" } })).toBeUndefined();
  expect(missing(platform, {}, [`[target.${platform}]\nlinker = "cross-gcc"\n`])).toBeUndefined();
  const own = { ...pkgs.gccAarch64, bins: ["cc"] };
  expect(missing(platform, { mounts: { "/usr": [own, { type: "base-system" }] } })).toBeUndefined();
});
