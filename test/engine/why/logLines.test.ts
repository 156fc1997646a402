import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { logFile, openStepLog } from "../../../src/engine/why/journal.ts";
import { lastLines, tellingLines } from "../../../src/engine/why/logLines.ts";
import { openStore } from "../../../src/store/openStore.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

const root = mkdtempSync(join(tmpdir(), "gantry-logs-"));
afterAll(() => rmSync(root, { recursive: true }));
const module = join(import.meta.dirname, "../../../src/engine/why/logLines.ts");

test("of what a step prints its last 2,000 lines are kept at least", () => {
  const { add, lines } = lastLines();
  for (let line = 0; line < 10_000; line += 1) add(`line ${line}`);
  const kept = lines();
  expect(kept.length).toBeGreaterThanOrEqual(2000);
  expect(kept.length).toBeLessThanOrEqual(4000);
  expect(kept.at(-1)).toBe("line 9999");
  expect(kept[0]).toBe(`line ${10_000 - kept.length}`);
});

test("of long lines fewer are kept, and of a very long one its beginning", () => {
  const { add, lines } = lastLines();
  for (let line = 0; line < 1000; line += 1) add("x".repeat(30_000));
  const kept = lines();
  expect(kept.length).toBeLessThan(110);
  expect(kept.at(-1)).toBe(`${"x".repeat(20_000)}…`);
});

test("a line of megabytes is not kept in memory by its beginning", () => {
  const script = join(root, "long.ts");
  writeFileSync(
    script,
    `import { lastLines } from ${JSON.stringify(module)};
const { add, lines } = lastLines();
for (let line = 0; line < 40; line += 1) add(("x".repeat(4 * 1024 * 1024) + line).slice(1));
console.log(lines().length);
`,
  );
  const ran = spawnSync(process.execPath, ["--max-old-space-size=64", script]);
  expect(`${ran.stdout}`).toBe("40\n");
});

test("lines are in the file when the log is flushed, when they are many, and at its end", async () => {
  await using store = valueOfResult(openStore(join(root, "store")));
  const key = digestOf("step");
  const text = (): string => readFileSync(logFile(store, key), "utf8");
  {
    using log = openStepLog(store, key);
    log.write("one");
    log.flush();
    expect(text()).toBe("one\n");
    const line = "x".repeat(70_000);
    log.write(line);
    expect(text()).toBe(`one\n${line}\n`);
    log.write("two");
  }
  expect(text().slice(-6)).toBe("x\ntwo\n");
});

test("a log of millions of lines has all that tell something, and what stands around them", async () => {
  const file = join(root, "long.log");
  const noise = "ERR\n".repeat(2_000_000);
  writeFileSync(file, `test a ... ok\nfirst\n${noise}last\ntest b ... ok\n${noise}test c ... FAILED\nend\n`);
  const lines = (await tellingLines(file, (line) => line.startsWith("test "))) ?? [];
  const told = lines.filter((line) => line !== "ERR");
  expect(told).toEqual(["test a ... ok", "first", "last", "test b ... ok", "test c ... FAILED", "end"]);
  expect(lines.length).toBe(4004);
});

test("of a log of very long lines no more is kept than memory has room for", async () => {
  const file = join(root, "wide.log");
  const [telling, noise] = ["test ", "x"].map((begin) => `${begin.padEnd(19_000, "x")}\n`);
  const apart = `${"x\n".repeat(3000)}${noise}`;
  writeFileSync(file, `${telling}${noise}`.repeat(2000));
  for (let part = 0; part < 200; part += 1) appendFileSync(file, `${apart}${telling}`);
  const lines = (await tellingLines(file, (line) => line.startsWith("test "))) ?? [];
  const length = lines.reduce((sum, line) => sum + line.length + 1, 0);
  expect(length).toBeGreaterThan(40_000_000);
  expect(length).toBeLessThan(52_000_000);
});

test("however long a file is, and a line of it, little of it is in memory at once", async () => {
  const file = join(root, "large.log");
  const line = "x".repeat(1024 * 1024);
  for (let part = 0; part < 100; part += 1) appendFileSync(file, line);
  for (let part = 0; part < 50; part += 1) appendFileSync(file, `\n${line}`);
  appendFileSync(file, "\nlast\n");
  const script = join(root, "read.ts");
  writeFileSync(
    script,
    `import { linesIn } from ${JSON.stringify(module)};
let [count, length, last] = [0, 0, ""];
for await (const lines of linesIn(${JSON.stringify(file)}))
  for (const line of lines) [count, length, last] = [count + 1, length + line.length, line];
console.log(count, length, last);
`,
  );
  const ran = spawnSync(process.execPath, ["--max-old-space-size=48", script]);
  expect(`${ran.stdout}${ran.stderr}`).toBe(`52 ${51 * 20_001 + 4} last\n`);
});

test("there is no log where none was written, and a short one is there as it is", async () => {
  const file = join(root, "short.log");
  expect(await tellingLines(file, () => false)).toBeUndefined();
  writeFileSync(file, "one\n\ntwo\n");
  expect(await tellingLines(file, () => false)).toEqual(["one", "", "two"]);
});
