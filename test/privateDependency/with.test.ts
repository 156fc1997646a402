import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeSsh } from "../fetch/git/sshServer.ts";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { startGantry } from "../rig/gantry.ts";
import { type Courier, courier } from "./courier.ts";

const overriding =
  "  Overriding my-private-dep v1.0.0 (ssh://git@git.example.com/myorg/my-private-dep) with v1.0.0 (../my-private-dep)\n";

describeSsh("a private dependency overridden by `gantry with`", () => {
  let it: Courier;
  let lock: string;
  const overridden = (...command: string[]) =>
    startGantry(["with", "my-private-dep=../my-private-dep", "--", ...command], {
      cwd: it.project.root,
      env: it.env,
    }).ended;
  const says = (program: string) => execFileSync(join(it.project.root, program), { encoding: "utf8" });
  beforeAll(async () => {
    it = await courier();
    lock = it.project.read("Cargo.lock");
    it.project.edit("../my-private-dep/src/lib.rs", "with your neighbour", "at the bakery");
    // What is overridden is not asked for.
    await it.stop();
  });
  afterAll(() => it[Symbol.asyncDispose]());

  test("for plain Cargo", async () => {
    const ran = await overridden("cargo", "build");
    expect({ status: ran.status, out: ran.out, err: it.shown(ran.err) }).toEqual({
      status: 0,
      out: "",
      err: `${overriding}   Compiling itoa v1.0.19
   Compiling my-private-dep v1.0.0 (<base>/my-private-dep)
   Compiling courier v0.1.0 (<project>)
    Finished \`dev\` profile [unoptimized + debuginfo] target(s) in <time>
`,
    });
    expect(says("target/debug/courier")).toBe("2 parcels are at the bakery\n");
    expect(it.project.read("Cargo.lock")).toBe(lock);
  });

  describeIsolated("in the sandbox", () => {
    test("for `gantry build`", async () => {
      const ran = await overridden("gantry", "build", "--log-format", "json", "--store", it.project.store);
      expect({ status: ran.status, compiled: compiledUnits(ran.events) }).toEqual({
        status: 0,
        compiled: {
          "courier-deps": ["itoa lib build"],
          courier: ["courier bin build", "my-private-dep lib build"],
        },
      });
      expect(says("result/bin/courier")).toBe("2 parcels are at the bakery\n");
    });
  });

  test("and nothing of it stays", async () => {
    expect(it.project.read("Cargo.lock")).toBe(lock);
    expect([".cargo", ".gantry"].filter((name) => existsSync(join(it.project.root, name)))).toEqual([]);
  });
});
