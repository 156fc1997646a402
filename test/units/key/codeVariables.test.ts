import { expect, test } from "vitest";
import { codeVariables } from "../../../src/units/key/environment.ts";

const env = {
  GREETING: "hello",
  PROTOC: "/usr/bin/protoc",
  CC: "gcc",
  RUSTFLAGS: "-C debuginfo=1",
  CARGO_PROFILE_DEV_DEBUG: "0",
  LIBRARY_PATH: "/usr/lib",
  LD_RUN_PATH: "/usr/lib",
  LC_ALL: "C",
  SOURCE_DATE_EPOCH: "1",
  IPHONEOS_DEPLOYMENT_TARGET: "16.0",
  CCC_OVERRIDE_OPTIONS: "+-s",
};

test("variables that neither Cargo, rustc nor the linker looks up", () => {
  expect(codeVariables(env, ["[build]\nrustflags = []\n"])).toEqual({
    GREETING: "hello",
    PROTOC: "/usr/bin/protoc",
    CC: "gcc",
  });
});

test.each([
  ["[target.x86_64-unknown-linux-gnu]\nlinker = 'clang'\n"],
  ["--config build.rustc-wrapper='sccache'"],
  ["[build]\nrustc = 'tools/rustc'\n"],
])("none where another program compiles or links: %s", (setting) => {
  expect(codeVariables(env, [setting])).toEqual({});
});

test.each(["-C linker=clang", "-Copt-level=3\x1f-Clinker=clang"])(
  "none where flags of rustc do: %j",
  (flags) => {
    expect(codeVariables({ GREETING: "hello", RUSTFLAGS: flags }, [])).toEqual({});
  },
);

test.each(["RUSTC", "CARGO_BUILD_RUSTC", "RUSTC_WRAPPER", "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER"])(
  "none where %s names another program",
  (name) => {
    expect(codeVariables({ GREETING: "hello", [name]: "tool" }, [])).toEqual({});
  },
);
