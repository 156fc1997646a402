import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writtenElsewhere, writtenUnits } from "../../src/units/layout/writtenUnits.ts";
import { writeFiles } from "../rig/writeFiles.ts";

/** Whether a build that left these files wrote beside its units. */
function isElsewhere(...paths: readonly string[]): boolean {
  const directory = mkdtempSync(join(tmpdir(), "gantry-written-"));
  try {
    writeFiles(directory, Object.fromEntries(paths.map((path) => [path, ""])));
    return writtenElsewhere(directory, { units: [], messages: [], written: writtenUnits(directory) });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const triple = "x86_64-unknown-linux-musl";
const platform = [
  "CACHEDIR.TAG",
  ".rustc_info.json",
  `${triple}/CACHEDIR.TAG`,
  `${triple}/release/.cargo-lock`,
  `${triple}/release/.fingerprint/plain-0123456789abcdef/run-build-script-build-script-build`,
  `${triple}/release/build/plain-0123456789abcdef/output`,
];

test("what Cargo leaves for a platform, where all that is compiled for the machine was there", () => {
  expect(isElsewhere(...platform, "release/.cargo-lock")).toBe(false);
  expect(isElsewhere(...platform, "release/.cargo-build-lock", "release/.cargo-artifact-lock")).toBe(false);
});

test("a file beside the units, of the machine, of the platform, and above them", () => {
  for (const path of [
    "release/version.txt",
    `${triple}/release/version.txt`,
    `${triple}/man/app.1`,
    "man/app.1",
  ])
    expect([path, isElsewhere(...platform, "release/.cargo-lock", path)]).toEqual([path, true]);
});
