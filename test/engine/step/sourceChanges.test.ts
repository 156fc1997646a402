import { describe, expect, test } from "vitest";
import { changesOf } from "../../../src/engine/step/sourceChanges.ts";

import { noSandbox } from "../../../src/sandbox/noSandbox.ts";
import type { Sandbox } from "../../../src/sandbox/sandbox.ts";
import { describeIsolated } from "../../hermetic/describeIsolated.ts";
import { full } from "../../sandbox/full.ts";
import { quiet, sandboxRig, shell } from "../../sandbox/rig.ts";

const files = {
  "top.rs": "1",
  "src/main.rs": "1",
  "src/kept.rs": "1",
  "src/deep/a.rs": "1",
  "src/deep/er/b.rs": "1",
  "other/c.rs": "1",
  "other/in/d.rs": "1",
};

const cases: Record<string, readonly string[]> = {
  ":": [],
  "cat src/main.rs >/dev/null; ls -R": [],
  "echo 2 >src/main.rs": ["src/main.rs"],
  "echo 2 >src/deep/new.rs": ["src/deep/new.rs"],
  "rm top.rs": ["top.rs"],
  "rm src/deep/er/b.rs": ["src/deep/er/b.rs"],
  "rm -r src/deep": ["src/deep", "src/deep/a.rs", "src/deep/er", "src/deep/er/b.rs"],
  "rm -r other; echo 2 >src/deep/er/b.rs": [
    ...["other", "other/c.rs", "other/in", "other/in/d.rs"],
    "src/deep/er/b.rs",
  ],
  "mv src/deep src/moved": [
    ...["src/deep", "src/deep/a.rs", "src/deep/er", "src/deep/er/b.rs"],
    ...["src/moved", "src/moved/a.rs", "src/moved/er", "src/moved/er/b.rs"],
  ],
};

function tellsChanges(open: (directory: string) => Sandbox): void {
  test.for(Object.entries(cases))("%s", async ([script, changed]) => {
    await using at = sandboxRig(open);
    const lower = at.directory("lower", files);
    const instance = at.enter({ at: "/build/source", kind: "layered", lower, upper: at.directory("upper") });
    expect(await shell(instance, `{ ${script}; } >/dev/null`, { cwd: "/build/source" })).toEqual(quiet);
    expect([...changesOf(instance, lower).changed].sort()).toEqual(
      changed.map((path) => `/build/source/${path}`),
    );
  });
}

describe("what commands changed in a source, without isolation", () => tellsChanges(noSandbox));
describeIsolated("what commands changed in a source, isolated", () => tellsChanges(() => full));
