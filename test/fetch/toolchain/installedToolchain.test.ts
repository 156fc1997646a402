import fs, {
  chmodSync,
  cpSync,
  linkSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { hostTriple } from "../../../src/fetch/toolchain/findToolchain.ts";
import { installedToolchain, missingPart } from "../../../src/fetch/toolchain/installedToolchain.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { writeFiles } from "../../rig/writeFiles.ts";
import { storeRig } from "../../store/rig.ts";

const host = hostTriple();

/** A toolchain as a component more, and a file or two of its owner's, leave it. */
const files = {
  "bin/cargo": "cargo",
  "bin/cargo-added": "a subcommand that somebody put there",
  "bin/rustc": "#!/bin/sh\necho rustc 1.2.3\n",
  "etc/settings": "settings",
  "lib/librustc_driver.so": "driver",
  "lib/rustlib/multirust-config.toml": "config",
  [`lib/rustlib/${host}/lib/libstd.rlib`]: "std",
  "lib/rustlib/wasm32-unknown-unknown/lib/libstd.rlib": "std",
  "libexec/server": "server",
  "share/doc/index.html": "documentation",
};

async function toolchainRig() {
  const rig = storeRig();
  const directory = mkdtempSync(`${tmpdir()}/gantry-toolchain-`);
  writeFiles(directory, files);
  chmodSync(`${directory}/bin/rustc`, 0o755);
  let onProgress = () => {};
  const result = (targets: readonly string[] = [], components: readonly string[] = []) => {
    const { records } = rig.store;
    const { signal } = new AbortController();
    const context = { env: {}, records, signal, onProgress: () => onProgress() };
    return installedToolchain({ channel: directory, components, targets }, context);
  };
  return {
    ...{ directory, result },
    /** Has something happen once, when the toolchain is about to be read. */
    meanwhile(happens: () => void) {
      onProgress = () => {
        onProgress = () => {};
        happens();
      };
    },
    write: (path: string, text: string) => writeFileSync(`${directory}/${path}`, text),
    read: async (targets: readonly string[] = [], components: readonly string[] = []) =>
      valueOfResult(await result(targets, components)),
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true });
    },
  };
}

test("of a toolchain only that is shown which its digest is of", async () => {
  await using rig = await toolchainRig();
  const { digest, parts } = await rig.read();
  expect(parts).toEqual([
    "bin/cargo",
    "bin/rustc",
    "lib/librustc_driver.so",
    `lib/rustlib/${host}`,
    "libexec",
  ]);
  const isShown = (path: string) => parts.some((part) => `${path}/`.startsWith(`${part}/`));
  for (const path of Object.keys(files).filter((each) => each !== "bin/rustc")) {
    rig.write(path, "changed");
    const { digest: after } = await rig.read();
    expect([path, after !== digest]).toEqual([path, isShown(path)]);
    rig.write(path, files[path] ?? "");
    expect((await rig.read()).digest).toBe(digest);
  }
});

test("what LLVM's tools add beside the standard library is shown, and counts, only where they are asked for", async () => {
  await using rig = await toolchainRig();
  writeFiles(rig.directory, { [`lib/rustlib/${host}/bin/rust-lld`]: "linker" });
  const before = await rig.read();
  const tool = `lib/rustlib/${host}/bin/llvm-cov`;
  const library = `lib/rustlib/${host}/lib/libLLVM.so`;
  writeFiles(rig.directory, {
    ...{ [tool]: "tool", [library]: "library" },
    [`lib/rustlib/manifest-llvm-tools-preview-${host}`]: `file:${tool}\nfile:${library}\n`,
  });
  const after = await rig.read();
  expect(after.digest).toBe(before.digest);
  expect(after.parts.filter((part) => part.startsWith("lib/rustlib"))).toEqual([
    `lib/rustlib/${host}/bin/rust-lld`,
    `lib/rustlib/${host}/lib/libstd.rlib`,
  ]);
  writeFiles(rig.directory, { "lib/rustlib/components": `llvm-tools-preview-${host}\n` });
  const asked = await rig.read([], ["llvm-tools"]);
  expect(asked.parts).toEqual(before.parts);
  expect(asked.digest).not.toBe(before.digest);
});

test("a toolchain notices that it was replaced", async () => {
  await using rig = await toolchainRig();
  const { isUnchanged } = await rig.read();
  rig.write("share/doc/index.html", "other documentation");
  expect(await isUnchanged()).toBe(true);
  linkSync(`${rig.directory}/lib/librustc_driver.so`, `${rig.directory}/share/backup.so`);
  expect(await isUnchanged()).toBe(true);
  rig.write("lib/librustc_driver.so", "another driver");
  expect(await isUnchanged()).toBe(false);
});

test("of one that was replaced while it was read, and was put back, nothing is remembered", async () => {
  await using rig = await toolchainRig();
  const [lib, aside] = [`${rig.directory}/lib`, `${rig.directory}/aside`];
  rig.meanwhile(() => {
    cpSync(lib, `${rig.directory}/other`, { recursive: true });
    renameSync(lib, aside);
    renameSync(`${rig.directory}/other`, lib);
    rig.write("lib/librustc_driver.so", "another driver");
  });
  const mixed = await rig.read();
  rmSync(lib, { recursive: true });
  renameSync(aside, lib);
  const { digest } = await rig.read();
  expect(digest).not.toBe(mixed.digest);
});

/** Has all files look as if they were changed at one time, as those of a file system do whose clock ticks that slowly. */
function changedAt(time: number): Disposable {
  const { statSync } = fs;
  const frozen = (...words: Parameters<typeof statSync>) => {
    const found = Reflect.apply(statSync, fs, words);
    return found && Object.assign(found, { mtimeMs: time, ctimeMs: time });
  };
  Object.assign(fs, { statSync: frozen });
  syncBuiltinESMExports();
  return {
    [Symbol.dispose]() {
      Object.assign(fs, { statSync });
      syncBuiltinESMExports();
    },
  };
}

test("of one that was just changed nothing is remembered: it may change again, and look the same", async () => {
  await using rig = await toolchainRig();
  const rebuild = () => rig.write("lib/librustc_driver.so", "DRIVER");
  {
    using _ticking = changedAt(Date.now());
    const before = await rig.read();
    rebuild();
    expect((await rig.read()).digest).not.toBe(before.digest);
    expect(await before.isUnchanged()).toBe(false);
    rig.write("lib/librustc_driver.so", "driver");
  }
  // It is their times that tell of others.
  using _settled = changedAt(Date.now() - 10_000);
  const { digest, isUnchanged } = await rig.read();
  rebuild();
  expect([(await rig.read()).digest, await isUnchanged()]).toEqual([digest, true]);
});

test("a link in a toolchain counts as the file that it leads to, which may lie elsewhere", async () => {
  await using rig = await toolchainRig();
  symlinkSync("../share/driver", `${rig.directory}/bin/rustdoc`);
  rig.write("share/driver", "one");
  const { digest } = await rig.read();
  rig.write("share/driver", "other");
  expect((await rig.read()).digest).not.toBe(digest);
});

test("a platform that is asked for twice, by the toolchain file and `--target`, is shown once", async () => {
  await using rig = await toolchainRig();
  const wasm = "wasm32-unknown-unknown";
  const once = await rig.read([wasm]);
  expect(once.parts.filter((part) => part.endsWith(wasm))).toHaveLength(1);
  const { digest, parts } = await rig.read([wasm, host, wasm]);
  expect({ digest, parts }).toEqual({ digest: once.digest, parts: once.parts });
});

test("rustup is advised only for what it installed", async () => {
  await using rig = await toolchainRig();
  const help = () => missingPart(rig.directory, { components: [], targets: ["wasm32-wasip1"] })?.help;
  expect(help()).toEqual([
    `\`${rig.directory}\` is none of rustup's, and has to have it as it was built or unpacked`,
  ]);
  const installed = `${rig.directory}/toolchains/1.95.0-${host}`;
  writeFiles(installed, { "lib/rustlib/multirust-channel-manifest.toml": "" });
  expect(missingPart(installed, { components: [], targets: ["wasm32-wasip1"] })?.help).toEqual([
    "rustup target add wasm32-wasip1 --toolchain 1.95.0",
  ]);
});

test("whether rustup's toolchain has a component is what its list says, if a build would see it", async () => {
  await using rig = await toolchainRig();
  rig.write("lib/rustlib/components", `clippy-preview-${host}\ncargo-${host}\nrust-src\n`);
  const lacks = (component: string) =>
    missingPart(rig.directory, { channel: rig.directory, components: [component], targets: [] })?.message;
  const there = [
    "clippy",
    "clippy-preview",
    `clippy-${host}`,
    "cargo",
    "rust-src",
    "rust-docs",
    "rust-analyzer",
  ];
  expect(there.map(lacks)).toEqual(there.map(() => undefined));
  const name = rig.directory.split("/").at(-1);
  expect(["miri", "llvm-tools", "rustfmt", "clipy"].map(lacks)).toEqual(
    ["miri", "llvm-tools", "rustfmt", "clipy"].map(
      (component) => `toolchain \`${name}\` has no component \`${component}\``,
    ),
  );
});

test("a compiler that does not run is told, and not a bug", async () => {
  await using rig = await toolchainRig();
  rig.write("bin/rustc", "#!/lib/ld-musl-none.so\n");
  const result = await rig.result();
  expect(result).toMatchObject({
    error: { code: "toolchain-broken", causes: [expect.stringContaining("ENOENT")] },
  });
});
