import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recoverLock, saveLock } from "../../../src/command/open/savedLock.ts";
import { containers, inContainer } from "../../rig/container.ts";
import { describeWhere } from "../../rig/describeWhere.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

function directory(): { path: string; lock: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "gantry-lock-"));
  const lock = join(path, "Cargo.lock");
  writeFileSync(lock, "original");
  return { path, lock, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

const saved = (lock: string) => valueOfResult(saveLock(lock));
const recover = (lock: string) => recoverLock(lock, () => undefined);

test("what Cargo wrote is undone: the same file is back, and nothing else is left", () => {
  using it = directory();
  const before = statSync(it.lock, { bigint: true });
  const overridden = saved(it.lock);
  writeFileSync(it.lock, "patched");
  overridden.notePatched();
  expect(overridden.restore()).toBeUndefined();
  expect(overridden.restore()).toBeUndefined();
  const after = statSync(it.lock, { bigint: true });
  expect([readFileSync(it.lock, "utf8"), after.ino, after.mtimeNs]).toEqual([
    "original",
    before.ino,
    before.mtimeNs,
  ]);
  expect(readdirSync(it.path)).toEqual(["Cargo.lock"]);
});

test("before it is noted, what is there counts as Cargo's", () => {
  using it = directory();
  const overridden = saved(it.lock);
  writeFileSync(it.lock, "half");
  expect(overridden.restore()).toBeUndefined();
  expect(readFileSync(it.lock, "utf8")).toBe("original");
});

test("what somebody else wrote meanwhile stays, and the old one is kept beside", () => {
  using it = directory();
  const overridden = saved(it.lock);
  writeFileSync(it.lock, "patched");
  overridden.notePatched();
  writeFileSync(it.lock, "the user's");
  expect(overridden.restore()).toEqual({
    code: "lock-changed",
    message: "`Cargo.lock` was changed while it was overridden, and stays as it is",
    notes: ["it may hold entries of the local packages, which have no `source`"],
    help: [
      "look at it: git diff Cargo.lock",
      "to have back what it was before: cp .gantry/Cargo.lock.before Cargo.lock",
    ],
    causes: [],
    status: 1,
  });
  expect(readFileSync(it.lock, "utf8")).toBe("the user's");
  expect(readFileSync(join(it.path, ".gantry/Cargo.lock.before"), "utf8")).toBe("original");
});

test("while the process lives, nobody else may override or build", () => {
  using it = directory();
  saved(it.lock);
  const both = [saveLock(it.lock), recover(it.lock)];
  expect(both.map((each) => (each.ok ? "" : each.error.code))).toEqual([
    "override-active",
    "override-active",
  ]);
  expect(readdirSync(join(it.path, ".gantry"))).toEqual(["with"]);
});

describeWhere(containers, "in a container", () => {
  test("a process lives although its number says nothing; once it was killed, the lock is put back", async () => {
    using it = directory();
    const module = join(import.meta.dirname, "../../../src/command/open/savedLock.ts");
    const code = `
      import { writeFileSync } from "node:fs";
      import { saveLock } from ${JSON.stringify(module)};
      const saved = saveLock(${JSON.stringify(it.lock)}).value;
      writeFileSync(${JSON.stringify(it.lock)}, "patched");
      saved.notePatched();
      console.log(process.pid);
      setInterval(() => {}, 1000);`;
    const node = [process.execPath, "--disable-warning=ExperimentalWarning", "--input-type=module"];
    const child = spawn("unshare", [...inContainer, ...node, "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [pid] = await once(child.stdout, "data");
    const whileItLives = recover(it.lock);
    child.kill("SIGKILL");
    await once(child, "close");

    expect([String(pid).trim(), whileItLives.ok ? "" : whileItLives.error.code]).toEqual([
      "1",
      "override-active",
    ]);
    expect(recover(it.lock)).toEqual({ ok: true, value: undefined });
    expect([readFileSync(it.lock, "utf8"), existsSync(join(it.path, ".gantry"))]).toEqual([
      "original",
      false,
    ]);
  });
});

test("what an earlier Gantry wrote down of a process that was killed is put back, too", () => {
  using it = directory();
  saved(it.lock);
  const kept = join(it.path, ".gantry/with");
  rmSync(join(kept, "owner"));
  writeFileSync(join(kept, "owner"), "4194305");
  writeFileSync(it.lock, "patched");
  writeFileSync(join(kept, "patched"), "patched");
  expect(recover(it.lock)).toEqual({ ok: true, value: undefined });
  expect(readFileSync(it.lock, "utf8")).toBe("original");
});

test("a lock that is a link stays one", () => {
  using it = directory();
  mkdirSync(join(it.path, "real"));
  writeFileSync(join(it.path, "real/Cargo.lock"), "original");
  rmSync(it.lock);
  symlinkSync("real/Cargo.lock", it.lock);
  const overridden = saved(it.lock);
  writeFileSync(it.lock, "patched");
  overridden.notePatched();
  overridden.restore();
  expect(readFileSync(join(it.path, "real/Cargo.lock"), "utf8")).toBe("original");
  expect(readdirSync(join(it.path, "real"))).toEqual(["Cargo.lock"]);
});

test("one that was put back by a process which was killed then is forgotten", () => {
  using it = directory();
  saved(it.lock);
  writeFileSync(it.lock, "patched");
  renameSync(join(it.path, ".gantry/with/original"), it.lock);
  rmSync(join(it.path, ".gantry/with/owner"));
  expect(recover(it.lock)).toMatchObject({ ok: true });
  expect(readFileSync(it.lock, "utf8")).toBe("original");
  expect(readdirSync(it.path)).toEqual(["Cargo.lock"]);
});

test("who finds one that another command puts back at the moment goes on when that is done", async () => {
  using it = directory();
  const left = join(it.path, ".gantry/with");
  mkdirSync(left, { recursive: true });
  writeFileSync(join(left, "original"), "original");
  writeFileSync(join(left, "owner"), "");
  const locks = join(import.meta.dirname, "../../../src/store/locks.ts");
  const code = `
    import { rmSync } from "node:fs";
    import { hold } from ${JSON.stringify(locks)};
    hold(${JSON.stringify(join(left, "owner"))});
    console.log("held");
    setTimeout(() => rmSync(${JSON.stringify(left)}, { recursive: true }), 100);`;
  const node = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", code];
  const other = spawn(process.execPath, node, { stdio: ["ignore", "pipe", "inherit"] });
  await once(other.stdout, "data");
  expect(recover(it.lock)).toMatchObject({ ok: true });
  expect(readFileSync(it.lock, "utf8")).toBe("original");
});
