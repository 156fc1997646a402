import { execFileSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, expect, test } from "vitest";
import { gitRepository } from "../../rig/gitRepository.ts";
import { type TempProject, tempProject } from "../../rig/tempProject.ts";

const projects: TempProject[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project[Symbol.dispose]();
});

const manifest = '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n';

function appWith(files: Readonly<Record<string, string>> = {}): TempProject {
  const project = tempProject({ "Cargo.toml": manifest, "src/main.rs": "fn main() {}\n", ...files });
  projects.push(project);
  project.lock();
  return project;
}

function commit({ root }: TempProject): void {
  gitRepository(root).commit({});
}

const examined = async (project: TempProject, ...more: string[]) =>
  project.gantry(["doctor", "--color", "never", ...more]);

/** What is not fine, by what it is about. */
const troubles = (out: string) =>
  out
    .split("\n")
    .filter((line) => /^(warning|wrong) /.test(line))
    .map((line) => line.replace(/ +/g, " "));

test("nothing is wrong with a project that is committed", async () => {
  const project = appWith({ ".gitignore": "/target\n/result\n/.gantry/\n", ".gantry/types.d.ts": "" });
  commit(project);
  const ran = await examined(project);
  expect(troubles(ran.out), ran.out + ran.err).toEqual([]);
  expect(ran.status).toBe(0);
});

test("each thing that is wrong is told, with its remedy, however many there are", async () => {
  const project = appWith({
    ".gitignore": "Cargo.lock\n",
    ".cargo/config.toml": 'paths = ["../elsewhere"]\n',
    "rust-toolchain.toml": '[toolchain]\nchannel = "no-such-toolchain"\n',
  });
  commit(project);
  project.edit("Cargo.toml", 'version = "0.1.0"', 'version = "0.2.0"');
  const ran = await examined(project, "--offline");
  expect(ran.status).toBe(1);
  const found = troubles(ran.out);
  expect(found).toContainEqual(expect.stringMatching(/^wrong toolchain .*`no-such-toolchain`/));
  expect(found).toContainEqual(expect.stringMatching(/^wrong overrides /));
  expect(found).toContainEqual(expect.stringMatching(/^wrong git git ignores `Cargo.lock`/));
  expect(ran.out).toContain("  = help: remove it from .gitignore, then: git add Cargo.lock");
});

test("what of `gantry.lock` nothing asks for is told, and does no harm", async () => {
  const pin = (name: string) =>
    `\n[toolchain.${JSON.stringify(name)}]\ndate = "2026-04-16"\nrelease = "1.95.0"\nmanifest = "${"0".repeat(64)}"\n`;
  const project = appWith({
    "rust-toolchain.toml": '[toolchain]\nchannel = "stable"\n',
    "gantry.lock": `version = 1\n${pin("1.95.0")}${pin("stable")}`,
  });
  commit(project);
  const ran = await examined(project);
  expect(ran.out).toContain('gantry.lock  nothing asks for `[toolchain."1.95.0"]`, which may be deleted\n');
  expect(ran.out).not.toContain('`[toolchain."stable"]`');
  expect(ran.status).toBe(0);
});

test("git is asked of what was looked at, and no more is said", async () => {
  const project = appWith({
    ".gitignore": "/target\n/.gantry/\n",
    "gantry.config.ts":
      'import { defineProject } from "gantry";\n\nexport default defineProject(() => ({ packages: {} }));\n',
    ".gantry/types.d.ts": "",
  });
  commit(project);
  expect((await examined(project)).out).toContain(
    "git          `Cargo.lock`, `gantry.config.ts` are committed, `.gantry` is not\n",
  );
  expect((await project.gantry(["eject", "envrc"])).err).toBe(
    "note: wrote `.envrc`: commit it, and let direnv read it: direnv allow\n" +
      "note: `.envrc.local` is for each alone, and git does not ignore it: echo /.envrc.local >> .gitignore\n",
  );
  project.write(".env", "TOKEN=x\n");
  project.write(".envrc.local", "");
  expect(troubles((await examined(project)).out)).toEqual([
    "warning git `.envrc` is not committed",
    "warning git git does not ignore `.env`, `.envrc.local`, which may hold secrets",
  ]);
  await examined(project, "--fix");
  expect(troubles((await examined(project)).out)).toEqual(["warning git `.envrc` is not committed"]);
  project.write(".gitignore", "/target\n/.gantry/\n");
  execFileSync("git", ["add", "."], { cwd: project.root });
  // What somebody committed on purpose is their decision.
  expect(troubles((await examined(project)).out)).toEqual([]);
});

test("what is staged is not told as committed", async () => {
  const project = appWith({ ".gitignore": "/target\n/.gantry/\n", ".gantry/types.d.ts": "" });
  const repository = gitRepository(project.root);
  repository.git("add", "--all");
  const said = async () => /^ok +git +(`.*)$/m.exec((await examined(project)).out)?.[1];
  expect(await said()).toBe("`.gantry` is not committed, `Cargo.lock` is staged, and not committed yet");
  repository.commit({});
  project.write("gantry.config.ts", configured("checks: {}"));
  repository.git("add", "--all");
  expect(await said()).toBe(
    "`Cargo.lock` is committed, `.gantry` is not, `gantry.config.ts` is staged, and not committed yet",
  );
});

test("a toolchain that packages require a newer one of is told before a build ends with it", async () => {
  const requiring = (name: string, version: string) =>
    `${manifest.replace("app", name)}rust-version = "${version}"\n`;
  const project = appWith({ "Cargo.toml": requiring("app", "1.999"), ".gitignore": "/target\n" });
  commit(project);
  const found = expect.stringMatching(/ `app` requires Rust 1\.999, and the toolchain is \d+\.\d+\.\d+$/);
  const ran = await examined(project);
  expect(troubles(ran.out)).toEqual([found]);
  expect(troubles(ran.out)[0]).toMatch(/^wrong rust-version /);
  expect(ran.out).toMatch(/ {2}= help: use a newer one, by `rustup update`, /);
  expect(ran.status).toBe(1);
  project.edit("Cargo.toml", '"1.999"', '"1.56"');
  expect(troubles((await examined(project)).out)).toEqual([]);
  const some = appWith({
    "Cargo.toml": `[workspace]\nmembers = ["a", "app"]\nresolver = "2"\n\n[workspace.package]\nrust-version = "1.999"\n`,
    "a/Cargo.toml": requiring("a", "1.56"),
    "a/src/lib.rs": "",
    "app/Cargo.toml": `${manifest}rust-version.workspace = true\n`,
    "app/src/main.rs": "fn main() {}\n",
    ".gitignore": "/target\n",
  });
  commit(some);
  // Whatever is built need not be what requires it.
  expect(troubles((await examined(some)).out)).toEqual([found]);
  expect((await examined(some)).status).toBe(0);
});

const configured = (rest: string) =>
  `import { defineProject, pkg } from "gantry";

export default defineProject(({ crane }) => ({ packages: {}, ${rest} }));
`;

test("what a dev shell or a hook lacks is told, with who asks for it", async () => {
  const nowhere = (name: string) => `pkg({ name: "${name}", bins: ["${name}"], names: { apt: "${name}" } })`;
  const project = appWith({
    "gantry.config.ts": configured(
      `devShells: { ci: crane.devShell({ packages: [${nowhere("gantry-one")}] }) },
  hooks: crane.preCommit({
    src: crane.cleanCargoSource("."),
    hooks: { own: { entry: ["gantry-two"], package: ${nowhere("gantry-two")} } },
  }),`,
    ),
  });
  const ran = await examined(project);
  expect(troubles(ran.out).filter((line) => line.startsWith("wrong"))).toEqual([
    "wrong gantry-one the native package `gantry-one` is not installed: the dev shell `ci` has it",
    "wrong gantry-two the native package `gantry-two` is not installed: the hook `own` runs it",
  ]);
  expect(ran.status).toBe(1);
});

test("hooks that nobody installed are told of, and are nothing to look at", async () => {
  const project = appWith({
    "gantry.config.ts": configured(
      'hooks: crane.preCommit({ src: crane.cleanCargoSource("."), hooks: { rustfmt: true } }),',
    ),
  });
  commit(project);
  const ran = await examined(project);
  expect(troubles(ran.out).filter((line) => line.includes("hooks"))).toEqual([]);
  expect(ran.out).toMatch(
    /^ok +hooks +git runs none of them before a commit; .*\n {2}= note: what has git run them: gantry hooks install$/m,
  );
});

test("a configuration that cannot be read is told with its place and the remedy", async () => {
  const project = appWith({
    "gantry.config.ts": configured("checks: {},\n  devShells: { default: crane.devShell({ checks }) },"),
  });
  const ran = await examined(project);
  expect(ran.out).toContain(
    "the configuration threw: checks is not defined\n --> gantry.config.ts:4:42\n" +
      "  = help: `checks` is only a key here; make it a constant before `return`: const checks = { … };\n",
  );
});

test("a broken configuration hides nothing else", async () => {
  const project = appWith({ "gantry.config.ts": "export default 1;\n" });
  const ran = await examined(project);
  expect(troubles(ran.out)).toEqual([
    "warning git the project lies in no repository",
    expect.stringMatching(/^wrong configuration /),
  ]);
});

test("--fix does what is harmless, once", async () => {
  const project = appWith({ ".gantry/types.d.ts": "", ".gitignore": "/target" });
  commit(project);
  expect(troubles((await examined(project)).out)).toEqual([
    "warning git git does not ignore `.gantry`, which Gantry makes",
  ]);
  expect(project.read(".gitignore")).toBe("/target");
  expect(troubles((await examined(project, "--fix")).out)).toEqual([]);
  expect(project.read(".gitignore")).toBe("/target\n/.gantry\n");
  expect(troubles((await examined(project, "--fix")).out)).toEqual([]);
});

test("what git ignores by other files than the project's `.gitignore` is ignored", async () => {
  const project = appWith({ ".gitignore": "/target\n" });
  commit(project);
  project.write(".gantry/.gitignore", "*\n");
  symlinkSync(tmpdir(), `${project.root}/result`);
  const said = async () => troubles((await project.gantry(["doctor"], { env })).out);
  const ignored = `${project.home}/ignored`;
  const env = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "core.excludesFile", GIT_CONFIG_VALUE_0: ignored };
  expect(await said()).toEqual(["warning git git does not ignore `result`, which Gantry makes"]);
  writeFileSync(ignored, "/result\n");
  expect(await said()).toEqual([]);
});

test("members without the workspace's lints", async () => {
  const project = appWith({
    "Cargo.toml":
      '[workspace]\nmembers = ["a", "b"]\nresolver = "2"\n\n[workspace.lints.rust]\nunused = "warn"\n',
    "a/Cargo.toml": manifest.replace("app", "a"),
    "a/src/lib.rs": "",
    "b/Cargo.toml": `${manifest.replace("app", "b")}\n[lints]\nworkspace = true\n`,
    "b/src/lib.rs": "",
    ".gitignore": "/target\n",
  });
  commit(project);
  expect(troubles((await examined(project)).out)).toEqual([
    "warning lints `a` has none of the workspace's lints",
  ]);
});
