import { expect, test } from "vitest";
import { expectWhole } from "../rig/expectWhole.ts";
import { cheatProject } from "./cheatProject.ts";
import { describeIsolated } from "./describeIsolated.ts";

describeIsolated("what lies in the store stays as it is", () => {
  test.each([
    "corrupt /build/target",
    "corrupt /build/vendor",
    "corrupt /build/source",
    "corrupt /usr",
    "forge leaf",
  ])("%s", async (cheat) => {
    using cheater = cheatProject();
    const before = await cheater.cheat("build script", "pass");
    expect(before.status, before.out + before.err).toBe(0);

    // Whether it goes well for the cheater itself is not the point.
    await cheater.cheat("build script", cheat);
    await expectWhole(cheater);

    using other = cheatProject(cheater.store);
    other.edit("src/main.rs", "leaf::leaf();", 'leaf::leaf();\n    println!("fine");');
    const ran = await other.gantry(["run", "--sandbox", "bwrap", "--log-format", "plain"]);
    expect({ status: ran.status, out: ran.out }, ran.err).toEqual({ status: 0, out: "fine\n" });
    await expectWhole(cheater);
  });
});
