import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { cratesIoText } from "../../../src/cargo/sourceId.ts";
import { locateCrates } from "../../../src/fetch/registry/locateCrates.ts";

test("what lies in Cargo's cache and is no file is not opened", async () => {
  const home = mkdtempSync(join(tmpdir(), "gantry-registry-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const cache = join(home, "registry/cache/registry-0123456789abcdef");
  const crate = (name: string) => ({
    name,
    version: "1.0.0",
    source: cratesIoText,
    checksum: "0".repeat(64),
  });
  mkdirSync(join(cache, "directory-1.0.0.crate"), { recursive: true });
  await execa("mkfifo", [join(cache, "pipe-1.0.0.crate")]);
  writeFileSync(join(cache, "file-1.0.0.crate"), "");
  const found = locateCrates(["directory", "pipe", "absent", "file"].map(crate), home, undefined);
  expect(found.map((files) => files.length)).toEqual([0, 0, 0, 1]);
});
