import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { pinIn, readGantryLock, type ToolchainPin } from "../../src/fetch/gantryLock.ts";
import { shownError } from "../cargo/shownError.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

const directory = mkdtempSync(join(tmpdir(), "gantry-lock-"));
const file = join(directory, "gantry.lock");

beforeEach(() => rmSync(file, { force: true, recursive: true }));
afterAll(() => rmSync(directory, { recursive: true }));

const pin = (date: string): ToolchainPin => ({
  date,
  release: `1.95.0 (0 ${date})`,
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
release = "1.95.0 (0 2026-04-16)"
manifest = "${"0".repeat(64)}"

[toolchain."stable"]
date = "2026-05-28"
release = "1.95.0 (0 2026-05-28)"
manifest = "${"0".repeat(64)}"
`);
  expect(valueOfResult(readGantryLock(file)).toolchain.get("stable")).toEqual(pin("2026-05-28"));
  expect(readdirSync(directory)).toEqual(["gantry.lock"]);
});

const table = (name: string, fields: Partial<ToolchainPin> = {}) =>
  [`[toolchain."${name}"]`]
    .concat(
      Object.entries({ ...pin("2026-04-16"), ...fields }).map(([field, text]) => `${field} = "${text}"`),
      "",
    )
    .join("\n");
const entry = table("stable");

test.each([
  ["there is none", undefined],
  ["that is empty", ""],
  ["without a version", entry],
  ["of a later version", 'version = 2\n\n[toolchain."stable"]\nnew = true\n'],
  ["of a kind that is not known", `version = 1\n\n[image."base"]\ndigest = "0"\n`],
  [
    "with less than an entry has",
    'version = 1\n\n[toolchain."stable"]\ndate = "2026-04-16"\nmanifest = "0"\n',
  ],
  ["with what is no day", `version = 1\n\n${table("stable", { date: "../../x" })}`],
  ["with what no compiler is called", `version = 1\n\n${table("stable", { release: "../x" })}`],
  ["with a cut checksum", `version = 1\n\n${table("stable", { manifest: "00" })}`],
  [
    "with another release for a version",
    `version = 1\n\n${table("1.88.0", { release: "1.89.0 (0 2025-08-04)" })}`,
  ],
  [
    "with another day for a nightly",
    `version = 1\n\n${table("nightly-2026-05-15", { release: "1.97.0-nightly (0 2026-05-14)" })}`,
  ],
  [
    "with another version for a tool",
    `version = 1\n\n[tool."cargo-deny@0.20.0"]\nversion = "0.19.0"\nchecksum = "${"1".repeat(64)}"\n`,
  ],
  [
    "with a base system of no platform",
    `version = 1\n\n[base-system."Debian"]\ndescription = "Debian 12, gcc 12.2.0"\ndigest = "${"0".repeat(64)}"\n`,
  ],
  [
    "with a base system of no digest",
    'version = 1\n\n[base-system."linux-x86_64"]\ndescription = "Debian 12, gcc 12.2.0"\ndigest = "latest"\n',
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

test.each([
  ["empty", "", "restore it from version control, or remove it: the next build writes it anew"],
  [
    "merged",
    `version = 1\n\n${entry}\n${entry}`,
    "what a merge left twice: keep one side of each, or, of a toolchain or a tool, delete the entry and build",
  ],
  [
    "edited",
    `version = 1\n\n${table("stable", { date: "today" })}`,
    "delete the entry: the next build resolves it anew",
  ],
])("what to do with one that was %s", (_, text, help) => {
  writeFileSync(file, text);
  expect(readGantryLock(file)).toMatchObject({ error: { help: [help] } });
});

test.each([
  ["a base system of no digest", 'description = "Debian 12, gcc 12.2.0"', `digest = "${"0".repeat(62)}zz"`],
  [
    "a base system with a control character",
    'description = "Debian\\u001b[2J 12"',
    `digest = "${"0".repeat(64)}"`,
  ],
])("%s is restored or pinned anew, and no build does that", (_, ...fields) => {
  writeFileSync(file, `version = 1\n\n[base-system."linux-x86_64"]\n${fields.join("\n")}\n`);
  expect(readGantryLock(file)).toMatchObject({
    error: {
      help: [
        "restore the entry from version control: no build writes it",
        "or delete it, and pin a base system anew: gantry cache push --base-system",
      ],
    },
  });
});

test("a link stays one, and its target is written", () => {
  const target = join(directory, "shared.lock");
  symlinkSync("shared.lock", file);
  expect(shownError(readGantryLock(file))).toContain("`gantry.lock` is a link that leads nowhere");
  writeFileSync(target, "version = 1\n");
  valueOfResult(pinIn(file, "toolchain", { name: "stable", pin: pin("2026-04-16") }));
  expect(lstatSync(file).isSymbolicLink()).toBe(true);
  expect(readFileSync(target, "utf8")).toContain('[toolchain."stable"]');
  rmSync(target);
});

test("a directory is refused, and so is what cannot be replaced, of which nothing is left", () => {
  mkdirSync(file);
  expect(shownError(readGantryLock(file))).toBe("error[gantry-lock-unusable]: `gantry.lock` is no file");
  rmSync(file, { recursive: true });
  // Root may write where permissions forbid it, but nobody a name that is too long.
  const long = join(directory, "l".repeat(250));
  const written = pinIn(long, "toolchain", { name: "stable", pin: pin("2026-04-16") });
  expect(written).toMatchObject({
    error: {
      code: "gantry-lock-unusable",
      help: ["make it, and the directory that it lies in, writable for you"],
    },
  });
  expect(readdirSync(directory)).toEqual([]);
});
