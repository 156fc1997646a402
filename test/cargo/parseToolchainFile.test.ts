import { expect, test } from "vitest";
import { parseToolchainFile } from "../../src/cargo/config/toolchainFile.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { shownError } from "./shownError.ts";

const file = "rust-toolchain.toml";

test("a bare line is a channel, in `rust-toolchain` only", () => {
  const bare = valueOfResult(parseToolchainFile("rust-toolchain", "nightly-2026-03-01\n"));
  expect(bare).toEqual({ channel: "nightly-2026-03-01", components: [], platforms: [] });
  expect(shownError(parseToolchainFile(file, "1.95.0\n"))).toMatch(/^error\[toml-syntax\]/);
});

test("the table", () => {
  const text = `[toolchain]
channel = "1.95.0"
components = ["rust-src", "clippy"]
targets = ["wasm32-unknown-unknown"]
profile = "minimal"
`;
  const whole = {
    channel: "1.95.0",
    components: ["rust-src", "clippy"],
    platforms: ["wasm32-unknown-unknown"],
    profile: "minimal",
  };
  expect(valueOfResult(parseToolchainFile(file, text))).toEqual(whole);
  expect(valueOfResult(parseToolchainFile("rust-toolchain", text))).toEqual(whole);
});

test("a path", () => {
  expect(valueOfResult(parseToolchainFile(file, '[toolchain]\npath = "../rust"\n'))).toEqual({
    path: "../rust",
    components: [],
    platforms: [],
  });
});

const malformed: readonly (readonly [string, string])[] = [
  [
    "[toolchain]\nchannel = 1.95\n",
    "error[toolchain-invalid]: `toolchain.channel` must be a string, found a float\n  --> rust-toolchain.toml:2:11\nchannel = 1.95\n          ^^^^ expected a string",
  ],
  [
    '[toolchain]\nprofile = "tiny"\n',
    'error[toolchain-invalid]: unknown profile `tiny`\n  --> rust-toolchain.toml:2:11\nprofile = "tiny"\n          ^^^^^^ expected `minimal`, `default` or `complete`',
  ],
  [
    '[toolchain]\npath = "x"\ncomponents = []\n',
    "error[toolchain-invalid]: `toolchain.components` cannot stand beside `toolchain.path`\n  --> rust-toolchain.toml:3:14\ncomponents = []\n             ^^ remove one of them",
  ],
  [
    "",
    "error[toolchain-invalid]: `rust-toolchain.toml` has no `[toolchain]`\n  --> rust-toolchain.toml:1:1\n\n^",
  ],
];

test.each(malformed)("%j is malformed", (text, expected) => {
  expect(shownError(parseToolchainFile(file, text))).toBe(expected);
});
