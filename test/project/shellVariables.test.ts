import { expect, test } from "vitest";
import { notesOfShellVariables } from "../../src/project/shellVariables.ts";

const env = {
  ...{
    PATH: "/bin",
    HOME: "/root",
    RUST_LOG: "debug",
    RUSTUP_TOOLCHAIN: "stable",
    CARGO_HOME: "/root/.cargo",
  },
  ...{ CARGO_TARGET_DIR: "/t", CARGO_BUILD_JOBS: "2", CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER: "qemu" },
};

test("variables that change no build, or that a step has, are not spoken of", () => {
  expect(notesOfShellVariables({ ...env, RUSTFLAGS: "", CC: "clang" }, new Set(["CC"]))).toEqual([]);
});

test("variables that plain Cargo obeys and no build sees", () => {
  const set = {
    RUSTFLAGS: "--cfg fast",
    CARGO_PROFILE_RELEASE_LTO: "true",
    RUSTC_WRAPPER: "sccache",
    CFLAGS: "-O3",
  };
  expect(notesOfShellVariables({ ...env, ...set }, new Set())).toEqual([
    "`CARGO_PROFILE_RELEASE_LTO`, `CFLAGS`, `RUSTC_WRAPPER`, `RUSTFLAGS` of your shell are seen by no build, though plain Cargo obeys them; to have them in builds: `env` of the configuration, or `.cargo/config.toml`",
  ]);
});
