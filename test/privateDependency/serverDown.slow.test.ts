import { rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { describeSsh } from "../fetch/git/sshServer.ts";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { courier } from "./courier.ts";

const says = "2 parcels are with your neighbour\n";

describeSsh("a private dependency whose server is down", () => {
  describeIsolated("and that was fetched before", () => {
    test("by Gantry: it builds, also another checkout of the project", async () => {
      await using first = await courier();
      await first.gantry("vendor", join(first.project.root, "../vendored"));
      await first.stop();
      expect(await first.build()).toMatchObject({ says });
      await using second = await courier({ store: first.project.store });
      await second.stop();
      expect(await second.build()).toEqual({ compiled: {}, says });
    }, 300_000);

    test("by plain Cargo: it builds with an empty store", async () => {
      await using it = await courier();
      await execa("cargo", ["fetch", "--locked"], {
        cwd: it.project.root,
        env: it.env,
        extendEnv: false,
      });
      await it.stop();
      rmSync(it.repository, { recursive: true });
      expect(await it.build()).toMatchObject({ says });
    }, 300_000);
  });
});
