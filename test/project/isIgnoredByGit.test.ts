import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isIgnoredByGit } from "../../src/project/gitRules.ts";

test("as `git check-ignore` says, for files at every depth", () => {
  const top = mkdtempSync(join(tmpdir(), "gantry-ignored-"));
  try {
    execFileSync("git", ["init", "--quiet", top]);
    mkdirSync(join(top, "a/.cargo"), { recursive: true });
    mkdirSync(join(top, "b"), { recursive: true });
    writeFileSync(join(top, ".gitignore"), "*.local\n/b/\n");
    writeFileSync(join(top, "a/.gitignore"), "!keep.local\n.cargo/x*\n");
    const paths = [
      "one.local",
      "one",
      "a/one.local",
      "a/keep.local",
      "a/.cargo/x.toml",
      "a/.cargo/y.toml",
      "b/one",
    ];
    const ran = execFileSync("git", ["check-ignore", ...paths], { cwd: top, encoding: "utf8" });
    expect(paths.filter((path) => isIgnoredByGit(join(top, path)))).toEqual(ran.trim().split("\n"));
    expect(ran.trim().split("\n")).toEqual(["one.local", "a/one.local", "a/.cargo/x.toml", "b/one"]);
  } finally {
    rmSync(top, { recursive: true });
  }
});

test("outside of a repository nothing is ignored", () => {
  expect(isIgnoredByGit("/nowhere/.gitignore")).toBe(false);
});
