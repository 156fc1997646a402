import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeSsh } from "../fetch/git/sshServer.ts";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { type Courier, courier } from "./courier.ts";

const says = "2 parcels are with your neighbour\n";

describeSsh("a private dependency", () => {
  describeIsolated("served over SSH", () => {
    let it: Courier;
    beforeAll(async () => {
      it = await courier();
    });
    afterAll(() => it[Symbol.asyncDispose]());

    test("is fetched as the user, built in the sandbox, and heard in what the program says", async () => {
      const lock = it.project.read("Cargo.lock");
      expect(await it.build()).toEqual({
        compiled: {
          "courier-deps": ["itoa lib build", "my-private-dep lib build"],
          courier: ["courier bin build"],
        },
        says,
      });
      expect(it.project.read("Cargo.lock")).toBe(lock);
      expect(existsSync(join(it.project.home, "git/db"))).toBe(false);
    });

    test("is fetched once: what is built again needs neither network nor key", async () => {
      it.setUp({ key: "wrong" });
      it.project.edit("src/main.rs", "note(2)", "note(3)");
      expect(await it.build("--offline")).toEqual({
        compiled: { courier: ["courier bin build"] },
        says: says.replace("2", "3"),
      });
      it.project.edit("src/main.rs", "note(3)", "note(2)");
      expect(await it.build()).toEqual({ compiled: {}, says });
    });

    test("is the same for those who build with plain Cargo", async () => {
      it.setUp({});
      const ran = await execa("cargo", ["run", "--locked", "--quiet"], {
        cwd: it.project.root,
        env: it.env,
        extendEnv: false,
      });
      expect(`${ran.stdout}\n`).toBe(says);
    });
  });
});
