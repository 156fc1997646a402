import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { type Entry, tarOf } from "../../src/oci/tar.ts";

const scratch = mkdtempSync(join(tmpdir(), "gantry-tar-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const long = `share/${"long-".repeat(60)}name`;
const entries: readonly Entry[] = [
  { type: "file", path: "bin/app", content: Buffer.from("code"), isExecutable: true },
  { type: "symlink", path: "bin/alias", target: "app" },
  { type: "directory", path: "tmp", mode: 0o1777 },
  { type: "directory", path: "home/me", mode: 0o700, owner: 65_532 },
  { type: "file", path: long, content: Buffer.from("text") },
];

function archiveOf(given: readonly Entry[], isBelow?: (path: string) => boolean): Buffer {
  return Buffer.concat([...tarOf(given, isBelow)]);
}

/** As the system's tar lists it. */
function listed(archive: Buffer): string[] {
  const file = join(scratch, "a.tar");
  writeFileSync(file, archive);
  const text = execFileSync("tar", ["--utc", "--numeric-owner", "-tvf", file], { encoding: "utf8" });
  return text
    .trim()
    .split("\n")
    .map((line) => line.replace(/ +/g, " "));
}

test("an archive has its directories, sorted, of root, at one time", () => {
  expect(listed(archiveOf(entries))).toEqual([
    "drwxr-xr-x 0/0 0 1970-01-01 00:00 bin/",
    "lrwxrwxrwx 0/0 0 1970-01-01 00:00 bin/alias -> app",
    "-rwxr-xr-x 0/0 4 1970-01-01 00:00 bin/app",
    "drwxr-xr-x 0/0 0 1970-01-01 00:00 home/",
    "drwx------ 65532/65532 0 1970-01-01 00:00 home/me/",
    "drwxr-xr-x 0/0 0 1970-01-01 00:00 share/",
    `-rw-r--r-- 0/0 4 1970-01-01 00:00 ${long}`,
    "drwxrwxrwt 0/0 0 1970-01-01 00:00 tmp/",
  ]);
});

test("the bytes depend neither on the order of the entries nor on the machine", () => {
  const archive = archiveOf(entries);
  expect(archiveOf(entries.toReversed())).toEqual(archive);
  expect(digestOf(archive)).toBe("0d7b90a42b294b526a910f8d1da02890c319afee9b75d82d62b72727843246c5");
});

test("a directory that a lower layer has is left as it is there", () => {
  expect(listed(archiveOf(entries.slice(0, 3), (path) => path === "tmp" || path === "bin"))).toEqual([
    "lrwxrwxrwx 0/0 0 1970-01-01 00:00 bin/alias -> app",
    "-rwxr-xr-x 0/0 4 1970-01-01 00:00 bin/app",
  ]);
});
