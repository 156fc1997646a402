import { expect, test } from "vitest";
import { patchFailed } from "../../../src/engine/inputs/patchTree.ts";

const text = [
  "diff --git a/src/a.rs b/src/a.rs",
  "--- a/src/a.rs",
  "+++ b/src/a.rs",
  "@@ -1 +1 @@",
  "-a",
  "+b",
  "diff --git a/src/b.rs b/src/b.rs",
  "--- a/src/b.rs\t2026-01-01",
  "+++ b/src/b.rs\t2026-01-02",
  "@@ -1 +1 @@ fn first()",
  "-a",
  "+b",
  "@@ -10,2 +10,2 @@ fn second()",
  "-c",
  "+d",
].join("\n");

test("of several files and hunks, the one that git names is shown", () => {
  const said = "error: patch failed: src/b.rs:10\nerror: src/b.rs: patch does not apply\n";
  expect(patchFailed({ file: "p.patch", path: "/p.patch", text }, "dep v1.0.0", said)).toMatchObject({
    code: "patch-failed",
    message: "the patch `p.patch` does not apply to `dep v1.0.0`",
    place: {
      file: "p.patch",
      line: 13,
      column: 1,
      text: "@@ -10,2 +10,2 @@ fn second()",
      label: "hunk 2 of `src/b.rs` does not match",
    },
    causes: ["patch failed: src/b.rs:10", "src/b.rs: patch does not apply"],
  });
});

test("a file that the crate does not have is in git's own words", () => {
  const said = "error: src/none.rs: No such file or directory\n";
  const failed = patchFailed({ file: "p.patch", path: "/p.patch", text }, "dep v1.0.0", said);
  expect(failed.place).toBeUndefined();
  expect(failed.causes).toEqual(["src/none.rs: No such file or directory"]);
});
