import {
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { leaveLink, prepareLink } from "../../src/command/build/outLink.ts";
import { checkOutput } from "../../src/command/build/writeImage.ts";
import { makeTargetDirectory } from "../../src/command/warm/cargoLock.ts";
import { besideOf, freeBeside, nameInTheEnd } from "../../src/tree/beside.ts";
import { replaceFile } from "../../src/tree/replaceFile.ts";
import { walk } from "../../src/tree/walk.ts";

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), "gantry-beside-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test("two are never the same, and each says what it is for", () => {
  const all = Array.from({ length: 100 }, () => besideOf("a/gantry.lock"));
  expect(new Set(all).size).toBe(100);
  expect(new Set(all.map(nameInTheEnd))).toEqual(new Set(["a/gantry.lock"]));
  expect(["result", "a.new", "a.12345678.old"].map(nameInTheEnd)).toEqual([
    "result",
    "a.new",
    "a.12345678.old",
  ]);
});

test("what was left beside goes after a day, whatever it is; all else stays", () => {
  const at = directory();
  const gone = ["out.00000001.new", "out.00000002.new", "out.00000003.new"] as const;
  const old = ["other.00000001.new", "out.00000001.whole", "out.1.new", "out"];
  const young = ["out.00000004.new"];
  writeFileSync(join(at, gone[0]), "half");
  mkdirSync(join(at, gone[1], "blobs"), { recursive: true });
  symlinkSync("nowhere", join(at, gone[2]));
  for (const name of [...old, ...young]) writeFileSync(join(at, name), "");
  const before = Date.now() / 1000 - 25 * 3600;
  for (const name of [...old, gone[0], gone[1]]) utimesSync(join(at, name), before, before);
  lutimesSync(join(at, gone[2]), before, before);
  freeBeside(join(at, "out"));
  expect(readdirSync(at).sort()).toEqual([...old, ...young].sort());
});

test("where nothing is yet, one is named as well", () => {
  expect(nameInTheEnd(freeBeside(join(directory(), "absent/out")))).toMatch(/absent\/out$/);
});

test("what a killed process of the same number left is in nobody's way", () => {
  const at = directory();
  const [link, image, target, file] = ["result", "image.tar", "target", "gantry.lock"].map((name) =>
    join(at, name),
  );
  if (!link || !image || !target || !file) throw new Error("no names");
  symlinkSync("none", `${link}-${process.pid}.new`);
  for (const path of [
    `${image}.${process.pid}.new`,
    `${target}.${process.pid}`,
    `${file}.${process.pid}.new`,
  ])
    mkdirSync(path);
  expect(prepareLink(link).ok).toBe(true);
  expect(leaveLink(link, `/store/trees/${"0".repeat(64)}`).ok).toBe(true);
  expect(checkOutput({ path: image, format: "oci-archive" }).ok).toBe(true);
  makeTargetDirectory(target);
  replaceFile(file, "version = 1\n");
  expect(readdirSync(at).filter((name) => !name.includes(String(process.pid)))).toEqual([
    "gantry.lock",
    "result",
    "target",
  ]);
});

test("no file of Gantry's is named by the number of its process", () => {
  const source = join(import.meta.dirname, "../../src");
  const files = [...walk(source)].flatMap(({ path, type }) => (type === "file" ? [path] : []));
  expect(files.filter((path) => readFileSync(join(source, path), "utf8").includes("${process.pid}"))).toEqual(
    [],
  );
});
