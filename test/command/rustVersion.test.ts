import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { tooOldFor } from "../../src/command/look/rustVersion.ts";
import { writeFiles } from "../rig/writeFiles.ts";

const manifest = "lib/rustlib/multirust-channel-manifest.toml";
const ofRustup = { [manifest]: '[pkg.rustc]\nversion = "1.84.1 (e71f9a9a9 2025-01-27)"\n' };
const compiler = { "bin/rustc": "#!/bin/sh\necho 'rustc 1.83.0 (90b35a623 2024-11-26)'\n" };
const requirements = [{ name: "app", version: "1.85" }];

test.each([
  ["of rustup's says it without its compiler, which takes longer", { ...ofRustup, ...compiler }, "1.84.1"],
  ["that did not come by rustup is asked for it", compiler, "1.83.0"],
])("of which release a toolchain is: one %s", async (_, files, release) => {
  const directory = mkdtempSync(join(tmpdir(), "gantry-release-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  writeFiles(directory, files);
  chmodSync(join(directory, "bin/rustc"), 0o755);
  expect(await tooOldFor(requirements, { name: "a", directory })).toMatchObject({
    problem: { message: `\`app\` requires Rust 1.85, and the toolchain is ${release}` },
  });
});
