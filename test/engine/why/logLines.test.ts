import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  const module = join(import.meta.dirname, "../../../src/engine/why/logLines.ts");
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

test("there is no log where none was written, and a short one is there as it is", async () => {
  const file = join(root, "short.log");
  expect(await tellingLines(file, () => false)).toBeUndefined();
  writeFileSync(file, "one\n\ntwo\n");
  expect(await tellingLines(file, () => false)).toEqual(["one", "", "two"]);
});
