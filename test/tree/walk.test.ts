import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { entriesOf, walk } from "../../src/tree/walk.ts";
import { tree } from "../project/tree.ts";

const pathsOf = (root: string, ...options: Parameters<typeof walk>[1][]) =>
  [...walk(root, ...options)].map(({ path, type }) => `${type} ${path}`).sort();

test("everything below a directory, by what it is", () => {
  using project = tree({ "a/b/c": "", "a/link": { link: "b" }, dangling: { link: "nowhere" } });
  mkdirSync(join(project.path, "empty"));
  execFileSync("mkfifo", [join(project.path, "a/pipe")]);
  expect(pathsOf(project.path)).toEqual([
    "directory a",
    "directory a/b",
    "directory empty",
    "file a/b/c",
    "special a/pipe",
    "symlink a/link",
    "symlink dangling",
  ]);
});

test("a name that is not UTF-8 is told from one that holds U+FFFD, and is not entered", () => {
  using project = tree({ "\ufffd": "" });
  writeFileSync(Buffer.concat([Buffer.from(`${project.path}/`), Buffer.from([0x61, 0xff])]), "");
  mkdirSync(Buffer.concat([Buffer.from(`${project.path}/`), Buffer.from([0x62, 0xff])]));
  expect(pathsOf(project.path)).toEqual(["file \ufffd", "undecodable a\ufffd", "undecodable b\ufffd"]);
  expect(entriesOf(project.path)).toHaveLength(3);
});

test("what vanishes before its type is known is left out, and nothing else", () => {
  // The system tells no type of a process that ends meanwhile.
  const churn = Array.from({ length: 3 }, () =>
    spawn("sh", ["-c", "while :; do (:) & (:) & (:) & (:) & wait; done"], { stdio: "ignore" }),
  );
  try {
    for (const until = performance.now() + 3000; performance.now() < until; ) {
      const names = entriesOf("/proc").map(({ name, type }) => `${type} ${name}`);
      expect(names).toEqual(expect.arrayContaining(["directory 1", "file version", "symlink self"]));
    }
  } finally {
    for (const each of churn) each.kill();
  }
});

test("a directory that is refused is listed and not entered", () => {
  using project = tree({ "a/x": "", "b/x": "" });
  expect(pathsOf(project.path, { enters: (path) => path !== "a" })).toEqual([
    "directory a",
    "directory b",
    "file b/x",
  ]);
});

test("a directory is handed out before it is read", () => {
  using project = tree({ "shut/inside": "" });
  chmodSync(join(project.path, "shut"), 0o000);
  const found: string[] = [];
  for (const { path, type } of walk(project.path)) {
    if (type === "directory") chmodSync(join(project.path, path), 0o700);
    found.push(path);
  }
  expect(found).toEqual(["shut", "shut/inside"]);
});

test("a directory that is not there is an error, unless the caller expects it", () => {
  using project = tree({ a: "" });
  expect(() => [...walk(join(project.path, "gone"))]).toThrow("ENOENT");
  expect([...walk(join(project.path, "gone"), { throwIfNoEntry: false })]).toEqual([]);
  expect(() => [...walk(join(project.path, "a"), { throwIfNoEntry: false })]).toThrow("ENOTDIR");
});
