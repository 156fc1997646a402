import { existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bytesOf, configurationWith, formatted, hookedProject, told, unformatted } from "./rig.ts";

// Each commit is git's own, through the hook that was installed.

test("a commit of code that is not formatted is refused, and says how to have it formatted", async () => {
  using project = await hookedProject({ "src/main.rs": "mod other;\nfn main() {}\n", "src/other.rs": "" });
  project.write("src/other.rs", "pub fn  a() { }\n");
  project.git("add", "-A");
  const refused = project.git("commit", "-m", "unformatted");
  expect(told(refused.said)).toBe(`diff --git a/src/other.rs b/src/other.rs
--- a/src/other.rs
+++ b/src/other.rs
@@ -1 +1 @@
-pub fn  a() { }
+pub fn a() {}
      Failed rustfmt on 1 file
error[hook-failed]: the hook \`rustfmt\` failed
  = note: rustfmt changes \`src/other.rs\`
  = help: have it done: gantry hooks run --fix rustfmt, and stage it: git add src/other.rs
  = help: without it, this once: put SKIP=rustfmt before the command, as in SKIP=rustfmt git commit
`);
  expect(refused.status).toBe(1);
  expect(project.git("log", "--oneline").said.trim().split("\n")).toHaveLength(1);
  expect(bytesOf(project, "src/other.rs")).toBe("pub fn  a() { }\n");

  const fixed = await project.gantry(["hooks", "run", "--fix"]);
  expect([fixed.status, project.status()], fixed.err).toEqual([0, "MM src/other.rs\n"]);
  expect(bytesOf(project, "src/other.rs")).toBe("pub fn a() {}\n");
  expect(fixed.err).toContain("note: stage it: git add src/other.rs\n");
  expect(project.git("commit", "-m", "not staged").said).toContain(
    "  = note: `src/other.rs` has that already, and it is not staged\n  = help: stage it: git add src/other.rs\n",
  );
  expect((await project.gantry(["hooks", "run", "--all-files"])).err).toContain(
    "= help: stage it: git add src/other.rs\n",
  );
  project.git("add", "-A");
  const done = project.git("commit", "-q", "-m", "formatted");
  expect([done.status, told(done.said)]).toEqual([0, "      Passed rustfmt on 1 file\n"]);
});

test("what is staged counts, and not what lies beside it", async () => {
  using project = await hookedProject();
  // Staged as it should be, and changed since.
  project.write("src/main.rs", "fn main() {\n    a();\n}\n");
  project.git("add", "-A");
  const edited = "fn  main() { a() }\n// later\n";
  project.write("src/main.rs", edited);
  project.write("src/stray.rs", unformatted);
  expect(project.git("commit", "-m", "staged")).toMatchObject({ status: 0 });
  expect(bytesOf(project, "src/main.rs")).toBe(edited);
  expect(project.status()).toBe(" M src/main.rs\n?? src/stray.rs\n");

  // Staged as it should not be, and mended since.
  project.git("add", "src/main.rs");
  project.write("src/main.rs", formatted);
  expect(project.git("commit", "-m", "not so")).toMatchObject({ status: 1 });
  expect(bytesOf(project, "src/main.rs")).toBe(formatted);

  // Lines that one has changed since are kept where others are fixed.
  project.write("src/main.rs", `fn  main() { }\n\n// 1\n// 2\n// 3\n`);
  project.git("add", "src/main.rs");
  project.write("src/main.rs", `fn  main() { }\n\n// 1\n// 2\n// three\n`);
  const fixed = await project.gantry(["hooks", "run", "--fix", "-q"]);
  expect([fixed.status, bytesOf(project, "src/main.rs")], fixed.err).toEqual([
    0,
    `fn main() {}\n\n// 1\n// 2\n// three\n`,
  ]);

  // And are left alone where they are the same.
  project.write("src/main.rs", unformatted);
  project.git("add", "src/main.rs");
  project.write("src/main.rs", "fn  main() { b() }\n");
  const left = await project.gantry(["hooks", "run", "--fix", "-q"]);
  expect([left.status, bytesOf(project, "src/main.rs")]).toEqual([1, "fn  main() { b() }\n"]);
  expect(left.err).toContain("error[hooks-fix]: `src/main.rs` was left as before");
  expect(left.err).toContain("stage no more than that: git add --patch src/main.rs\n");
  project.git("checkout", "-q", "src/main.rs");
  project.git("commit", "-q", "--no-verify", "-m", "as it is");
  expect((await project.gantry(["hooks", "run", "--all-files"])).err).toContain(
    "have it done: gantry hooks run --fix --all-files rustfmt, and stage it: git add src/main.rs\n",
  );
});

test("what to type is what gets right just that which was to be committed", async () => {
  using project = await hookedProject({
    "gantry.config.ts": configurationWith(
      'up: { entry: ["sed", "-i", "s/foo/bar/"], types: ["text"], files: "^d/" }',
    ),
    "d/it's b": "",
    "d/whole": "",
    "d/part": "",
  });
  const helpOf = (said: string) => /= help: (have .*?)\n {2}= help/s.exec(said)?.[1];
  const d = join(project.root, "d");
  // Typed in a directory below the top.
  for (const name of ["it's b", "whole", "part"]) project.write(`d/${name}`, "foo\n");
  project.git("add", "-A");
  project.write("d/part", "foo\nmore\n");
  const partly = project.gitIn(d, "commit", "-m", "x");
  expect(helpOf(partly.said)).toBe(
    "have it done: gantry hooks run --fix up, and stage it: git add 'it'\\''s b' whole && git add --patch part",
  );
  expect(partly.said).toContain("  = note: you have more changes in `d/part` than are staged:");
  // What these commit is staged no more when they are refused.
  project.git("reset", "-q", "HEAD", ".");
  project.write("d/part", "");
  const all = project.git("commit", "-am", "x");
  expect(helpOf(all.said)).toBe(
    "have it done: git add 'd/it'\\''s b' d/whole && gantry hooks run --fix up, and commit in the same way",
  );
  expect(project.git("commit", "-m", "x", "d/whole").said).toContain(" git add d/whole && gantry ");
  // As it is said.
  project.git("add", "d/it's b", "d/whole");
  expect(await project.gantry(["hooks", "run", "--fix", "up"])).toMatchObject({
    status: 0,
    err: expect.not.stringContaining("Failed"),
  });
  const done = project.git("commit", "-qam", "x");
  expect(done, done.said).toMatchObject({ status: 0 });
});

test("--fix says why a file was left, and gives it the mode that the hook gives it", async () => {
  const hook = "cd d && chmod +x mode && rm deleted && ln -sf x linked && sed -i s/foo/bar/ gone away bytes";
  using project = await hookedProject(
    {
      "gantry.config.ts": configurationWith(
        `all: { entry: ["sh", "-c", ${JSON.stringify(hook)}], files: "^d/", pass_filenames: false }`,
      ),
    },
    { install: false },
  );
  for (const name of ["mode", "deleted", "linked", "gone", "away"]) project.write(`d/${name}`, "foo\n");
  project.write("d/bytes", "foo\0\n");
  project.git("add", "-A");
  rmSync(join(project.root, "d/gone"));
  rmSync(join(project.root, "d/away"));
  symlinkSync("mode", join(project.root, "d/away"));
  project.write("d/bytes", "mine\0\n");
  const fixed = await project.gantry(["hooks", "run", "--fix", "-q"]);
  expect(
    fixed.err.slice(fixed.err.indexOf("error")),
  ).toBe(`error[hooks-fix]: \`d/away\`, \`d/bytes\`, \`d/deleted\`, \`d/gone\`, \`d/linked\` were left as before
  = note: \`d/bytes\`: you changed it since it was staged, and it is no text
  = note: \`d/gone\`: you deleted it since it was staged
  = note: \`d/away\`: it is no file any more since it was staged
  = note: \`d/deleted\`: the hook deletes it
  = note: \`d/linked\`: the hook makes something else than a file of it
  = help: stage what you have, and run it again: git add d/away d/bytes d/gone
  = help: delete what the hook deletes: git rm d/deleted
`);
  expect(statSync(join(project.root, "d/mode")).mode & 0o777).toBe(0o755);
  expect(bytesOf(project, "d/mode")).toBe("foo\n");
});

test("submodules are there at the commits that are staged, and what hooks do to them reaches nobody", async () => {
  using inner = await hookedProject({}, { install: false });
  using middle = await hookedProject({}, { install: false });
  expect(middle.git("submodule", "add", "-q", inner.root, "in").status).toBe(0);
  middle.git("commit", "-qm", "submodule");
  using project = await hookedProject({}, { install: false });
  project.git("submodule", "add", "-q", middle.root, "sub dir");
  project.git("submodule", "update", "-q", "--init", "--recursive");
  project.git("commit", "-qm", "submodule");
  const script =
    'cat "sub dir"/src/main.rs "sub dir"/in/src/main.rs; rm -rf "sub dir"/in/* .git "sub dir"/.git; mkdir .git; echo hook >"sub dir"/src/main.rs; : >"sub dir"/new';
  project.write(
    "gantry.config.ts",
    configurationWith(
      `w: { entry: ["sh", "-c", ${JSON.stringify(script)}], pass_filenames: false, verbose: true }`,
    ),
  );
  project.git("add", "gantry.config.ts");
  const own = join(project.root, "sub dir/src/main.rs");
  writeFileSync(own, "mine\n");
  const seenIn = async () => told(project.shown((await project.gantry(["hooks", "run"])).err));
  const passed = `${formatted}${formatted}      Passed w on 1 file\n`;
  // The second run begins as the first.
  expect([await seenIn(), await seenIn()]).toEqual([passed, passed]);
  expect(readFileSync(own, "utf8")).toBe("mine\n");
  const inside = (...words: string[]) => project.gitIn(join(project.root, "sub dir"), ...words);
  expect(inside("status", "--porcelain").said).toBe(" M src/main.rs\n");
  // A newer commit counts when it is staged; one that is nowhere leaves nothing of another.
  inside("commit", "-qam", "newer");
  expect(await seenIn()).toBe(passed);
  project.git("add", "sub dir");
  expect(await seenIn()).toBe(passed.replace(formatted, "mine\n"));
  project.git("update-index", "--cacheinfo", `160000,${"1".repeat(40)},sub dir`);
  expect(await seenIn()).toContain("note: the submodule `sub dir` is empty for hooks:");
});

test("what is no UTF-8 is kept to the byte, or left alone", async () => {
  const bytes = (text: string) => Buffer.from(text, "latin1");
  const fill = "1\n2\n3\n4\n";
  using project = await hookedProject(
    {
      "gantry.config.ts": configurationWith('up: { entry: ["sed", "-i", "s/foo/bar/"], files: "\\\\.rs$" }'),
    },
    { install: false },
  );
  const file = join(project.root, "src/main.rs");
  const fix = () => project.gantry(["hooks", "run", "--fix", "-q"]);
  writeFileSync(file, bytes(`// foo\n${fill}x\n`));
  project.git("add", "-A");
  writeFileSync(file, bytes(`// foo\n${fill}\xe9\xff\n`));
  const merged = await fix();
  expect([merged.status, readFileSync(file)], merged.err).toEqual([0, bytes(`// bar\n${fill}\xe9\xff\n`)]);

  writeFileSync(file, bytes("// foo \xe9\n"));
  project.git("add", "-A");
  writeFileSync(file, bytes("// foo \xff\n"));
  const left = await fix();
  expect([left.status, readFileSync(file)], left.err).toEqual([1, bytes("// foo \xff\n")]);
});

test("`git commit -a` and `git commit PATH` are looked at as what they commit", async () => {
  using project = await hookedProject();
  project.write("src/main.rs", unformatted);
  expect(project.git("commit", "-a", "-m", "all")).toMatchObject({ status: 1 });
  expect(project.status()).toBe(" M src/main.rs\n");
  // The staged file is not committed by it, and the other is not staged.
  project.git("add", "src/main.rs");
  project.write("README.md", "read me\n");
  project.git("add", "-N", "README.md");
  const alone = project.git("commit", "-m", "one", "README.md");
  expect(alone, alone.said).toMatchObject({ status: 0 });
  expect(project.status()).toBe("M  src/main.rs\n");
  expect(project.git("commit", "-m", "the other", "src/main.rs")).toMatchObject({ status: 1 });
  expect(project.status()).toBe("M  src/main.rs\n");
});

const seen = configurationWith(
  `seen: { entry: ["sh", "-c", 'printf "%s\\\\0" "$@" >"$SEEN"', "seen"], files: "^d/", types: ["text"] }`,
);

test("a hook is given the files that change: not those that are gone, and no links", async () => {
  using project = await hookedProject({
    "gantry.config.ts": seen,
    "d/old": "old\n",
    "d/gone": "gone\n",
    "d/same": "",
  });
  project.write("d/a b\n'c'", "new\n");
  project.write("d/-n", "new\n");
  project.write("d/pixels.bin", "\0");
  symlinkSync("old", join(project.root, "d/link"));
  rmSync(join(project.root, "d/gone"));
  project.git("mv", "d/old", "d/renamed");
  project.write("e", "elsewhere\n");
  project.git("add", "-A");
  const at = join(project.home, "seen");
  const committed = project.gitIn(project.root, "-c", "core.quotePath=true", "commit", "-m", "many");
  expect(committed.status, committed.said).toBe(1);
  project.edit("gantry.config.ts", "$SEEN", at);
  project.git("add", "-A");
  expect(project.git("commit", "-qm", "many")).toMatchObject({ status: 0 });
  expect(readFileSync(at, "utf8").split("\0")).toEqual(["d/-n", "d/a b\n'c'", "d/renamed", ""]);
});

test("rustfmt gets the edition of each file's package, and code of no target may be what it likes", async () => {
  using project = await hookedProject({
    "Cargo.toml": '[workspace]\nmembers = ["old", "new"]\n[workspace.package]\nedition = "2018"\n',
    "old/Cargo.toml": '[package]\nname = "old"\nversion = "0.1.0"\n',
    "old/src/lib.rs": "",
    "new/Cargo.toml": '[package]\nname = "new"\nversion = "0.1.0"\nedition.workspace = true\n',
    "new/src/lib.rs": "",
    "new/rustfmt.toml": "hard_tabs = true\n",
    "src/main.rs": "",
  });
  project.write("old/src/lib.rs", "pub fn f() {\n    let async = 1;\n    let _ = async;\n}\n");
  project.write("new/src/lib.rs", "pub async fn f() {\n\tg();\n}\n");
  project.write("new/tests/data/broken.rs", "fn  (\n");
  project.git("add", "-A");
  const done = project.git("commit", "-qm", "editions");
  expect([done.status, told(done.said)]).toEqual([0, "      Passed rustfmt on 3 files\n"]);
});

test("SKIP and the stage choose hooks; what fails fast is the last", async () => {
  const fails = (id: string, more = "") =>
    `${id}: { entry: ["sh", "-c", "echo ${id} says no; exit 3"] ${more} }`;
  using project = await hookedProject({
    "gantry.config.ts": configurationWith(
      [
        fails("one"),
        fails("two", ", fail_fast: true"),
        fails("three"),
        fails("later", ', stages: ["manual"]'),
      ].join(),
    ),
  });
  project.write("a", "a\n");
  project.git("add", "-A");
  const refused = project.git("commit", "-qm", "a");
  expect(told(refused.said)).toBe(`one says no
      Failed one on 1 file
two says no
      Failed two on 1 file
error[hook-failed]: the hooks \`one\`, \`two\` failed
  = note: one: \`sh\` exited with 3
  = note: two: \`sh\` exited with 3
  = help: without them, this once: put SKIP=one,two before the command, as in SKIP=one,two git commit
`);
  const skipped = await project.gantry(["hooks", "run"], { env: { SKIP: "one,two, three" } });
  expect([skipped.status, skipped.err.trim().split("\n")]).toEqual([
    0,
    ["one", "two", "three"]
      .map((id) => `Skipped ${id}: SKIP names it`)
      .map((line, at) => (at ? `     ${line}` : line)),
  ]);
  expect((await project.gantry(["hooks", "run", "later", "-a", "-q"])).err).toBe(
    "later says no\nerror[hook-failed]: the hook `later` failed\n  = note: later: `sh` exited with 3\n",
  );
  expect((await project.gantry(["hooks", "run", "tow"])).err).toContain("did you mean `two`?");
});

test("a hook that is interrupted leaves everything as it was, for git too", async () => {
  using project = await hookedProject({
    "gantry.config.ts": configurationWith(
      `slow: { entry: ["sh", "-c", "echo changed >a; : >/tmp/$GANTRY_TEST; sleep 60"] }`,
    ),
    a: "a\n",
  });
  project.write("a", "staged\n");
  project.git("add", "-A");
  project.write("a", "edited\n");
  const before = project.status();
  const running = project.start(["hooks", "run", "--log-format", "json"], {
    env: { GANTRY_TEST: project.root.replaceAll("/", "-") },
  });
  const sign = `/tmp/${project.root.replaceAll("/", "-")}`;
  while (!existsSync(sign)) await new Promise((wait) => setTimeout(wait, 20));
  running.kill("SIGINT");
  expect((await running.ended).status).toBe(130);
  rmSync(sign);
  expect(bytesOf(project, "a")).toBe("edited\n");
  expect(project.status()).toBe(before);
  // And the next run begins with what is staged.
  project.write("gantry.config.ts", configurationWith('seen: { entry: ["grep", "staged"] }'));
  project.git("add", "gantry.config.ts");
  const again = await project.gantry(["hooks", "run", "seen", "-q"]);
  expect(again.err).not.toContain("changed");
  expect(readdirSync(join(project.root, ".git")).filter((name) => name.endsWith(".lock"))).toEqual([]);
});
