import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import type { EngineEvent } from "../../../src/engine/event.ts";
import { inexactHunks, patchFailed, patchTree } from "../../../src/engine/inputs/patchTree.ts";
import { openStore } from "../../../src/store/openStore.ts";
import type { Store } from "../../../src/store/store.ts";
import { tempProject } from "../../rig/tempProject.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

const project = tempProject({});
afterAll(() => project[Symbol.dispose]());

/** Lines of forty numbers, some of them otherwise. */
const numbers = (changed: Readonly<Record<number, string>> = {}) =>
  Array.from({ length: 40 }, (_, index) => `${changed[index + 1] ?? index + 1}\n`).join("");

const twoHunks = `--- a/src/lib.rs
+++ b/src/lib.rs
@@ -7,7 +7,7 @@
 7
 8
 9
-10
+ten
 11
 12
 13
@@ -27,7 +27,7 @@
 27
 28
 29
-30
+thirty
 31
 32
 33
`;

function contextOf(store: Store, emit: (event: EngineEvent) => void = () => undefined) {
  const { root } = project;
  const manifest = `${root}/Cargo.toml`;
  return {
    ...{ store, emit, env: process.env, offline: true, frozen: false },
    project: { root, manifest, nearestManifest: manifest, lock: `${root}/Cargo.lock`, cargoConfigs: [] },
    signal: new AbortController().signal,
  };
}

/** What `twoHunks` makes of a file, what is said of it, and what is said when it is asked for again. */
async function patched(text: string) {
  using store = valueOfResult(openStore(project.store));
  project.write("crate/src/lib.rs", text);
  project.write("two.patch", twoHunks);
  const events: EngineEvent[] = [];
  const { root } = project;
  const context = contextOf(store, (event) => void events.push(event));
  const of = await store.addTree(`${root}/crate`);
  const wanted = { name: "dep v1.0.0", of, patches: ["two.patch"] };
  const first = await patchTree(context, wanted);
  if (first.ok) expect(valueOfResult(await patchTree(context, wanted))).toBe(first.value);
  return {
    text: first.ok ? readFileSync(`${store.pathOf(first.value)}/src/lib.rs`, "utf8") : first.error.code,
    notes: events.map((event) => (event.type === "note" ? event.text : event.type)),
  };
}

test("a patch that fits, and one whose lines moved, is applied without a word", async () => {
  expect(await patched(numbers())).toEqual({ text: numbers({ 10: "ten", 30: "thirty" }), notes: [] });
  expect(await patched(`0\n${numbers()}`)).toEqual({
    text: `0\n${numbers({ 10: "ten", 30: "thirty" })}`,
    notes: [],
  });
});

test("a hunk of whose context one line is left before and after is applied, and told of, once", async () => {
  const other = { 7: "seven", 8: "eight", 12: "twelve" };
  expect(await patched(numbers(other))).toEqual({
    text: numbers({ ...other, 10: "ten", 30: "thirty" }),
    notes: [
      "hunk 1 of `src/lib.rs` in `two.patch` was applied to `dep v1.0.0` with other context than it expects",
    ],
  });
});

test("with less context, and where the changed line is another, nothing is applied", async () => {
  expect(await patched(numbers({ 29: "x" }))).toEqual({ text: "patch-failed", notes: [] });
  expect(await patched(numbers({ 8: "x", 30: "x" }))).toEqual({ text: "patch-failed", notes: [] });
});

test("patches that differ in bytes which are not UTF-8 make different trees", async () => {
  using store = valueOfResult(openStore(project.store));
  project.write("crate/names.txt", "before\n");
  const of = await store.addTree(`${project.root}/crate`);
  const made = async (name: string) => {
    const patch = `--- a/names.txt\n+++ b/names.txt\n@@ -1 +1 @@\n-before\n+${name}\n`;
    writeFileSync(`${project.root}/names.patch`, Buffer.from(patch, "latin1"));
    const wanted = { name: "dep v1.0.0", of, patches: ["names.patch"] };
    const tree = valueOfResult(await patchTree(contextOf(store), wanted));
    return readFileSync(`${store.pathOf(tree)}/names.txt`, "latin1");
  };
  expect([await made("Köhler"), await made("Kähler")]).toEqual(["Köhler\n", "Kähler\n"]);
});

test("which hunk lacked context is in git's words, or the one that is nearest", () => {
  const said = `Checking patch src/lib.rs...
Hunk #1 succeeded at 9 (offset 4 lines).
Context reduced to (1/1) to apply fragment at 9
Context reduced to (2/2) to apply fragment at 28
Applied patch src/lib.rs cleanly.`;
  expect(inexactHunks(twoHunks, said)).toEqual([
    { target: "src/lib.rs", number: 1 },
    { target: "src/lib.rs", number: 2 },
  ]);
});

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
  expect(patchFailed({ file: "p.patch", text }, "dep v1.0.0", said)).toMatchObject({
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
  const failed = patchFailed({ file: "p.patch", text }, "dep v1.0.0", said);
  expect(failed.place).toBeUndefined();
  expect(failed.causes).toEqual(["src/none.rs: No such file or directory"]);
});
