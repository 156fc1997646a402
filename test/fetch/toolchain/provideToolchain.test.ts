import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ToolchainRequest } from "../../../src/derivation/model.ts";
import { hostTriple } from "../../../src/fetch/toolchain/findToolchain.ts";
import { provideToolchain } from "../../../src/fetch/toolchain/provideToolchain.ts";
import type { Store } from "../../../src/store/store.ts";
import { type Distribution, distribution, type PackedComponent, sha256 } from "../../rig/distribution.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { editRecords, storeRig } from "../../store/rig.ts";

const host = hostTriple();
const wasm = "wasm32-unknown-unknown";
const component = (name: string, target: string, files: PackedComponent["files"]): PackedComponent => ({
  ...{ name, target, files },
});

const rustc = (version: string) => `#!/bin/sh\necho "rustc ${version}"\n`;
const componentsOf = (version: string): PackedComponent[] => [
  component("rustc", host, { "bin/rustc": rustc(version), "lib/librustc_driver.so": "driver" }),
  component("cargo", host, { "bin/cargo": "#!/bin/sh\n" }),
  component("rust-std", host, { [`lib/rustlib/${host}/lib/libstd.rlib`]: "std" }),
  component("rust-std", wasm, { [`lib/rustlib/${wasm}/lib/libstd.rlib`]: "std" }),
  component("clippy-preview", host, {
    "bin/cargo-clippy": "#!/bin/sh\n",
    "bin/clippy-driver": "#!/bin/sh\n",
  }),
  component("rust-src", "*", { "lib/rustlib/src/rust/library/std/src/lib.rs": "// std" }),
  component("miri-preview", host, undefined),
];
const version = "1.95.0 (0123456789 2026-04-14)";

async function rig() {
  const store = storeRig();
  const server = await distribution(host, [
    {
      channels: ["1.95.0", "1.95", "stable"],
      date: "2026-04-16",
      version,
      components: componentsOf(version),
    },
  ]);
  const lockFile = join(store.root, "gantry.lock");
  const notes: string[] = [];
  const shown = new Set<string>();
  return {
    ...{ server, lockFile, notes, shown },
    store: store.store,
    provide(
      request: Partial<ToolchainRequest>,
      {
        isNamed = true,
        ...more
      }: { offline?: boolean; frozen?: boolean; isNamed?: boolean; store?: Store } = {},
    ) {
      return provideToolchain(
        { ...(isNamed && { channel: "1.95.0" }), components: [], targets: [], ...request },
        {
          store: store.store,
          env: { RUSTUP_HOME: join(store.root, "rustup"), RUSTUP_DIST_SERVER: server.url },
          ...{ offline: false, frozen: false, ...more },
          lockFile,
          signal: new AbortController().signal,
          onProgress: (what, name) => void shown.add(`${what} ${name}`),
          note: (text) => void notes.push(text),
        },
      );
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

const archives = ({ asked }: Distribution) =>
  asked
    .filter((path) => path.includes(".tar.xz"))
    .map((path) => path.replace(/.*\//, "").replace(`-${host}`, ""))
    .sort();

test("what rustup lacks is put together of components, which are pinned and downloaded once", async () => {
  await using it = await rig();
  const first = await it.provide({ components: ["clippy"], targets: [wasm] });
  if (!first.ok) throw new Error(JSON.stringify(first.error));
  expect(first.value.version).toBe(`rustc ${version}`);
  expect(first.value.parts).toEqual([
    ...["bin/cargo", "bin/cargo-clippy", "bin/clippy-driver", "bin/rustc", "lib/librustc_driver.so"],
    ...[`lib/rustlib/${host}`, `lib/rustlib/${wasm}`],
  ]);
  expect(readFileSync(it.lockFile, "utf8")).toMatch(
    /^# .*\nversion = 1\n\n\[toolchain."1.95.0"\]\ndate = "2026-04-16"\nrelease = "1.95.0 \(0123456789 2026-04-14\)"\nmanifest = "[0-9a-f]{64}"\n$/,
  );
  expect(it.notes).toEqual(["`gantry.lock` pins `1.95.0` to 1.95.0 of 2026-04-16: commit it"]);
  expect(archives(it.server)).toEqual([
    ...["cargo-1.95.0.tar.xz", "clippy-preview-1.95.0.tar.xz", `rust-std-1.95.0-${wasm}.tar.xz`],
    ...["rust-std-1.95.0.tar.xz", "rustc-1.95.0.tar.xz"],
  ]);
  it.server.asked.splice(0);
  // One component more is downloaded, and one less is as nothing.
  const second = await it.provide(
    { components: ["clippy", "rust-src"], targets: [wasm] },
    { offline: false },
  );
  expect(second.ok && second.value.digest).toBe(first.value.digest);
  expect(archives(it.server)).toEqual(["rust-src-1.95.0-*.tar.xz"]);
  expect(await it.provide({ components: ["clippy"], targets: [wasm] }, { offline: true })).toMatchObject({
    ok: true,
    value: { digest: first.value.digest },
  });
});

test("a toolchain is shown by its channel and release, and never by a digest", async () => {
  await using it = await rig();
  expect((await it.provide({ channel: "stable" })).ok).toBe(true);
  const of = "toolchain stable (1.95.0)";
  const each = ["cargo", "rust-std", "rustc"].flatMap((name) => [
    `download ${name} of ${of}`,
    `install ${name} of ${of}`,
  ]);
  expect([...it.shown].sort()).toEqual(["hash toolchain stable", `install ${of}`, ...each].sort());
  it.shown.clear();
  editRecords(it.store.root, "DELETE FROM records WHERE kind = 'toolchain'");
  expect((await it.provide({ channel: "stable" })).ok).toBe(true);
  expect([...it.shown]).toEqual(["hash toolchain stable"]);
});

test("a channel that moves stays at what is pinned", async () => {
  await using it = await rig();
  expect((await it.provide({ channel: "stable" })).ok).toBe(true);
  const pinned = readFileSync(it.lockFile, "utf8");
  const forget = () =>
    it.store.records.set(
      "channel-manifest",
      /manifest = "(.*)"/.exec(pinned)?.[1] ?? "",
      "0".repeat(64) as never,
    );
  it.server.change("/dist/channel-rust-stable.toml", Buffer.from("another release"));
  forget();
  expect((await it.provide({ channel: "stable", components: ["clippy"] })).ok).toBe(true);
  expect(it.server.asked).toContain("/dist/2026-04-16/channel-rust-stable.toml");
  it.server.change("/dist/2026-04-16/channel-rust-stable.toml", Buffer.from('manifest-version = "2"\n'));
  forget();
  expect(await it.provide({ channel: "stable", components: ["rust-src"] })).toMatchObject({
    error: { code: "manifest-changed" },
  });
  expect(readFileSync(it.lockFile, "utf8")).toBe(pinned);
});

test("an interrupted download is gone on with, and a corrupted one is refused and not kept", async () => {
  await using it = await rig();
  const path = `/dist/2026-04-16/rustc-1.95.0-${host}.tar.xz`;
  it.server.change(path, { breaksAt: 50 });
  expect((await it.provide({})).ok).toBe(true);
  expect(it.server.asked.filter((each) => each.startsWith(path))).toEqual([path, `${path} from 50`]);
  await using other = await rig();
  const right = other.server.bytesOf(path);
  other.server.change(path, Buffer.from(right.toReversed()));
  expect(await other.provide({})).toMatchObject({
    error: { code: "checksum-mismatch", message: `checksum failed for \`${other.server.url}${path}\`` },
  });
  expect(existsSync(other.lockFile)).toBe(false);
  other.server.change(path, right);
  expect((await other.provide({})).ok).toBe(true);
});

test("what the server says of a component, and of what is no manifest, is told", async () => {
  await using it = await rig();
  const archive = `/dist/2026-04-16/rustc-1.95.0-${host}.tar.xz`;
  it.server.change(archive, 404);
  expect(await it.provide({})).toMatchObject({
    error: {
      code: "download-failed",
      message: `cannot download \`${it.server.url}${archive}\``,
      causes: ["the server answered 404 Not Found"],
    },
  });
  const page = Buffer.from("<html>sign in</html>");
  it.server.change("/dist/channel-rust-1.95.toml", page);
  it.server.change("/dist/channel-rust-1.95.toml.sha256", Buffer.from(sha256(page)));
  expect(await it.provide({ channel: "1.95" })).toMatchObject({
    error: { code: "toml-syntax", help: [expect.stringContaining("a proxy on the way to it")] },
  });
});

test("a server that fails to give a manifest is not asked again by the same command", async () => {
  await using it = await rig();
  it.server.change("/dist/channel-rust-1.95.0.toml", 500);
  for (const components of [[], ["clippy"]])
    expect(await it.provide({ components })).toMatchObject({
      error: { causes: [expect.anything(), "the server answered 500 Internal Server Error"] },
    });
  expect(it.server.asked).toHaveLength(3);
});

test.each([
  ["<html>\n  <title>sign in</title>", "it begins with `<html> <title>sign in</title>`"],
  ["", "it is empty"],
])("a login page in the place of a checksum is told as what it is: %j", async (page, note) => {
  await using it = await rig();
  const path = "/dist/channel-rust-1.95.toml";
  it.server.change(`${path}.sha256`, Buffer.from(page));
  const host = new URL(it.server.url).host;
  expect(await it.provide({ channel: "1.95" })).toMatchObject({
    error: {
      code: "not-a-release",
      message: `what \`${host}\` sent is no checksum`,
      notes: [`at ${it.server.url}${path}.sha256`, note],
      help: [expect.stringContaining("a login page"), expect.anything()],
    },
  });
});

test("a login page in the place of a manifest that is pinned is not told as a change of the release", async () => {
  await using it = await rig();
  writeFileSync(
    it.lockFile,
    `version = 1\n\n[toolchain."1.95.0"]\ndate = "2026-04-16"\nrelease = "${version}"\nmanifest = "${"0".repeat(64)}"\n`,
  );
  it.server.change("/dist/channel-rust-1.95.0.toml", Buffer.from("<html>sign in</html>"));
  expect(await it.provide({})).toMatchObject({
    error: { code: "not-a-release", notes: [expect.anything(), "it begins with `<html>sign in</html>`"] },
  });
});

test.each<[string, Partial<ToolchainRequest>, object]>([
  [
    "a release that is not there",
    { channel: "1.99.0" },
    { code: "toolchain-missing", message: "no release `1.99.0`" },
  ],
  [
    "a day without one",
    { channel: "nightly-2026-05-20" },
    { code: "toolchain-missing", message: "no release found for `nightly-2026-05-20`" },
  ],
  [
    "a component that is misspelt",
    { components: ["clipy"] },
    { code: "component-missing", help: ["did you mean `clippy`?"] },
  ],
  [
    "a component that the release lacks",
    { components: ["miri"] },
    { code: "component-missing", message: `component \`miri\` for \`${host}\` is not in \`1.95.0\`` },
  ],
  [
    "a platform that is misspelt",
    { targets: ["wasm32-unknwn-unknown"] },
    { code: "target-missing", help: [`did you mean \`${wasm}\`?`] },
  ],
])("%s", async (_, request, error) => {
  await using it = await rig();
  expect(await it.provide(request)).toMatchObject({ ok: false, error });
  expect(existsSync(it.lockFile)).toBe(false);
});

test("without a network, and where no lock may be written", async () => {
  await using it = await rig();
  expect(await it.provide({ components: ["clippy"] }, { offline: true })).toMatchObject({
    error: {
      code: "toolchain-missing",
      causes: [expect.stringContaining("`--offline` was given")],
      help: ["run once without --offline", "rustup toolchain install 1.95.0 --component clippy"],
    },
  });
  expect(await it.provide({}, { frozen: true })).toMatchObject({ error: { code: "lock-frozen" } });
  expect(it.server.asked.some((path) => path.endsWith(".tar.xz"))).toBe(false);
});

test("an entry, its manifest and the channel must agree", async () => {
  await using it = await rig();
  expect((await it.provide({})).ok).toBe(true);
  const text = readFileSync(it.lockFile, "utf8");
  const refused = async (from: string, to: string, request: Partial<ToolchainRequest>, error: object) => {
    writeFileSync(it.lockFile, text.replace(from, to));
    const invalid = { code: "gantry-lock-invalid", ...error };
    expect(await it.provide(request, { offline: true })).toMatchObject({ error: invalid });
    // Also where the manifest is seen for the first time.
    await using other = storeRig();
    expect(await it.provide(request, { store: other.store })).toMatchObject({ error: invalid });
  };
  await refused(
    '"1.95.0"]',
    '"1.94.0"]',
    { channel: "1.94.0" },
    {
      message: "`gantry.lock` pins `1.94.0` to a release that is not of that name",
    },
  );
  await refused(
    '"1.95.0"]\ndate = "2026-04-16"\nrelease = "1.95.0',
    '"stable"]\ndate = "2026-04-16"\nrelease = "1.94.0',
    { channel: "stable" },
    {
      message: "`gantry.lock` has another `release` for `stable` than the manifest that it pins",
      place: { line: 6, label: `the manifest says \`${version}\`` },
    },
  );
  await refused(
    'date = "2026-04-16"',
    'date = "2026-04-17"',
    {},
    {
      message: "`gantry.lock` has another `date` for `1.95.0` than the manifest that it pins",
    },
  );
});

test("a server that has another release for a channel pins nothing", async () => {
  await using it = await rig();
  it.server.change("/dist/channel-rust-1.94.0.toml", it.server.bytesOf("/dist/channel-rust-1.95.0.toml"));
  it.server.change(
    "/dist/channel-rust-1.94.0.toml.sha256",
    it.server.bytesOf("/dist/channel-rust-1.95.0.toml.sha256"),
  );
  expect(await it.provide({ channel: "1.94.0" })).toMatchObject({
    error: { code: "manifest-unusable", message: "the server has another release for `1.94.0`" },
  });
  expect(existsSync(it.lockFile)).toBe(false);
});

test("without a network, what is not pinned is said to be that, and each remedy once", async () => {
  await using it = await rig();
  installByRustup(it);
  const latest = { channel: "stable", isPinned: true } as const;
  expect(await it.provide(latest, { offline: true })).toMatchObject({
    error: { code: "toolchain-unpinned", help: ["run once without --offline, and commit `gantry.lock`"] },
  });
  expect(await it.provide({}, { offline: true })).toMatchObject({
    error: { help: ["run once without --offline", "rustup toolchain install 1.95.0"] },
  });
});

test("rustup's toolchain is the pinned one if the manifest says so, which is looked at once", async () => {
  await using it = await rig();
  installByRustup(it);
  const { store } = it;
  const manifest = sha256(it.server.bytesOf("/dist/channel-rust-stable.toml"));
  const pin = (fields: object) => {
    const all = { date: "2026-04-16", release: version, manifest, ...fields };
    const lines = Object.entries(all).map(([field, text]) => `${field} = "${text}"\n`);
    writeFileSync(it.lockFile, `version = 1\n\n[toolchain."stable"]\n${lines.join("")}`);
  };
  const rustups = { value: { directory: join(store.root, "rustup/toolchains", `stable-${host}`) } };
  const stable = { channel: "stable" };
  pin({ manifest: "1".repeat(64) });
  expect(await it.provide(stable)).toMatchObject({ error: { code: "manifest-changed" } });
  expect(await it.provide(stable, { offline: true })).toMatchObject({ error: { code: "manifest-changed" } });
  pin({});
  expect(await it.provide(stable)).toMatchObject(rustups);
  it.server.asked.splice(0);
  expect(await it.provide(stable)).toMatchObject(rustups);
  expect([it.server.asked, it.notes]).toEqual([[], []]);
  // Nobody can say what is in this one.
  pin({ manifest: "2".repeat(64) });
  expect(await it.provide(stable, { offline: true })).toMatchObject(rustups);
  expect(it.notes).toEqual([
    "what `gantry.lock` pins for `stable` is not compared with its manifest, which cannot be had: release 1.95.0 of 2026-04-16, which `gantry.lock` pins for `stable`, is not here, and `--offline` was given",
  ]);
  // Of another day it is another one, whatever its compiler is called.
  pin({ manifest: "2".repeat(64), date: "2026-04-15" });
  expect(await it.provide(stable, { offline: true })).toMatchObject({ error: { code: "toolchain-offline" } });
});

describe("what rustup's toolchain of the same release has", () => {
  async function adoptionRig() {
    const it = await rig();
    const directory = join(it.store.root, "rustup/toolchains", `1.95.0-${host}`);
    const archive = sha256(it.server.bytesOf(`/dist/2026-04-16/rustc-1.95.0-${host}.tar.xz`));
    const write = (path: string, text: string) => {
      mkdirSync(join(directory, path, ".."), { recursive: true });
      writeFileSync(join(directory, path), text, { mode: path.startsWith("bin/") ? 0o755 : 0o644 });
    };
    const manifest = (hash: string) =>
      write(
        "lib/rustlib/multirust-channel-manifest.toml",
        `[pkg.rustc]\nversion = "${version}"\n[pkg.rustc.target.${host}]\nxz_hash = "${hash}"\n`,
      );
    write("bin/rustc", rustc(version));
    write("lib/librustc_driver.so", "driver");
    write(`lib/rustlib/manifest-rustc-${host}`, "file:bin/rustc\nfile:lib/librustc_driver.so\n");
    manifest(archive);
    return { ...it, directory, write, manifest, rustcArchive: archive };
  }
  const others = ["cargo-1.95.0.tar.xz", "clippy-preview-1.95.0.tar.xz", "rust-std-1.95.0.tar.xz"];

  test("is not downloaded, and the keys are those of what is", async () => {
    await using it = await adoptionRig();
    const adopted = await it.provide({ components: ["clippy"] });
    expect(archives(it.server)).toEqual(others);
    await using other = await rig();
    expect(adopted).toMatchObject({
      ok: true,
      value: { digest: valueOfResult(await other.provide({ components: ["clippy"] })).digest },
    });
  });

  test.each<[string, (it: Awaited<ReturnType<typeof adoptionRig>>) => void, string]>([
    [
      "a file was edited",
      ({ directory, write }) => {
        write("bin/rustc", "another compiler");
        utimesSync(join(directory, "bin/rustc"), Date.now() / 1000 + 60, Date.now() / 1000 + 60);
      },
      "bin/rustc` was changed since rustup installed it",
    ],
    [
      "a file was removed",
      ({ directory }) => rmSync(join(directory, "lib/librustc_driver.so")),
      "lib/librustc_driver.so` is not there",
    ],
    ["it was made of another archive", ({ manifest }) => manifest("0".repeat(64)), "is of another archive"],
  ])("is downloaded all the same where %s", async (_, change, reason) => {
    await using it = await adoptionRig();
    change(it);
    expect((await it.provide({ components: ["clippy"], targets: [wasm] })).ok).toBe(true);
    expect(archives(it.server)).toContain("rustc-1.95.0.tar.xz");
    it.store.records.set("component", it.rustcArchive, "0".repeat(64) as never);
    expect(await it.provide({ components: ["clippy"] }, { offline: true })).toMatchObject({
      error: {
        causes: ["rustc of toolchain 1.95.0 is not in the store, and `--offline` was given"],
        notes: expect.arrayContaining([expect.stringContaining(reason)]),
      },
    });
  });
});

/** Installs the release as rustup would, as its default. */
function installByRustup({ store, server }: { store: { root: string }; server: Distribution }): void {
  const home = join(store.root, "rustup");
  const directory = join(home, "toolchains", `stable-${host}`);
  const installed = componentsOf(version).filter(
    ({ target, files }) => target === host && files !== undefined,
  );
  const texts: Record<string, string> = {
    [`${home}/settings.toml`]: `default_toolchain = "stable-${host}"\n`,
    [`${directory}/lib/rustlib/multirust-channel-manifest.toml`]: server
      .bytesOf("/dist/channel-rust-1.95.0.toml")
      .toString(),
    [`${directory}/lib/rustlib/components`]: installed.map(({ name }) => `${name}-${host}\n`).join(""),
  };
  for (const { name, files = {} } of installed) {
    const list = Object.keys(files).map((path) => `file:${path}\n`);
    texts[`${directory}/lib/rustlib/manifest-${name}-${host}`] = list.join("");
    for (const [path, text] of Object.entries(files)) texts[`${directory}/${path}`] = text;
  }
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text, { mode: path.includes("/bin/") ? 0o755 : 0o644 });
  }
}

test("what rustup's default lacks for a platform is added from its own release, and nothing is pinned", async () => {
  await using it = await rig();
  installByRustup(it);
  const ask = (request: Partial<ToolchainRequest>, more = {}) =>
    it.provide(request, { isNamed: false, ...more });
  expect(await ask({ platforms: [wasm] }, { offline: true })).toMatchObject({
    error: {
      code: "target-missing",
      help: ["run once without --offline", expect.stringContaining(`rustup target add ${wasm}`)],
    },
  });
  const plain = await ask({});
  const cross = await ask({ platforms: [wasm] });
  if (!plain.ok || !cross.ok) throw new Error(JSON.stringify([plain, cross]));
  expect(archives(it.server)).toEqual([`rust-std-1.95.0-${wasm}.tar.xz`]);
  expect(existsSync(it.lockFile)).toBe(false);
  // What runs on this machine is the same toolchain, Clippy and all.
  expect(cross.value.ofHost).toBe(plain.value.digest);
  expect(plain.value.ofHost).toBe(plain.value.digest);
  expect(cross.value.digest).not.toBe(plain.value.digest);
  expect(cross.value.parts).toEqual([...plain.value.parts, `lib/rustlib/${wasm}`]);
  expect(await ask({ platforms: [wasm] }, { offline: true })).toMatchObject({
    value: { digest: cross.value.digest },
  });
  expect(await ask({ platforms: ["wasm32-unknown-unknwn"] })).toMatchObject({
    error: { code: "target-missing", help: [`did you mean \`${wasm}\`?`] },
  });
});
