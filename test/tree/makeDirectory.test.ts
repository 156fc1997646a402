import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openStore } from "../../src/store/openStore.ts";
import { makeDirectory } from "../../src/tree/makeDirectory.ts";

const directory = mkdtempSync(join(tmpdir(), "gantry-directory-"));
afterAll(() => rmSync(directory, { recursive: true }));

test("those above it are made, too, and one that is there stays", () => {
  makeDirectory(join(directory, "a/b/c"));
  makeDirectory(join(directory, "a/b/c"));
  expect(statSync(join(directory, "a/b/c")).isDirectory()).toBe(true);
});

test("where the system makes no directory, it says so", () => {
  expect(() => makeDirectory("/proc/gantry/reports")).toThrow("no directory can be made in `/proc`");
  expect(openStore("/proc/gantry")).toMatchObject({
    error: {
      code: "not-permitted",
      message: "opening the store at `/proc/gantry` failed: operation not permitted: `/proc/gantry`",
      help: ["make the path writable for you, or choose another store with `--store DIR`"],
      causes: ["no directory can be made in `/proc`"],
    },
  });
});

test("a link that leads nowhere is named, with where it should", () => {
  symlinkSync("gone", join(directory, "link"));
  expect(() => makeDirectory(join(directory, "link"))).toThrow(
    `\`${directory}/link\` is a link to \`gone\`, which is not there`,
  );
});

test("a file in the way is named", () => {
  writeFileSync(join(directory, "file"), "");
  expect(() => makeDirectory(join(directory, "file/below"))).toThrow(
    expect.objectContaining({ code: "ENOTDIR" }),
  );
  expect(() => makeDirectory(join(directory, "file"))).toThrow(`\`${directory}/file\` is a file`);
});
