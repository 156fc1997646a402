import { expect, test } from "vitest";
import { diagnostic } from "../../../src/base/diagnostic.ts";
import { digestOf } from "../../../src/base/digest.ts";
import { err } from "../../../src/base/result.ts";
import { runChecks } from "../../../src/command/check/runChecks.ts";
import type { Derivation } from "../../../src/derivation/model.ts";
import { openStore } from "../../../src/store/openStore.ts";
import { tempProject } from "../../rig/tempProject.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

const step = (name: string, mounts: Derivation["mounts"] = {}): Derivation => ({
  ...{ type: "derivation", name, env: {}, mounts },
  phases: [{ type: "run", name: "run", argv: ["cargo", "nextest", "run"] }],
});

test("partitions are all that ran where one of them failed: theirs is the time", async () => {
  using project = tempProject({});
  using store = valueOfResult(openStore(project.store));
  const [one, two] = [step("test-1"), step("test-2")];
  const whole = step("test", {
    "/build/partitions/p1": { type: "output", of: one },
    "/build/partitions/p2": { type: "output", of: two },
  });
  const event = (name: string, seconds: number) =>
    [name, { type: "step", step: name, status: "failed", key: digestOf(name), seconds }] as const;
  const failed = diagnostic("step-failed", "`test-2` failed");
  const [checked] = await runChecks({
    session: {
      ...{ store, project: { root: project.root }, nameOf: ({ name }) => name },
      realise: async () => err(failed),
      unentered: async () => err(failed),
    },
    checks: [["test", whole]],
    told: new Map([event("test-1", 1.5), event("test-2", 2.5)]),
    onFailure() {},
  });
  expect(checked?.summary).toMatchObject({ check: "test", status: "failed", from: "run", seconds: 2.5 });
});
