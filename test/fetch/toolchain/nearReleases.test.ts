import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { ToolchainRequest } from "../../../src/derivation/model.ts";
import { hostTriple } from "../../../src/fetch/toolchain/findToolchain.ts";
import { provideToolchain } from "../../../src/fetch/toolchain/provideToolchain.ts";
import { distribution, type PackedComponent } from "../../rig/distribution.ts";
import { storeRig } from "../../store/rig.ts";

const host = hostTriple();

function nightly(date: string, parts: { readonly miri: boolean; readonly newest?: true }) {
  const files = (name: string): PackedComponent => ({
    ...{ name, target: host },
    files: { [`bin/${name}`]: `#!/bin/sh\necho "rustc 1.97.0-nightly ${date}"\n` },
  });
  const miri = { ...files("miri-preview"), ...(!parts.miri && { files: undefined }) };
  return {
    channels: parts.newest ? ["nightly"] : [],
    ...{ date, datedChannels: ["nightly"], version: `1.97.0-nightly (0123456789 ${date})` },
    components: [...["rustc", "cargo", "rust-std"].map(files), miri],
  };
}

const server = await distribution(host, [
  nightly("2026-05-10", { miri: true }),
  nightly("2026-05-13", { miri: true }),
  nightly("2026-05-14", { miri: false }),
  nightly("2026-05-15", { miri: false, newest: true }),
  {
    ...{
      channels: ["1.95.3", "1.95", "stable"],
      date: "2026-05-01",
      version: "1.95.3 (0123456789 2026-04-14)",
    },
    components: ["rustc", "cargo", "rust-std"].map((name) => ({ name, target: host, files: {} })),
  },
]);
afterAll(() => server[Symbol.asyncDispose]());

function rig() {
  const store = storeRig();
  server.asked.splice(0);
  const lockFile = join(store.root, "gantry.lock");
  const notes: string[] = [];
  const searched: string[] = [];
  return {
    ...{ server, lockFile, notes, searched },
    provide(request: Partial<ToolchainRequest>, offline = false) {
      return provideToolchain(
        { components: [], targets: [], ...request },
        {
          store: store.store,
          env: { RUSTUP_HOME: join(store.root, "rustup"), RUSTUP_DIST_SERVER: server.url },
          ...{ offline, frozen: false, lockFile },
          signal: new AbortController().signal,
          onProgress: (what, name) => void (what === "search" && searched.push(name)),
          note: (text) => void notes.push(text),
        },
      );
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

test("what a nightly was made without is told with the last one that has it, whose manifests are kept", async () => {
  await using it = rig();
  const wanted = { channel: "nightly-2026-05-15", components: ["miri"] };
  const error = {
    code: "component-missing",
    message: `component \`miri\` for \`${host}\` is not in \`nightly-2026-05-15\``,
    notes: [
      "the release of 2026-05-15 was made without it",
      "the last nightly before it that has all that is asked for is nightly-2026-05-13",
    ],
  };
  expect(await it.provide(wanted)).toMatchObject({ error });
  expect(it.searched).toEqual(["nightlies before 2026-05-15", "nightlies before 2026-05-15"]);
  it.server.asked.splice(0);
  expect(await it.provide(wanted)).toMatchObject({ error });
  expect(it.server.asked.filter((path) => /2026-05-1[34]/.test(path))).toEqual([]);
  expect(existsSync(it.lockFile)).toBe(false);
});

test("a `nightly` that is not pinned yet is the last that has all that is asked for", async () => {
  await using it = rig();
  expect(await it.provide({ channel: "nightly", components: ["miri"] })).toMatchObject({ ok: true });
  expect(it.notes).toEqual([
    "the nightly of 2026-05-15 lacks something that is asked for: taking nightly-2026-05-13",
    "`gantry.lock` pins `nightly` to 1.97.0-nightly of 2026-05-13: commit it",
  ]);
  const pinned = readFileSync(it.lockFile, "utf8");
  expect(pinned).toContain('[toolchain."nightly"]\ndate = "2026-05-13"');
  expect(await it.provide({ channel: "nightly" })).toMatchObject({ ok: true });
  expect(readFileSync(it.lockFile, "utf8")).toBe(pinned);
});

test("a component that no release has is not looked for on other days", async () => {
  await using it = rig();
  expect(await it.provide({ channel: "nightly", components: ["mirri"] })).toMatchObject({
    error: { help: ["did you mean `miri`?"] },
  });
  expect(it.searched).toEqual([]);
});

test.each<[channel: string, note: string | undefined]>([
  ["nightly-2026-05-11", "the nearest releases are nightly-2026-05-10 and nightly-2026-05-13"],
  ["nightly-2026-05-19", "the nearest release is nightly-2026-05-15"],
  ["nightly-2026-07-01", undefined],
  ["1.95.7", "the newest 1.95 is 1.95.3"],
  ["1.299.0", "the newest stable release is 1.95.3"],
  ["1.299", "the newest stable release is 1.95.3"],
])("of `%s`, which is not there: %s", async (channel, note) => {
  await using it = rig();
  const notes = [...(note === undefined ? [] : [note]), expect.stringMatching(/^the server has nothing at /)];
  expect(await it.provide({ channel })).toMatchObject({ error: { code: "toolchain-missing", notes } });
  it.server.asked.splice(0);
  await it.provide({ channel }, true);
  expect(it.server.asked).toEqual([]);
});
