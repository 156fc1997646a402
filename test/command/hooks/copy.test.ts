import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { holder } from "../../store/holder.ts";
import { bytesOf, configurationWith, hookedProject, told } from "./rig.ts";

// What hooks find where they run, and what of it reaches anybody.

/** Hooks that are shell scripts, in this order. */
function scripts(named: Readonly<Record<string, string>>, more = ""): string {
  const one = ([name, script]: [string, string]) =>
    `${name}: { entry: ["sh", "-c", ${JSON.stringify(script)}], pass_filenames: false, verbose: true ${more} }`;
  return configurationWith(Object.entries(named).map(one).join(", "));
}

test("what a hook does by git stays in its copy, and what it changes and stages there counts", async () => {
  using project = await hookedProject(
    {
      "gantry.config.ts": scripts({
        sees: "git branch --show-current; git tag; git diff --cached --name-only; git log --format=%s; git config own.setting",
        stages: "sed -i s/foo/bar/ a && git add -u",
        commits:
          "git commit -qm hook && git stash list && echo x >a && git stash -q && git tag hook && git branch -m other && git config own.setting hook && git update-ref -d refs/tags/v1",
        removes: "rm -rf .git",
      }),
      a: "a\n",
    },
    { install: false },
  );
  project.git("tag", "v1");
  project.git("config", "own.setting", "mine");
  project.write("a", "foo\n");
  project.git("add", "-A");
  const refs = () => [project.git("for-each-ref").said, project.git("log", "--format=%s").said];
  const before = refs();
  const ran = await project.gantry(["hooks", "run"], {
    env: {
      GIT_AUTHOR_NAME: "A",
      GIT_AUTHOR_EMAIL: "a@b",
      GIT_COMMITTER_NAME: "A",
      GIT_COMMITTER_EMAIL: "a@b",
    },
  });
  expect(told(project.shown(ran.err)).replace(/ {2}= help.*/s, "")).toBe(`main
v1
a
first
mine
      Passed sees on 1 file
diff --git a/a b/a
--- a/a
+++ b/a
@@ -1 +1 @@
-foo
+bar
      Failed stages on 1 file
      Passed commits on 1 file
      Passed removes on 1 file
error[hook-failed]: the hook \`stages\` failed
  = note: stages changes \`a\`
`);
  expect(refs()).toEqual(before);
  expect(project.git("config", "own.setting").said).toBe("mine\n");
  expect([project.status(), bytesOf(project, "a")]).toEqual(["M  a\n", "foo\n"]);
});

test("a name that is not UTF-8 is told where a hook would be given it", async () => {
  using project = await hookedProject(
    { "gantry.config.ts": configurationWith('seen: { entry: ["true"], files: "\\\\.txt$" }') },
    { install: false },
  );
  const file = Buffer.concat([Buffer.from(`${project.root}/caf`), Buffer.from([0xe9]), Buffer.from(".txt")]);
  writeFileSync(file, "a\n");
  project.git("add", "-A");
  const refused = await project.gantry(["hooks", "run"]);
  expect([refused.status, refused.err]).toEqual([
    1,
    `error[name-not-utf8]: the name of \`caf\\xe9.txt\` is not UTF-8
  = note: the hook \`seen\` is for it, and cannot be given such a name
  = help: rename it: git mv
  = help: or leave it out of the hook: excludes: ["^caf.\\\\.txt$"]
`,
  ]);
  // As it is said.
  project.edit("gantry.config.ts", 'files: "', 'excludes: ["^caf.\\\\.txt$"], files: "');
  project.git("add", "-A");
  expect((await project.gantry(["hooks", "run"])).err).toBe("     Skipped seen: no file for it\n");
  // Nobody has to be given it.
  project.write("gantry.config.ts", scripts({ all: "sed -i s/a/b/ *.txt" }));
  project.git("add", "-A");
  const changed = await project.gantry(["hooks", "run", "--fix"]);
  expect([changed.status, changed.err]).toEqual([
    1,
    expect.stringContaining("`caf\\xe9.txt`: its name is not UTF-8"),
  ]);
  expect(readFileSync(file, "utf8")).toBe("a\n");
  renameSync(file, join(project.root, "cafe.txt"));
});

test("what a hook leaves running is ended, and what it prints without end is cut", async () => {
  using project = await hookedProject(
    {
      "gantry.config.ts": scripts({
        leaves: "(sleep 300.125 &); (trap '' TERM; sleep 300.125) & echo left",
        prints: "echo first; head -c 150000000 /dev/zero | tr '\\0' x; echo; echo last",
      }),
    },
    { install: false },
  );
  project.write("a", "a\n");
  project.git("add", "-A");
  const start = performance.now();
  const ran = await project.gantry(["hooks", "run"]);
  expect(ran.status, ran.err.slice(-500)).toBe(0);
  const lines = ran.err.split("\n").map((line) => line.replace(/^x+$/, "xx").replace(/, \d.*s$/, ""));
  expect(lines).toEqual([
    "left",
    "      Passed leaves on 1 file",
    "first",
    "xx",
    expect.stringMatching(/^\[\d{9} bytes are left out here\]$/),
    "xx",
    "last",
    "      Passed prints on 1 file",
    "",
  ]);
  expect(performance.now() - start).toBeLessThan(100_000);
  expect(spawnSync("pgrep", ["-f", "sleep 300.125"], { encoding: "utf8" }).stdout).toBe("");
  rmSync(join(project.root, "a"));
});

test("hooks that wait for others of the repository say so", async () => {
  using project = await hookedProject(
    { "gantry.config.ts": scripts({ passes: "true" }) },
    { install: false },
  );
  const place = join(project.store, "commits", digestOf(join(project.root, ".git")).slice(0, 16));
  const other = holder(project.store, `commit ${place}`);
  await once(other.stdout, "data");
  const waiting = project.start(["hooks", "run", "--all-files", "--log-format", "json"]);
  await waiting.event(({ text }) => text === "waiting for another run of this repository's hooks");
  other.kill("SIGKILL");
  expect(await waiting.ended).toMatchObject({ status: 0 });
});

test("what was deleted counts for hooks that are given no names", async () => {
  const hooks = ["given", "whole", "other"].map((id) => {
    const more = id === "given" ? "" : ", pass_filenames: false";
    const files = id === "other" ? "^docs/" : "^src/";
    return `${id}: { entry: ["sh", "-c", "ls src"], files: "${files}", types: ["rust"], verbose: true${more} }`;
  });
  using project = await hookedProject(
    { "gantry.config.ts": configurationWith(hooks.join(", ")), "src/part/one.rs": "", "src/two.rs": "" },
    { install: false },
  );
  const ran = async () => told(project.shown((await project.gantry(["hooks", "run"])).err));
  project.git("rm", "-q", "src/two.rs");
  expect(await ran()).toBe(`     Skipped given: no file for it
     Skipped other: no file for it
main.rs
part
      Passed whole on 1 file
`);
  // A directory becomes a file.
  project.git("rm", "-rq", "src/part");
  project.write("src/part", "");
  project.git("add", "-A");
  expect(await ran()).toContain("Passed whole on 2 files");
  // Only the name is another.
  project.git("commit", "-qm", "second");
  project.git("mv", "src/main.rs", "src/lib.rs");
  expect(await ran()).toContain("Passed given on 1 file");
});
