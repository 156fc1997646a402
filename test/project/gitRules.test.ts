import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { leftOut } from "../../src/project/scan/leftOut.ts";
import { pathsOf } from "./scan.ts";
import { type TreeEntry, tree } from "./tree.ts";

function git(directory: string, ...args: string[]): string {
  const env = { PATH: process.env.PATH, HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1" };
  return execFileSync("git", args, { cwd: directory, encoding: "utf8", env });
}

function ofGit(directory: string): string[] {
  return git(directory, "ls-files", "-z", "--others", "--exclude-standard")
    .split("\0")
    .filter(Boolean)
    .sort();
}

const files: Record<string, TreeEntry> = Object.fromEntries(
  ["", "a/", "a/b/", "a/foo/", "foo/", "b [x]/"].flatMap((directory) =>
    ["x.log", "foo", "keep.log", "y.rs"].flatMap((name) =>
      `${directory}${name}` === "foo" || `${directory}${name}` === "a/foo"
        ? []
        : [[`${directory}${name}`, "."] as const],
    ),
  ),
);

const pattern = fc
  .tuple(
    fc.constantFrom("", "!"),
    fc.constantFrom("", "/", "**/"),
    fc.constantFrom("foo", "*.log", "b", "a/foo", "foo/*", "y.rs", "keep.log"),
    fc.constantFrom("", "/"),
  )
  .map((parts) => parts.join(""));
const gitignore = fc.array(fc.oneof(pattern, fc.constant("# a comment"), fc.constant("")), { maxLength: 4 });

test("a scan takes the files that git does not ignore, whatever the patterns and wherever they stand", () => {
  using project = tree(files);
  git(project.path, "init", "-q");
  const places = [".git/info/exclude", ".gitignore", "a/.gitignore", "a/b/.gitignore", "b [x]/.gitignore"];
  fc.assert(
    fc.property(fc.tuple(gitignore, gitignore, gitignore, gitignore, gitignore), (texts) => {
      places.forEach((place, index) => {
        const file = join(project.path, place);
        mkdirSync(dirname(file), { recursive: true });
        const text = (texts[index] ?? []).join("\n");
        if (text === "") rmSync(file, { force: true });
        else writeFileSync(file, text);
      });
      expect(pathsOf(project.path, "everything")).toEqual(ofGit(project.path));
      expect(pathsOf(join(project.path, "a"), "everything")).toEqual(ofGit(join(project.path, "a")));
    }),
    { numRuns: 40 },
  );
});

test("the rules of the repository above hold, unless they ignore the project itself", () => {
  using repository = tree({
    ".gitignore": "*.tmp\n/ignored/\n",
    "app/Cargo.toml": "",
    "app/a.tmp": "",
    "ignored/Cargo.toml": "",
    "ignored/a.tmp": "",
  });
  git(repository.path, "init", "-q");
  expect(pathsOf(join(repository.path, "app"), "everything")).toEqual(["Cargo.toml"]);
  expect(pathsOf(join(repository.path, "ignored"), "everything")).toEqual(["Cargo.toml", "a.tmp"]);
});

test("a linked worktree has the excludes of its repository", () => {
  using repository = tree({ "main/a.rs": "" });
  const main = join(repository.path, "main");
  git(main, "init", "-q");
  git(main, "add", "a.rs");
  git(main, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a");
  git(main, "worktree", "add", "-q", "../other");
  writeFileSync(join(main, ".git/info/exclude"), "*.secret\n");
  writeFileSync(join(repository.path, "other/x.secret"), "");
  expect(pathsOf(join(repository.path, "other"), "everything")).toEqual(["a.rs"]);
});

test("without a repository the project's own `.gitignore` holds", () => {
  using project = tree({
    ".gitignore": "*.tmp",
    "a.tmp": "",
    "a.rs": "",
    "b/.gitignore": "!c.tmp",
    "b/c.tmp": "",
  });
  expect(pathsOf(project.path, "everything")).toEqual([".gitignore", "a.rs", "b/.gitignore", "b/c.tmp"]);
});

test("a `Cargo.lock` at the root is a source even where git ignores it", () => {
  using project = tree({ ".gitignore": "Cargo.lock", "Cargo.lock": "", "a/Cargo.lock": "" });
  expect(pathsOf(project.path, "cargo")).toEqual(["Cargo.lock"]);
});

test.each([
  ["version 2", [], []],
  ["version 3", [], ["update-index", "--skip-worktree", "out/kept.txt"]],
  ["version 4", [], ["update-index", "--index-version", "4"]],
  ["SHA-256", ["--object-format=sha256"], ["status"]],
])(
  "what is tracked in spite of a pattern is there, and nothing beside it: an index of %s",
  (_, init, then) => {
    const names = ["a", "ab", "abc/d", "x".repeat(250)];
    using project = tree({
      ".gitignore": "*.log\n/out/\n",
      "src/main.rs": "fn main() {}",
      "src/kept.log": "kept",
      "src/left.log": "left",
      "out/kept.txt": "kept",
      "out/left.txt": "left",
      "out/deeper/kept.txt": "kept",
      "other/out/a.txt": "",
      ...Object.fromEntries(names.map((name) => [`names/${name}`, name])),
    });
    git(project.path, "init", "--quiet", ...init);
    const before = pathsOf(project.path, "everything");
    git(project.path, "add", "--all");
    git(project.path, "add", "--force", "src/kept.log", "out/kept.txt", "out/deeper/kept.txt");
    if (then.length > 0) git(project.path, ...then);
    const kept = ["out/deeper/kept.txt", "out/kept.txt", "src/kept.log"];
    const tracked = git(project.path, "ls-files", "-z").split("\0").filter(Boolean).sort();
    expect(pathsOf(project.path, "everything")).toEqual(tracked);
    expect(tracked).toEqual([...before, ...kept].sort());
  },
);

test("what a submodule tracks in spite of its patterns, or of those around it, is there", () => {
  using project = tree({
    ".gitignore": "*.log\n",
    "src/main.rs": "fn main() {}",
    "sub/.gitignore": "/out/\n",
    "sub/out/kept.txt": "kept",
    "sub/out/left.txt": "left",
    "sub/kept.log": "kept",
    "sub/src/left.log": "left",
    "sub/src/lib.rs": "",
  });
  git(project.path, "init", "--quiet");
  git(project.path, "init", "--quiet", "--separate-git-dir=.git/sub.git", "sub");
  git(join(project.path, "sub"), "add", "src/lib.rs");
  const before = pathsOf(project.path, "everything");
  git(join(project.path, "sub"), "add", "--force", "out/kept.txt", "kept.log");
  const kept = ["sub/kept.log", "sub/out/kept.txt"];
  expect(pathsOf(project.path, "everything")).toEqual([...before, ...kept].sort());
  const isLeftOut = leftOut(project.path);
  const asked = [...kept, "sub/out/left.txt", "sub/src/left.log"];
  expect(asked.map((path) => isLeftOut(join(project.path, path)))).toEqual([false, false, true, true]);
});

test("in a worktree, with an index of its own", () => {
  using project = tree({ ".gitignore": "*.log\n", "a.log": "a" });
  git(project.path, "init", "--quiet");
  git(project.path, "add", ".gitignore");
  git(project.path, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--message", "a");
  git(project.path, "worktree", "add", "--quiet", "tree", "HEAD");
  writeFileSync(join(project.path, "tree/a.log"), "a");
  writeFileSync(join(project.path, "tree/b.log"), "b");
  git(join(project.path, "tree"), "add", "--force", "b.log");
  expect(pathsOf(join(project.path, "tree"), "everything")).toEqual([".gitignore", "b.log"]);
});
