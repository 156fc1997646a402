import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { applyChanges, type FileChange } from "../../../src/command/eject/applyChanges.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "gantry-changes-"));
  writeFileSync(join(root, "a"), "a\n");
});
afterEach(() => rmSync(root, { recursive: true }));

const change = (path: string, after: string, before?: string): FileChange => ({
  file: join(root, path),
  shown: path,
  after,
  ...(before !== undefined && { before }),
});

function tree(): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [
      join(parentPath, name).slice(root.length + 1),
      readFileSync(join(parentPath, name), "utf8"),
    ]),
  );
}

test("files are changed and made, and keep their permissions", () => {
  chmodSync(join(root, "a"), 0o640);
  expect(applyChanges([change("a", "b\n", "a\n"), change("new/c", "c\n")]).ok).toBe(true);
  expect(tree()).toEqual({ a: "b\n", "new/c": "c\n" });
  expect(statSync(join(root, "a")).mode & 0o777).toBe(0o640);
});

test("a link stays a link", () => {
  symlinkSync("a", join(root, "link"));
  expect(applyChanges([change("link", "b\n", "a\n")]).ok).toBe(true);
  expect([lstatSync(join(root, "link")).isSymbolicLink(), tree().a]).toEqual([true, "b\n"]);
});

test.each([
  ["a read-only file", () => chmodSync(join(root, "a"), 0o444), "`a` is read-only"],
  [
    "one that was changed meanwhile",
    () => writeFileSync(join(root, "a"), "x\n"),
    "`a` was changed by something else meanwhile",
  ],
  [
    "one that has come meanwhile",
    () => writeFileSync(join(root, "new"), "x\n"),
    "`new` was changed by something else meanwhile",
  ],
  [
    "a directory in the place of one",
    () => mkdirSync(join(root, "new")),
    "`new` is a directory, and a file is wanted there",
  ],
  [
    "a file in the place of a directory",
    () => writeFileSync(join(root, "deep"), ""),
    "`deep` is a file, and a directory is wanted there",
  ],
  [
    "a link that leads nowhere",
    () => symlinkSync("x", join(root, "deep")),
    "`deep` is a link to `x`, which is not there, and a directory is wanted there",
  ],
])("%s: nothing is changed", (_, spoil, message) => {
  spoil();
  const before = tree();
  const result = applyChanges([change("a", "b\n", "a\n"), change("deep/er/b", "b\n"), change("new", "c\n")]);
  expect(result).toMatchObject({ ok: false, error: { message } });
  expect(tree()).toEqual(before);
  expect(existsSync(join(root, "deep/er"))).toBe(false);
});
