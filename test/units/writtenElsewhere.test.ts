import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
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

test("what a compiler leaves that is killed while it links, as by Ctrl-C, and others do not", () => {
  const directory = mkdtempSync(join(tmpdir(), "gantry-written-"));
  try {
    writeFiles(directory, {
      "lib.rs": "",
      "linker.sh": "#!/bin/sh\nkill -9 $PPID\n",
      "target/release/.cargo-lock": "",
      "target/release/deps/other-0123456789abcdef.d": "",
    });
    chmodSync(join(directory, "linker.sh"), 0o755);
    const crate = [
      "--crate-type",
      "proc-macro",
      "--crate-name",
      "killed",
      "-C",
      "extra-filename=-0123456789abcdef",
    ];
    const out = ["-C", "linker=./linker.sh", "--out-dir", "target/release/deps", "lib.rs"];
    expect(spawnSync("rustc", [...crate, ...out], { cwd: directory }).signal).toBe("SIGKILL");
    const target = join(directory, "target");
    const left = readdirSync(`${target}/release/deps`).map((name) =>
      name.replace(/^(rmeta|rustc).{6}$/, "$1"),
    );
    expect(left).toEqual(expect.arrayContaining(["rmeta", "rustc"]));
    expect(writtenElsewhere(target, { units: [], messages: [], written: writtenUnits(target) })).toBe(false);
  } finally {
    rmSync(directory, { recursive: true });
  }
  const deps = [...platform, "release/.cargo-lock", "release/deps/other-0123456789abcdef.d"];
  const isLeft = (path: string) => isElsewhere(...deps, `release/deps/${path}`);
  const own = [
    "rmetaAb01yZ/full.rmeta",
    "rmetaAb01yZ/lib.rmeta",
    "rustcAb01yZ/libserde-0123456789abcdef.rlib",
  ];
  expect(own.map(isLeft)).toEqual([false, false, false]);
  const others = ["rmetaAb01yZ", "rmetaAb01yZ/notes.txt", "rmeta/full.rmeta", "rmetadata1/full.rmeta"];
  for (const path of [...others, "rustcdriver", "rustcdriver/driver.rlib", "rustc/symbols.o"])
    expect([path, isLeft(path)]).toEqual([path, true]);
});
