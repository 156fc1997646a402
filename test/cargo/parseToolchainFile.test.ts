import { expect, test } from "vitest";
import { parseToolchainFile, placeOfName, unusedKeys } from "../../src/cargo/config/toolchainFile.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { shownError } from "./shownError.ts";

const file = "rust-toolchain.toml";

test("a bare line is a channel, in `rust-toolchain` only", () => {
  const bare = valueOfResult(parseToolchainFile("rust-toolchain", "nightly-2026-03-01\n"));
  expect(bare).toEqual({ channel: "nightly-2026-03-01", components: [], platforms: [] });
  expect(shownError(parseToolchainFile(file, "1.95.0\n"))).toMatch(/^error\[toml-syntax\]/);
});

// What rustup 1.29 does with the same files: the first column by `rustc --version` beside them.
test.each([
  ["a name", "1.95.0"],
  ["a name", "  1.95.0  \n"],
  ["a name", "1.95.0\r\n"],
  ["a name", "/opt/rust\n"],
  ["a name", "of-my-own\n"],
  ["refused", "\n1.95.0\n"],
  ["refused", "1.95.0\n\n"],
  ["refused", "# comment\n1.95.0\n"],
  ["refused", "1.95.0 # comment\n"],
  ["refused", "a b"],
  ["refused", '1.95.0\n[toolchain]\nchannel = "1.95.0"\n'],
  ["refused", "\n"],
  ["a table", '[toolchain]\nchannel = "1.95.0"'],
])("the older file, %s: %j", (is, text) => {
  const parsed = parseToolchainFile("rust-toolchain", text);
  expect(parsed).toMatchObject(
    is === "refused"
      ? { ok: false }
      : { value: { channel: is === "a table" ? "1.95.0" : text.trim(), components: [] } },
  );
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
  expect(valueOfResult(parseToolchainFile(file, '[toolchain]\npath = "/opt/rust"\n'))).toEqual({
    path: "/opt/rust",
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
    '[toolchain]\npath = "/x"\ncomponents = []\n',
    "error[toolchain-invalid]: `toolchain.components` cannot stand beside `toolchain.path`\n  --> rust-toolchain.toml:3:14\ncomponents = []\n             ^^ remove one of them",
  ],
  ["", "error[toolchain-invalid]: `rust-toolchain.toml` is empty\n  --> rust-toolchain.toml:1:1\n\n^"],
  [
    'channel = "1.95.0"\n',
    "error[toolchain-invalid]: `rust-toolchain.toml` has no `[toolchain]`\n  --> rust-toolchain.toml:1:1\n\n^",
  ],
  [
    '[toolchain]\nprofile = "minimal"\n',
    "error[toolchain-invalid]: `[toolchain]` names no toolchain\n  --> rust-toolchain.toml:1:2\n[toolchain]\n ^^^^^^^^^ it takes `channel`, or `path`, or components",
  ],
  [
    '[toolchain]\nchannel = "1.95.0"\npath = "/opt/rust"\n',
    'error[toolchain-invalid]: `toolchain.channel` cannot stand beside `toolchain.path`\n  --> rust-toolchain.toml:2:11\nchannel = "1.95.0"\n          ^^^^^^^^ remove one of them',
  ],
  [
    '[toolchain]\npath = "../rust"\n',
    'error[toolchain-invalid]: `toolchain.path` must be absolute, and is `../rust`\n  --> rust-toolchain.toml:2:8\npath = "../rust"\n       ^^^^^^^^^ begin it with `/`',
  ],
  [
    '[toolchain]\nchannel = "nightly-2026-13-40"\n',
    'error[toolchain-invalid]: there is no day `2026-13-40`\n  --> rust-toolchain.toml:2:11\nchannel = "nightly-2026-13-40"\n          ^^^^^^^^^^^^^^^^^^^^',
  ],
  [
    '[toolchain]\nchannel = "/opt/rust"\n',
    'error[toolchain-invalid]: no toolchain can be called `/opt/rust`\n  --> rust-toolchain.toml:2:11\nchannel = "/opt/rust"\n          ^^^^^^^^^^^ a directory is named by `path`',
  ],
  [
    '[toolchain]\nchannel = " 1.95.0"\n',
    'error[toolchain-invalid]: no toolchain can be called ` 1.95.0`\n  --> rust-toolchain.toml:2:11\nchannel = " 1.95.0"\n          ^^^^^^^^^ remove the blanks around it',
  ],
  [
    '[toolchain]\nchannel = ""\n',
    'error[toolchain-invalid]: `toolchain.channel` is empty\n  --> rust-toolchain.toml:2:11\nchannel = ""\n          ^^',
  ],
];

test.each(malformed)("%j is malformed", (text, expected) => {
  expect(shownError(parseToolchainFile(file, text))).toBe(expected);
});

test("a key that means nothing is told with the one that is meant", () => {
  const text = '[toolchain]\nchannel = "1.95.0"\nprofiel = "minimal"\nowner = "us"\n[other]\nx = 1\n';
  expect(unusedKeys(file, text).map(({ message, place, help }) => [message, place?.line, help])).toEqual([
    ["unused key `toolchain.profiel`", 3, ["did you mean `profile`?"]],
    ["unused key `toolchain.owner`", 4, []],
  ]);
  expect(unusedKeys("rust-toolchain", "1.95.0\n")).toEqual([]);
  expect(parseToolchainFile(file, text).ok).toBe(true);
});

test("what a message names is found in the file", () => {
  const text = '[toolchain]\nchannel = "nightly"\ncomponents = ["clippy", "miri"]\ntargets = ["wasm33"]\n';
  const at = (...names: string[]) => placeOfName(file, text, names);
  expect([at("nightly", "miri"), at("wasm33"), at("nightly"), at("stable")]).toEqual([
    expect.objectContaining({ line: 3, column: 25, length: 6 }),
    expect.objectContaining({ line: 4 }),
    expect.objectContaining({ line: 2 }),
    undefined,
  ]);
  expect(placeOfName("rust-toolchain", "1.99.0\n", ["1.99.0"])).toMatchObject({ line: 1, length: 6 });
});
