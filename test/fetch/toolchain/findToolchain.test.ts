import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeEach, expect, test } from "vitest";
import {
  findToolchain,
  hostTriple,
  toolchainFileWarnings,
  wantedToolchain,
  withProjectToolchain,
} from "../../../src/fetch/toolchain/findToolchain.ts";
import { tempProject } from "../../rig/tempProject.ts";

const project = tempProject({});
const { root } = project;
const rustup = `${root}/rustup`;
const env = { RUSTUP_HOME: rustup, PATH: "" };
const request = { components: [], targets: [] };
const [member, file] = [`${root}/app/member`, `${root}/app/rust-toolchain.toml`];

for (const name of ["1.95.9", "1.95.10", "1.95.11-beta", "1.96.0", "stable", "nightly"]) install(name);
mkdirSync(member, { recursive: true });
beforeEach(() => settings());
afterAll(() => project[Symbol.dispose]());

function install(name: string): void {
  const directory = `${rustup}/toolchains/${name}-${hostTriple()}`;
  mkdirSync(`${directory}/lib/rustlib/wasm32-unknown-unknown`, { recursive: true });
  mkdirSync(`${directory}/bin`);
  writeFileSync(`${directory}/bin/rustc`, "");
}

function settings(overrides: Readonly<Record<string, string>> = {}): void {
  const lines = Object.entries(overrides).map(([directory, name]) => `"${directory}" = "${name}"`);
  writeFileSync(
    `${rustup}/settings.toml`,
    `default_toolchain = "stable"\n[overrides]\n${lines.join("\n")}\n`,
  );
}

function toolchainFile(text: string): void {
  writeFileSync(file, `[toolchain]\n${text}\n`);
}

function wanted(variable = "", place: { readonly toolchainFile?: string } = { toolchainFile: file }) {
  return wantedToolchain(request, { root: member, ...place }, { ...env, RUSTUP_TOOLCHAIN: variable });
}

function nameOf(channel: string | undefined): string | undefined {
  const found = findToolchain(channel === undefined ? request : { ...request, channel }, env);
  return found.ok ? found.value.split("/").at(-1)?.replace(`-${hostTriple()}`, "") : found.error.message;
}

test("a channel of two numbers is the newest of its releases", () => {
  expect(["1.95", "1.95.9", "1.96", "1.9", undefined].map(nameOf)).toEqual([
    "1.95.10",
    "1.95.9",
    "1.96.0",
    "toolchain `1.9` is not installed",
    "stable",
  ]);
});

test("the variable goes before the nearer of override and file, the override before the file beside it", () => {
  toolchainFile('channel = "1.96.0"');
  expect(wanted()).toMatchObject({ value: { channel: "1.96.0" } });
  settings({ [root]: "nightly" });
  expect(wanted()).toMatchObject({ value: { channel: "1.96.0" } });
  settings({ [root]: "stable", [`${root}/app`]: "nightly", [`${root}/ap`]: "1.95.9" });
  expect(wanted()).toMatchObject({ value: { channel: "nightly" } });
  expect(wanted("1.95.9")).toMatchObject({ value: { channel: "1.95.9" } });
  expect(wanted("", {})).toMatchObject({ value: { channel: "nightly" } });
  settings({ [root]: "1.95.9" });
  expect(wanted("", {})).toMatchObject({ value: { channel: "1.95.9" } });
});

test("what the file asks for besides holds for its own toolchain, and its targets where they are installed", () => {
  toolchainFile('channel = "1.96"\ncomponents = ["clippy"]\ntargets = ["wasm32-unknown-unknown", "other"]');
  const targets = ["wasm32-unknown-unknown", "other"];
  expect(wanted(`1.96.0-${hostTriple()}`)).toMatchObject({ value: { components: ["clippy"], targets } });
  expect(wanted("nightly")).toMatchObject({
    value: { channel: "nightly", components: [], targets: ["wasm32-unknown-unknown"] },
  });
});

test("a directory is a toolchain, by the file or the variable", () => {
  const directory = `${rustup}/toolchains/nightly-${hostTriple()}`;
  toolchainFile(`path = "${directory}"`);
  expect(wanted()).toMatchObject({ value: { channel: directory } });
  expect(wanted(directory)).toMatchObject({ value: { channel: directory } });
  expect(nameOf(directory)).toBe("nightly");
  expect(nameOf(`${root}/none`)).toBe(`there is no toolchain in \`${root}/none\``);
});

test("a file that the configuration names counts whatever goes before it, and so does the machine's own", () => {
  toolchainFile('channel = "1.96.0"\nprofile = "minimal"');
  settings({ [member]: "nightly" });
  const own = { root: member, toolchainFile: file };
  const of = (more: object) =>
    wantedToolchain({ ...request, ...more }, own, { ...env, RUSTUP_TOOLCHAIN: "1.95.9" });
  expect(of({})).toMatchObject({ value: { channel: "1.95.9" } });
  expect(of({ file: "../rust-toolchain.toml" })).toMatchObject({
    value: { channel: "1.96.0", profile: "minimal" },
  });
  expect(of({ file: "../rust-toolchain" })).toMatchObject({
    error: { code: "toolchain-file-missing", message: "there is no toolchain file `../rust-toolchain`" },
  });
  const host = of({ isHost: true });
  expect(host).toEqual({ ok: true, value: { ...request, isHost: true } });
  expect(nameOf(undefined)).toBe("stable");
});

test("what of a toolchain file has no effect is told", () => {
  const older = `${root}/app/rust-toolchain`;
  toolchainFile('channel = "1.96.0"\ntarget = ["wasm32-wasip1"]');
  const told = (toolchainFile: string) =>
    toolchainFileWarnings({}, { root: member, toolchainFile }).map(({ message }) => message);
  expect(told(file)).toEqual(["unused key `toolchain.target`"]);
  const named = toolchainFileWarnings({ file: "../rust-toolchain.toml" }, { root: member });
  expect(named.map(({ message }) => message)).toEqual(["unused key `toolchain.target`"]);
  writeFileSync(older, "1.96.0\n");
  expect(told(older)).toEqual(["`../rust-toolchain.toml` has no effect beside `../rust-toolchain`"]);
  rmSync(older);
});

test("who names a toolchain that is not there is told", () => {
  settings({ [member]: "1.31.0" });
  expect(wanted()).toMatchObject({
    error: {
      message: "toolchain `1.31.0` is not installed",
      notes: [`\`rustup override\` of \`${member}\` names it`, expect.stringContaining("installed: 1.95.10")],
    },
  });
});

test.each([
  ["stabel", "did you mean `stable`?"],
  ["nigthly-2026-05-15", "did you mean `nightly-2026-05-15`?"],
  [
    "mine",
    "releases are `stable`, `beta`, `nightly-2026-05-15`, `1.95.0`; one of your own: rustup toolchain link mine DIR",
  ],
])("rustup cannot install `%s`", (channel, help) => {
  expect(findToolchain({ channel, components: [], targets: [] }, env)).toMatchObject({
    error: { code: "toolchain-missing", help: [help] },
  });
});

test("rustup is told the name that it knows a toolchain by", () => {
  toolchainFile('channel = "1.95"');
  const place = { root: member, toolchainFile: file };
  const known = { ...env, RUSTUP_TOOLCHAIN: `1.95.10-${hostTriple()}` };
  expect(withProjectToolchain(place, env)).toEqual(known);
  expect(wantedToolchain({ ...request, components: [] }, place, known)).toMatchObject({ ok: true });
  toolchainFile('channel = "1.96.0"');
  expect(withProjectToolchain(place, env)).toBe(env);
});
