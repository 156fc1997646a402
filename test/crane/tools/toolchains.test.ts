import { expect, test } from "vitest";
import { toolchains } from "../../../src/crane/tools/toolchains.ts";
import { refusalOf } from "../refusalOf.ts";

const none = { components: [], targets: [] };

test("toolchains are requests, by channel", () => {
  const parts = { profile: "minimal", components: ["clippy"], targets: ["wasm32-wasip1"] } as const;
  expect([
    toolchains.stable("1.95.0"),
    toolchains.stable("1.95", parts),
    toolchains.stable("latest"),
    toolchains.beta("2026-10-01"),
    toolchains.beta("latest"),
    toolchains.nightly("2026-05-15"),
    toolchains.nightly("latest", { components: ["miri"] }),
    toolchains.fromFile(),
    toolchains.fromFile("tools/rust-toolchain.toml"),
    toolchains.host(),
  ]).toEqual([
    { channel: "1.95.0", ...none },
    { channel: "1.95", ...parts },
    { channel: "stable", isPinned: true, ...none },
    { channel: "beta-2026-10-01", ...none },
    { channel: "beta", isPinned: true, ...none },
    { channel: "nightly-2026-05-15", ...none },
    { channel: "nightly", isPinned: true, components: ["miri"], targets: [] },
    none,
    { file: "tools/rust-toolchain.toml", ...none },
    { isHost: true, ...none },
  ]);
});

const versions = 'it takes "1.95.0", "1.95", "latest"';
const days = 'it takes "2026-10-01", "latest"';

test.each<[() => unknown, string, string[], string[]]>([
  [
    () => toolchains.host(...(["1.95.0"] as never[])),
    "`toolchains.host` takes no argument",
    ["it means what this machine has, whatever that is"],
    ['a release is named otherwise: toolchains.stable("1.95.0")'],
  ],
  [
    () => toolchains.stable("1.95.0.1"),
    "`1.95.0.1` is no version of Rust, which `toolchains.stable` takes",
    [versions],
    [],
  ],
  [
    () => toolchains.stable("v1.95"),
    "`v1.95` is no version of Rust, which `toolchains.stable` takes",
    [versions],
    ['did you mean toolchains.stable("1.95")?'],
  ],
  [
    () => toolchains.stable("stable"),
    "`stable` is no version of Rust, which `toolchains.stable` takes",
    [versions],
    ['did you mean toolchains.stable("latest")?'],
  ],
  [
    () => toolchains.stable("nightly-2026-05-15"),
    "`nightly-2026-05-15` is no version of Rust, which `toolchains.stable` takes",
    [versions],
    ['did you mean toolchains.nightly("2026-05-15")?'],
  ],
  [
    () => toolchains.nightly("nightly-2026-05-15"),
    "`nightly-2026-05-15` is no date, which `toolchains.nightly` takes",
    [days],
    ['did you mean toolchains.nightly("2026-05-15")?'],
  ],
  [
    () => toolchains.nightly("lastest"),
    "`lastest` is no date, which `toolchains.nightly` takes",
    [days],
    ['did you mean toolchains.nightly("latest")?'],
  ],
  [
    () => toolchains.nightly("2026-13-40"),
    "`2026-13-40` is no day of the calendar, which `toolchains.nightly` takes",
    [days],
    [],
  ],
  [
    () => toolchains.beta("2026-02-30"),
    "`2026-02-30` is no day of the calendar, which `toolchains.beta` takes",
    [days],
    [],
  ],
  [
    () => toolchains.beta("1.96.0"),
    "`1.96.0` is no date, which `toolchains.beta` takes",
    [days],
    ['did you mean toolchains.stable("1.96.0")?'],
  ],
  [() => toolchains.beta(undefined as never), "the argument of `toolchains.beta` is missing", [], []],
  [
    () => toolchains.nightly("2026-05-15", { component: ["miri"] } as never),
    "`toolchains.nightly` takes no argument `component`",
    [],
    ["did you mean `components`?"],
  ],
  [
    () => toolchains.stable("1.95.0", { profile: "full" } as never),
    '`profile` of `toolchains.stable` must be `minimal`, `default` or `complete`, and is `"full"`',
    [],
    [],
  ],
  [
    () => toolchains.stable("1.95.0", { components: "clippy" } as never),
    '`components` of `toolchains.stable` must be a list, and is `"clippy"`',
    [],
    ['write the words as a list: components: ["clippy"]'],
  ],
])("%s is refused", (call, message, notes, help) => {
  expect(refusalOf(call)).toMatchObject({ code: "configuration-argument", message, notes, help, status: 2 });
});
