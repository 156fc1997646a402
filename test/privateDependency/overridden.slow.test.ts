import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { describeSsh } from "../fetch/git/sshServer.ts";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { type Courier, courier } from "./courier.ts";

const locked = "2 parcels are with your neighbour\n";

/**
 * The dependency and what follows it; `itoa`, on which it stands, is not among them. `buildPackage` runs the program's
 * tests, too, which a build without configuration leaves out.
 */
const followers = {
  "courier-deps": ["my-private-dep lib build"],
  courier: ["courier bin build", "courier bin test"],
};

describeSsh("a private dependency", () => {
  describeIsolated("overridden by the configuration", () => {
    let it: Courier;
    beforeAll(async () => {
      it = await courier();
    });
    afterAll(() => it[Symbol.asyncDispose]());
    beforeEach(async () => {
      it.configure();
      expect((await it.build()).says).toBe(locked);
    });

    test("by an input: another commit, fetched from the same server", async () => {
      it.configure("input");
      expect(await it.build()).toEqual({ compiled: followers, says: "2 parcels are with your concierge\n" });
    });

    test("by a patch", async () => {
      it.configure("patched");
      expect(await it.build()).toEqual({ compiled: followers, says: "2 parcels are in your shed\n" });
    });

    test("by a patch that does not apply any more", async () => {
      it.configure("patched");
      it.project.edit("patches/shed.patch", "-    format!", "-    println!");
      const ran = await it.gantry("build", "--log-format", "plain");
      it.project.edit("patches/shed.patch", "-    println!", "-    format!");
      expect(`${ran.status}\n${it.shown(ran.err)}`).toBe(`1
error[patch-failed]: the patch \`patches/shed.patch\` does not apply to \`my-private-dep v1.0.0\`
  --> patches/shed.patch:3:1
   |
 3 | @@ -4,5 +4,5 @@
   | ^^^^^^^^^^^^^^^ hunk 1 of \`src/lib.rs\` does not match
   = note: \`src/lib.rs\` has other lines there than the patch expects, from line 4 on
   = note: paths in a patch begin with one directory that is dropped (\`a/src/lib.rs\`), and count from the root of the crate or checkout
   = help: make it again against this version, or remove it from \`patches\` if the change was released

Caused by:
  patch failed: src/lib.rs:4

Caused by:
  src/lib.rs: patch does not apply
`);
    });

    test("by a directory, of which nothing is compiled while it holds what the lock pins", async () => {
      it.configure("path");
      expect(await it.build()).toEqual({ compiled: { courier: ["courier bin test"] }, says: locked });
      it.project.edit("../my-private-dep/src/lib.rs", "with your neighbour", "at the bakery");
      expect(await it.build()).toEqual({ compiled: followers, says: "2 parcels are at the bakery\n" });
    });
  });
});
