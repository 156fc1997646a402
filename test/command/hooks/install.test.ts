import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { launcher } from "../../rig/gantry.ts";
import {
  configurationWith,
  formatted,
  type HookedProject,
  hookedProject,
  manifest,
  unformatted,
} from "./rig.ts";

const install = async (project: HookedProject, ...words: string[]) => {
  const { status, err } = await project.gantry(["hooks", ...(words.length > 0 ? words : ["install"])]);
  return [status, project.shown(err).replace(/ in <time>/, "")];
};

const foreign = '#!/bin/sh\necho "$(basename "$0") from before"; . "$(dirname "$0")/part"\n';

function foreignHook(project: HookedProject, text = foreign): string {
  const file = join(project.root, ".git/hooks/pre-commit");
  mkdirSync(join(project.root, ".git/hooks"), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}

test("a hook that somebody else wrote is left as it is, or kept and run first; uninstalling puts it back", async () => {
  using project = await hookedProject({}, { install: false });
  const file = foreignHook(project);
  project.write(".git/hooks/part", ": of it\n");
  expect(await install(project)).toEqual([
    1,
    `error[hook-foreign]: \`.git/hooks/pre-commit\` is there already, and is left as it is
  = note: it is somebody else's
  = help: keep it, to be run before Gantry's: gantry hooks install --chain
  = help: or add to it: gantry hooks run --stage pre-commit || exit
`,
  ]);
  expect(readFileSync(file, "utf8")).toBe(foreign);
  expect(await install(project, "uninstall")).toEqual([0, "    Finished there is no hook of Gantry's\n"]);
  expect(readFileSync(file, "utf8")).toBe(foreign);
  expect(await install(project, "install", "--chain")).toEqual([
    0,
    `note: kept \`.git/hooks/pre-commit\` as \`before-gantry/pre-commit\`, which runs first
note: installed \`.git/hooks/pre-commit\`, which runs \`rustfmt\`
`,
  ]);
  project.write("src/main.rs", unformatted);
  project.git("add", "-A");
  const refused = project.git("commit", "-m", "x");
  expect([refused.status, refused.said.split("\n")[0]]).toEqual([1, "pre-commit from before"]);
  writeFileSync(join(project.root, ".git/hooks/before-gantry/pre-commit"), "#!/bin/sh\nexit 7\n");
  expect(project.git("commit", "-m", "x").said).toBe("");
  expect(await install(project, "uninstall")).toEqual([
    0,
    "note: put back `.git/hooks/pre-commit` as it was before\n",
  ]);
  expect(readFileSync(file, "utf8")).toBe("#!/bin/sh\nexit 7\n");
  expect(existsSync(join(project.root, ".git/hooks/before-gantry"))).toBe(false);
});

test("a foreign hook that is a link is kept, and what is said of another stage is about that", async () => {
  using project = await hookedProject(
    {
      "scripts/hook": '#!/bin/sh\necho "$(basename "$0") got $(cat)"\n',
      "tool/Cargo.toml": `${manifest}[workspace]\n`,
      "tool/Cargo.lock": 'version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\n',
      "tool/src/main.rs": formatted,
      "tool/gantry.config.ts": configurationWith(
        'fmt: { entry: ["sed", "-i", "s/  / /"], stages: ["pre-push"], types: ["rust"] }',
      ),
    },
    { install: false },
  );
  chmodSync(join(project.root, "scripts/hook"), 0o755);
  const file = join(project.root, ".git/hooks/pre-push");
  mkdirSync(join(project.root, ".git/hooks"), { recursive: true });
  symlinkSync("../../scripts/hook", file);
  const helps = (said: unknown) =>
    String(said)
      .split("\n")
      .filter((line) => line.includes("= help:"));
  const tool = ["-C", "tool"];
  expect(helps((await install(project, "install", ...tool))[1])).toEqual([
    "  = help: keep it, to be run before Gantry's: gantry hooks install --chain",
    "  = help: or add to it, with what git gives it on standard input: gantry -C tool hooks run --stage pre-push || exit",
  ]);
  expect((await install(project, "install", "--chain", ...tool))[0]).toBe(0);
  project.write("tool/src/main.rs", unformatted);
  project.git("commit", "-qam", "x");
  project.git("init", "-q", "--bare", "other.git");
  const refused = project.git("push", "other.git", "main");
  expect(refused.said).toMatch(/^pre-push got refs\/heads\/main /);
  expect(helps(refused.said)).toEqual([
    "  = help: have it done: gantry -C tool hooks run --fix --all-files fmt, and commit it",
    "  = help: without it, this once: put SKIP=fmt before the command, as in SKIP=fmt git push",
  ]);
  expect((await install(project, "uninstall", ...tool))[0]).toBe(0);
  expect(readlinkSync(file)).toBe("../../scripts/hook");
  project.git("config", "core.hooksPath", "scripts");
  expect(helps((await install(project, "install", ...tool))[1])[0]).toBe(
    "  = help: add to the hook `pre-push` there, with what git gives it on standard input: gantry -C tool hooks run --stage pre-push || exit",
  );
});

test("installing again changes nothing, mends a hook that is stale, and tells whose a foreign one is", async () => {
  using project = await hookedProject();
  const file = join(project.root, ".git/hooks/pre-commit");
  const text = readFileSync(file, "utf8");
  expect(await install(project)).toEqual([0, "    Finished the hooks are installed already\n"]);
  // As after Gantry was moved.
  writeFileSync(file, text.replaceAll(launcher, "/nowhere/gantry"));
  expect((await project.gantry(["doctor"])).out).toContain(
    "the pre-commit that git runs starts /nowhere/gantry, which is gone\n  = help: gantry hooks install\n",
  );
  const lost = project.git("commit", "--allow-empty", "-m", "x");
  expect([lost.status, lost.said.split("\n").slice(0, 2)]).toEqual([
    1,
    [
      "error: this repository has hooks of Gantry, and `gantry` is neither at",
      "  /nowhere/gantry nor on the PATH",
    ],
  ]);
  expect(await install(project)).toEqual([
    0,
    "note: updated `.git/hooks/pre-commit`, which runs `rustfmt`\n",
  ]);
  expect(readFileSync(file, "utf8")).toBe(text);
  foreignHook(project, "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n");
  expect((await install(project))[1]).toContain("  = note: it is pre-commit's\n");
});

test("projects of one repository share its hooks, and worktrees do", async () => {
  using project = await hookedProject({
    "tool/Cargo.toml": `${manifest}[workspace]\n`,
    "tool/src/main.rs": formatted,
    "tool/Cargo.lock": 'version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\n',
  });
  expect((await project.gantry(["hooks", "install", "-C", "tool"])).status).toBe(0);
  const file = join(project.root, ".git/hooks/pre-commit");
  expect(readFileSync(file, "utf8")).toContain(`# projects: [".","tool"]\n`);
  const worktree = join(project.home, "work tree");
  expect(project.git("worktree", "add", "-qb", "other", worktree).status).toBe(0);
  writeFileSync(join(worktree, "tool/src/main.rs"), unformatted);
  project.gitIn(worktree, "add", "-A");
  const refused = project.gitIn(worktree, "commit", "-m", "x");
  expect([refused.status, refused.said]).toEqual([
    1,
    expect.stringContaining("rustfmt changes `tool/src/main.rs`"),
  ]);
  // A branch that does not have a project has nothing of it to look at.
  project.gitIn(worktree, "rm", "-rqf", "tool");
  const without = project.gitIn(worktree, "commit", "-qm", "y");
  expect(without.status, without.said).toBe(0);
  expect(await install(project, "uninstall")).toEqual([
    0,
    "note: removed this project from `.git/hooks/pre-commit`\n",
  ]);
  expect(readFileSync(file, "utf8")).toContain(`# projects: ["tool"]\n`);
});

test("where `core.hooksPath` leads to what others use, too, nothing is written", async () => {
  using project = await hookedProject({ ".githooks/README": "hooks of the project\n" }, { install: false });
  project.git("config", "core.hooksPath", ".githooks");
  const [status, said] = await install(project);
  expect(status).toBe(1);
  expect(said).toContain("git looks for hooks in `.githooks`, which belongs to the project");
  const outside = join(project.home, "hooks");
  project.git("config", "core.hooksPath", outside);
  expect((await install(project))[1]).toContain("`<home>/hooks`, outside of this repository");
  expect(existsSync(outside)).toBe(false);
  // What git ignores is one person's own.
  project.git("config", "core.hooksPath", ".own");
  project.write(".git/info/exclude", ".own\n");
  expect(await install(project)).toEqual([0, "note: installed `.own/pre-commit`, which runs `rustfmt`\n"]);
  project.write("src/main.rs", unformatted);
  expect(project.git("commit", "-am", "x").status).toBe(1);
  // In a worktree that is below a file.
  project.git("config", "core.hooksPath", ".git/hooks");
  const worktree = join(project.home, "worktree");
  project.git("worktree", "add", "-qb", "other", worktree);
  expect((await install(project, "install", "-C", worktree))[1]).toContain(
    "`.git/hooks`, which no worktree has",
  );
  // A directory of hooks may be a link.
  project.git("config", "--unset", "core.hooksPath");
  mkdirSync(outside);
  project.git("config", "core.hooksPath", ".git/linked");
  symlinkSync(outside, join(project.root, ".git/linked"));
  expect((await install(project))[1]).toContain("outside of this repository");
});

test("in a submodule the hook is its own, and the project around it sees what is checked out", async () => {
  using inner = await hookedProject({}, { install: false });
  using project = await hookedProject({}, { install: false });
  expect(project.git("submodule", "add", "-q", inner.root, "sub dir").status).toBe(0);
  project.git("commit", "-qm", "submodule");
  const sub = join(project.root, "sub dir");
  const installed = await project.gantry(["hooks", "install", "-C", sub]);
  expect(installed.status, installed.err).toBe(0);
  expect(existsSync(join(project.root, ".git/modules/sub dir/hooks/pre-commit"))).toBe(true);
  writeFileSync(join(sub, "src/main.rs"), unformatted);
  const refused = project.gitIn(sub, "commit", "-am", "x");
  expect([refused.status, refused.said]).toEqual([
    1,
    expect.stringContaining("rustfmt changes `src/main.rs`"),
  ]);
  // Its new commit is no file of the project around it.
  project.gitIn(sub, "commit", "-qnam", "x");
  project.git("add", "-A");
  expect((await project.gantry(["hooks", "install"])).status).toBe(0);
  const around = project.git("commit", "-qm", "newer");
  expect([around.status, around.said.trim()]).toEqual([0, "Skipped rustfmt: no file for it"]);
});

test("the top of the project as the place of hooks is the project's, and a shell is entered whatever is the matter", async () => {
  using project = await hookedProject(
    {
      "gantry.config.ts": configurationWith('seen: { entry: ["true"] }').replace(
        "packages: {},",
        "packages: {}, devShells: { default: crane.devShell({ checks: { hooks } }) },",
      ),
    },
    { install: false },
  );
  project.edit(
    "gantry.config.ts",
    "  return {",
    '  const hooks = crane.preCommit({ src, hooks: { seen: { entry: ["true"] } } });\n  return {',
  );
  const enter = () => project.gantry(["develop", "--store", project.store, "-c", "sh", "-c", "echo inside"]);
  for (const path of ["", "."]) {
    project.git("config", "core.hooksPath", path);
    expect(await install(project)).toEqual([
      1,
      expect.stringContaining(
        "error[hooks-elsewhere]: git looks for hooks in `.`, which belongs to the project",
      ),
    ]);
    expect(await project.gantry(["doctor"])).toMatchObject({
      err: expect.not.stringContaining("RangeError"),
    });
  }
  expect(await enter()).toMatchObject({
    status: 0,
    out: "inside\n",
    err: expect.stringContaining("warning[hooks-elsewhere]"),
  });
  project.git("config", "--unset", "core.hooksPath");
  rmSync(join(project.root, ".git/hooks"), { recursive: true, force: true });
  writeFileSync(join(project.root, ".git/hooks"), "");
  expect(await enter()).toMatchObject({
    status: 0,
    out: "inside\n",
    err: expect.stringContaining("warning[not-a-directory]: installing git's hooks failed"),
  });
});

test("what git says of another repository counts for nothing", async () => {
  using project = await hookedProject({}, { install: false });
  using other = await hookedProject({}, { install: false });
  const env = { GIT_DIR: join(other.root, ".git"), GIT_INDEX_FILE: join(other.root, ".git/index") };
  const installed = await project.gantry(["hooks", "install"], { env });
  expect(installed.err).toBe("note: installed `.git/hooks/pre-commit`, which runs `rustfmt`\n");
  expect([project, other].map(({ root }) => existsSync(join(root, ".git/hooks/pre-commit")))).toEqual([
    true,
    false,
  ]);
  other.write("src/main.rs", unformatted);
  other.git("add", "-A");
  expect(await project.gantry(["hooks", "run"], { env })).toMatchObject({ status: 0 });
  expect((await project.gantry(["hooks", "uninstall"], { env })).err).toContain(
    "removed `.git/hooks/pre-commit`",
  );
});

test("a directory where git looks for a hook is left", async () => {
  using project = await hookedProject({}, { install: false });
  mkdirSync(join(project.root, ".git/hooks/pre-commit"), { recursive: true });
  expect(await install(project, "install", "--chain")).toEqual([
    1,
    `error[hook-directory]: \`.git/hooks/pre-commit\` is a directory, and is left as it is
  = note: git runs a file of that name as the hook \`pre-commit\`
  = help: move it away, and run it again
`,
  ]);
});
