import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { pinIn, readGantryLock, type ToolchainPin } from "../../src/fetch/gantryLock.ts";
import { shownError } from "../cargo/shownError.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

const directory = mkdtempSync(join(tmpdir(), "gantry-lock-"));
const file = join(directory, "gantry.lock");

beforeEach(() => rmSync(file, { force: true }));
afterAll(() => rmSync(directory, { recursive: true }));

const pin = (date: string): ToolchainPin => ({
  date,
  release: `1.0.0 (0 ${date})`,
  manifest: "0".repeat(64),
});

test("pins are kept by kind and name, in one order, whoever was first", () => {
  valueOfResult(pinIn(file, "toolchain", { name: "stable", pin: pin("2026-04-16") }));
  valueOfResult(
    pinIn(file, "tool", { name: "cargo-deny", pin: { version: "0.20.0", checksum: "1".repeat(64) } }),
  );
  valueOfResult(pinIn(file, "toolchain", { name: "1.95.0", pin: pin("2026-04-16") }));
  valueOfResult(pinIn(file, "toolchain", { name: "stable", pin: pin("2026-05-28") }));
  expect(
    readFileSync(file, "utf8"),
  ).toBe(`# What Gantry resolved: commit it. To take what is newest today, delete an entry and build.
version = 1

[tool."cargo-deny"]
version = "0.20.0"
checksum = "${"1".repeat(64)}"

[toolchain."1.95.0"]
date = "2026-04-16"
release = "1.0.0 (0 2026-04-16)"
manifest = "${"0".repeat(64)}"

[toolchain."stable"]
date = "2026-05-28"
release = "1.0.0 (0 2026-05-28)"
manifest = "${"0".repeat(64)}"
`);
  expect(valueOfResult(readGantryLock(file)).toolchain.get("stable")).toEqual(pin("2026-05-28"));
  expect(readdirSync(directory)).toEqual(["gantry.lock"]);
});

const entry = '[toolchain."stable"]\ndate = "2026-04-16"\nrelease = "1.95.0"\nmanifest = "0"\n';

test.each([
  ["there is none", undefined],
  ["of a later version", 'version = 2\n\n[toolchain."stable"]\nnew = true\n'],
  ["of a kind that is not known", `version = 1\n\n[image."base"]\ndigest = "0"\n`],
  [
    "with less than an entry has",
    'version = 1\n\n[toolchain."stable"]\ndate = "2026-04-16"\nmanifest = "0"\n',
  ],
  ["with two of a name, as a merge may leave it", `version = 1\n\n${entry}\n${entry}`],
  ["with the marks of a merge", `version = 1\n\n<<<<<<< HEAD\n${entry}=======\n>>>>>>> other\n`],
])("a file %s", (_, text) => {
  if (text !== undefined) writeFileSync(file, text);
  const read = readGantryLock(file);
  expect(read.ok ? read.value : shownError(read)).toMatchSnapshot();
  // Nothing is written over what is not understood.
  if (text === undefined) return;
  expect(pinIn(file, "toolchain", { name: "nightly", pin: pin("2026-05-15") }).ok).toBe(false);
  expect(readFileSync(file, "utf8")).toBe(text);
});
