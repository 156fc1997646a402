import { afterAll, beforeAll, expect, test } from "vitest";
import { expectWhole } from "../rig/expectWhole.ts";
import { type CheatProject, cheatProject } from "./cheatProject.ts";
import { describeIsolated } from "./describeIsolated.ts";

describeIsolated("what lies in the store stays as it is", () => {
  let cheater: CheatProject;
  beforeAll(async () => {
    cheater = cheatProject();
    const built = await cheater.cheat("build script", "pass");
    expect(built.status, built.out + built.err).toBe(0);
  });
  afterAll(() => cheater[Symbol.dispose]());

  test.each([
    "corrupt /build/target",
    "corrupt /build/vendor",
    "corrupt /build/source",
    "corrupt /usr",
    "forge leaf",
  ])("%s", async (cheat) => {
    // Whether it goes well for the cheater itself is not the point.
    await cheater.cheat("build script", cheat);
    await expectWhole(cheater);

    using other = cheatProject({ store: cheater.store });
    other.edit("src/main.rs", "leaf::leaf();", `leaf::leaf();\n    println!("despite ${cheat}");`);
    const ran = await other.gantry(["run", "--sandbox", "full", "--log-format", "plain"]);
    const expected = { status: 0, out: `despite ${cheat}\n` };
    expect({ status: ran.status, out: ran.out }, ran.err).toEqual(expected);
    await expectWhole(cheater);
  });
});
