import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { diagnostic } from "../../../src/base/diagnostic.ts";
import { orChanged } from "../../../src/command/open/readAnew.ts";
import { tempProject } from "../../rig/tempProject.ts";

const broken = diagnostic("toml-syntax", "no TOML", {
  place: { file: "member/Cargo.toml", line: 1, column: 1 },
});

/** A project that was saved so many milliseconds before it is read. */
function savedBefore(milliseconds: number) {
  const root = mkdtempSync(join(tmpdir(), "gantry-saved-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const [own, member] = [join(root, "Cargo.toml"), join(root, "member/Cargo.toml")];
  mkdirSync(join(root, "member"));
  const saved = (Date.now() - milliseconds) / 1000;
  for (const file of [own, member]) {
    writeFileSync(file, "[pack");
    utimesSync(file, saved, saved);
  }
  const reading = { started: Date.now(), cwd: root, signal: new AbortController().signal };
  const toldOf = async (error = broken) => (await orChanged(error, reading)).message;
  return { own, member, toldOf };
}

test("what is wrong with a file that nobody saved since is said as it is", async () => {
  expect([await savedBefore(5000).toldOf(), await savedBefore(500).toldOf()]).toEqual(["no TOML", "no TOML"]);
});

test("of one that was saved since, or is at the moment, it is said that it changed", async () => {
  const { own, toldOf } = savedBefore(5000);
  writeFileSync(own, "[package]");
  expect(await toldOf()).toBe("`Cargo.toml` changed while it was being read");

  const other = savedBefore(500);
  setTimeout(() => writeFileSync(other.member, "[package]"), 20);
  expect(await other.toldOf()).toBe("`member/Cargo.toml` changed while it was being read");
});

test("a step that failed had been given all that it is about", async () => {
  const { own, toldOf } = savedBefore(5000);
  writeFileSync(own, "[package]");
  expect(await toldOf(diagnostic("step-failed", "`app` failed"))).toBe("`app` failed");
});

/** Each time that it is evaluated it writes the lock: a part of it, and then all. */
const writing = (part: string) => `
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { defineProject } from "gantry";

const lock = readFileSync("whole.lock", "utf8");
writeFileSync("Cargo.lock", existsSync("../seen") ? lock : ${part});
writeFileSync("../seen", "");
export default defineProject(({ crane }) => ({
  packages: { default: crane.buildPackage({ src: crane.cleanCargoSource(".") }) },
}));
`;

const project = tempProject({
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
  "src/main.rs": "fn main() {}\n",
});
project.lock();
project.write("whole.lock", project.read("Cargo.lock"));
afterAll(() => project[Symbol.dispose]());

test.each([
  ["half of it", "lock.slice(0, -3)"],
  ["none of it", '""'],
])("a lock of which there is only %s while it is read is read again", async (_, part) => {
  rmSync(join(project.root, "../seen"), { force: true });
  project.write("gantry.config.ts", writing(part));
  const { status, err, events } = await project.gantry(["build", "--log-format", "json"]);
  const notes = events.flatMap(({ type, text }) => (type === "note" ? [text] : []));
  expect([status, notes], err).toEqual([
    0,
    ["`Cargo.lock` changed while it was being read: it is read again"],
  ]);
});

test("of a lock that is written anew each time it is said what is wrong with it", async () => {
  rmSync(join(project.root, "../seen"), { force: true });
  const half = "lock.slice(0, -3)";
  project.write(
    "gantry.config.ts",
    writing(half).replace('existsSync("../seen") ? lock', `existsSync("../seen") ? ${half}`),
  );
  const { status, err } = await project.gantry(["build", "--log-format", "plain"]);
  expect([status, err]).toEqual([1, expect.stringContaining("error[toml-syntax]")]);
});
