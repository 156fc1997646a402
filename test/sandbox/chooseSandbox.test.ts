import { expect, test } from "vitest";
import { chooseSandbox } from "../../src/sandbox/chooseSandbox.ts";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { storeRig } from "../store/rig.ts";

const installAdvice = (names: { apk?: readonly string[] }, program: string) => `${program}: ${names.apk}`;

describeIsolated("where namespaces can be had", () => {
  test.each(["auto", "full", "bwrap"] as const)(
    "`%s` is the full sandbox, whose program is compiled once",
    async (wanted) => {
      await using rig = storeRig();
      const machine = { store: rig.store, env: process.env, installAdvice };
      const choice = await chooseSandbox({ ...machine, wanted });
      expect(choice).toMatchObject({ value: { sandbox: { level: "full", observes: true } } });
      expect(choice).not.toHaveProperty("value.warning");
      // Neither compiled nor tried again: no program is found here.
      expect(await chooseSandbox({ ...machine, env: { PATH: "" }, wanted })).toMatchObject({
        value: { sandbox: { level: "full" } },
      });
    },
  );
});

test("who wants no sandbox is not warned, and nothing is compiled", async () => {
  await using rig = storeRig();
  const choice = await chooseSandbox({ store: rig.store, env: {}, installAdvice, wanted: "none" });
  expect(choice).toMatchObject({ ok: true, value: { sandbox: { level: "none" } } });
  expect(choice).not.toHaveProperty("value.warning");
});

test.each(["none", "landlock"] as const)(
  "at the level `%s` no store has a path that it could not be told by",
  async (wanted) => {
    await using rig = storeRig();
    for (const odd of [":", '"', "\\", "$", "\n"]) {
      const store = {
        root: `/a${odd}b`,
        records: rig.store.records,
        tempDir: rig.store.tempDir,
        addTree: rig.store.addTree,
        pathOf: rig.store.pathOf,
      };
      expect(await chooseSandbox({ store, env: process.env, installAdvice, wanted })).toMatchObject({
        error: { code: "store-path" },
      });
    }
  },
);
