import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { expect, test } from "vitest";
import { diagnostic } from "../../src/base/diagnostic.ts";
import { lostBeneath, storeLost } from "../../src/store/care/storeLost.ts";
import { storeRig } from "./rig.ts";

function caught(run: () => unknown): unknown {
  try {
    return run();
  } catch (thrown) {
    return thrown;
  }
}

const bug = new TypeError("x is not a function");
const digest = "0".repeat(64);

test("what fails for want of a store that was removed is told so, and nothing else", async () => {
  await using rig = storeRig();
  const thrown = caught(() => rmSync(`${rig.root}/trees/x`));
  const failed = diagnostic("step-failed", "building `a` failed");
  expect([storeLost(thrown, rig.root), lostBeneath(failed, rig.root)]).toEqual([undefined, undefined]);
  rig.close();
  rmSync(rig.root, { recursive: true });
  const removed = {
    code: "store-removed",
    message: `the store at \`${rig.root}\` was removed while it was in use`,
  };
  expect(storeLost(thrown, rig.root)).toMatchObject(removed);
  expect(storeLost(new SuppressedError(bug, thrown), rig.root)).toMatchObject(removed);
  expect(storeLost(new Error("a", { cause: thrown }), rig.root)).toMatchObject(removed);
  const unusable = Object.assign(new Error("disk I/O error"), { code: "ERR_SQLITE_ERROR", errcode: 6410 });
  expect(storeLost(unusable, rig.root)).toMatchObject(removed);
  expect(lostBeneath(failed, rig.root)).toMatchObject({ ...removed, causes: ["building `a` failed"] });
  const usage = diagnostic("package-missing", "no package `a`");
  expect([bug, "text"].map((each) => storeLost(each, rig.root))).toEqual([undefined, undefined]);
  expect(lostBeneath(usage, rig.root)).toBeUndefined();
});

test.each(["trees", "tmp", "logs", "blobs", "claims", "locks"])(
  "what fails since `%s` of the store was removed is told so",
  async (part) => {
    await using rig = storeRig();
    rig.close();
    rmSync(`${rig.root}/${part}`, { recursive: true });
    const message = `\`${rig.root}/${part}\` was removed while the store was in use`;
    const thrown = caught(() => readdirSync(`${rig.root}/${part}/a/b`));
    expect(storeLost(thrown, rig.root)).toMatchObject({ code: "store-removed", message });
    const said = new Error(
      `mkfifo: cannot create fifo '${rig.root}/tmp/a/stdout': No such file or directory`,
    );
    expect(storeLost(said, rig.root)).toMatchObject({ code: "store-removed", message });
    expect(storeLost(bug, rig.root)).toBeUndefined();
  },
);

test("a directory in a part of the store that is missing with all in it was removed; a file alone is a bug", async () => {
  await using rig = storeRig();
  for (const part of [`trees/${digest}`, "sources/a", "logs/00"]) {
    mkdirSync(`${rig.root}/${part}`, { recursive: true });
    const thrown = caught(() => readFileSync(`${rig.root}/${part}/file`));
    expect(storeLost(thrown, rig.root)).toBeUndefined();
    rmSync(`${rig.root}/${part}`, { recursive: true });
    expect(storeLost(thrown, rig.root)).toMatchObject({
      message: `\`${rig.root}/${part}\` was removed while the store was in use`,
    });
  }
});

test("a scratch directory that this process removes is not missed; one that another removes is", async () => {
  await using rig = storeRig();
  const missing = async (isRemoved: boolean) => {
    await using scratch = await rig.store.tempDir("test");
    if (isRemoved) rmSync(scratch.path, { recursive: true });
    return { path: scratch.path, thrown: caught(() => readFileSync(`${scratch.path}/file`)) };
  };
  expect(storeLost((await missing(false)).thrown, rig.root)).toBeUndefined();
  const { path, thrown } = await missing(true);
  expect(storeLost(thrown, rig.root)).toMatchObject({
    message: `\`${path}\` was removed while the store was in use`,
  });
});
