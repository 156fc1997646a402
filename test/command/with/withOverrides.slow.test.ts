import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Ran, type Running, startGantry } from "../../rig/gantry.ts";
import { gitRepository } from "../../rig/gitRepository.ts";
import { type TempProject, tempProject } from "../../rig/tempProject.ts";

const cargoHome = process.env.CARGO_HOME || join(homedir(), ".cargo");

/** An `itoa` of ours, with what of its interface the program uses. */
const itoa = (version: string): Record<string, string> => ({
  "itoa/Cargo.toml": `[package]\nname = "itoa"\nversion = "${version}"\nedition = "2021"\n`,
  "itoa/src/lib.rs":
    'pub struct Buffer;\nimpl Buffer {\n    pub fn new() -> Self { Buffer }\n    pub fn format(&mut self, _: u32) -> &str { "local" }\n}\n',
});

const workspace = '[workspace]\nmembers = ["one", "two"]\n[workspace.package]\nversion = "0.1.0"\n';
const member = (name: string): string =>
  `[package]\nname = "${name}"\nversion.workspace = true\nedition = "2021"\n`;
const says = (word: string): string => `pub fn word() -> &'static str { "${word}" }\n`;

/** A repository with two packages, and a checkout of it in which one of them says something else. */
function repository(directory: string, word: string): Record<string, string> {
  return {
    [`${directory}/Cargo.toml`]: workspace,
    [`${directory}/one/Cargo.toml`]: member("one"),
    [`${directory}/one/src/lib.rs`]: says(word),
    [`${directory}/two/Cargo.toml`]: member("two"),
    [`${directory}/two/src/lib.rs`]: says("two"),
  };
}

type Setting = TempProject & { readonly app: string; with(words: readonly string[]): Running };

/** A program in `app`, the packages beside it, the user's own Cargo home (`itoa` comes from crates.io). */
function setting(more: Readonly<Record<string, string>>): Setting {
  const project = tempProject({
    ...repository("repo", "git"),
    ...repository("checkout", "checkout"),
    ...more,
  });
  gitRepository(join(project.root, "repo")).commit({});
  project.write(
    "app/Cargo.toml",
    `[package]
name = "app"
version = "0.1.0"
edition = "2021"

[dependencies]
itoa = "1.0.15"
one = { git = "file://${project.root}/repo" }

[workspace]
`,
  );
  project.write(
    "app/src/main.rs",
    'fn main() {\n    println!("{} {}", one::word(), itoa::Buffer::new().format(7u32));\n}\n',
  );
  const app = join(project.root, "app");
  const env = { ...project.env, CARGO_HOME: cargoHome };
  execFileSync("cargo", ["generate-lockfile", "--quiet"], { cwd: app, env });
  execFileSync("cargo", ["update", "--quiet", "itoa", "--precise", "1.0.15"], { cwd: app, env });
  return {
    ...project,
    app,
    with: (words) => startGantry(["with", "--store", project.store, ...words], { cwd: app, env }),
  };
}

/**
 * Everything that must be as it was: the lock to the byte and to the nanosecond, and which files there are.
 */
function untouched({ app }: Setting) {
  const { ino, mtimeNs } = statSync(join(app, "Cargo.lock"), { bigint: true });
  const names = readdirSync(app).filter((name) => name !== "target");
  return { ino, mtimeNs, names, text: readFileSync(join(app, "Cargo.lock"), "utf8") };
}

const errorOf = ({ err, status }: Ran, it: Setting): string =>
  `${status}\n${it.shown(err.slice(Math.max(0, err.search(/^error/m))))}`;

test("cargo builds against local packages from a registry and from git, this once", async () => {
  using it = setting(itoa("1.0.99"));
  const before = untouched(it);
  const plain = execFileSync("cargo", ["run", "--quiet"], {
    cwd: it.app,
    env: { ...it.env, CARGO_HOME: cargoHome },
    encoding: "utf8",
  });
  const ran = await it.with(["itoa=../itoa", "one=../checkout", "--", "cargo", "run", "--quiet", "--locked"])
    .ended;
  expect([plain, ran.out, ran.status, it.shown(ran.err)]).toEqual([
    "git 7\n",
    "checkout local\n",
    0,
    `  Overriding itoa v1.0.15 (crates-io) with v1.0.99 (../itoa)
  Overriding one v0.1.0 (file://<project>/repo) with v0.1.0 (../checkout)
`,
  ]);
  expect(untouched(it)).toEqual(before);
});

test("the status is the command's, and the lock is put back whatever becomes of it", async () => {
  using it = setting({ ...itoa("1.0.15"), "itoa/src/lib.rs": "broken" });
  const before = untouched(it);
  expect((await it.with(["itoa=../itoa", "--", "cargo", "check"]).ended).status).toBe(101);
  expect(untouched(it)).toEqual(before);

  it.write("itoa/src/lib.rs", "");
  it.write("app/src/main.rs", "fn main() { loop { std::thread::park() } }\n");
  const running = it.with(["itoa=../itoa", "--", "cargo", "run", "--quiet"]);
  await expect.poll(() => existsSync(join(it.app, "target/debug/app")), { timeout: 60_000 }).toBe(true);
  running.kill("SIGTERM");
  expect((await running.ended).status).toBe(143);
  expect(untouched(it)).toEqual(before);
});

test("a version that nobody accepts, before Cargo says that a patch was not used", async () => {
  using it = setting(itoa("2.0.0"));
  const before = untouched(it);
  const ran = await it.with(["itoa=../itoa", "--", "cargo", "build"]).ended;
  expect(errorOf(ran, it)).toBe(`1
error[override-version]: \`itoa\` at \`../itoa\` is version 2.0.0, which no dependent accepts
  = note: \`app v0.1.0\` requires \`itoa = "^1.0.15"\`
  = note: \`Cargo.lock\` has version 1.0.15
  = help: check out a version in \`../itoa\` that is compatible with 1.0.15
  = help: or write \`version = "1.0.15"\` in the \`Cargo.toml\` there while you try it
  = help: or change what \`app\` requires
`);
  expect(untouched(it)).toEqual(before);
});

test("a path without the package, with what is there", async () => {
  using it = setting(itoa("1.0.15"));
  expect(errorOf(await it.with(["one=../itoa", "--", "cargo", "build"]).ended, it)).toBe(`2
error[override-path]: no package \`one\` at \`../itoa\`
  = note: the package there is \`itoa\`
  = help: did you mean \`itoa\`: gantry with itoa=../itoa -- …
`);
  expect(errorOf(await it.with(["one=../nowhere", "--", "cargo", "build"]).ended, it)).toBe(`2
error[override-path]: no Cargo package can be read at \`../nowhere\`
  = note: location searched: <project>/nowhere/Cargo.toml
  = help: name the directory of the package, or of the workspace that holds it

Caused by:
  error: manifest path \`<project>/nowhere/Cargo.toml\` does not exist
`);
});

test("gantry builds against local packages in its sandbox", async () => {
  using it = setting(itoa("1.0.99"));
  const before = untouched(it);
  const ran = await it.with(["itoa=../itoa", "one=../checkout", "--", "gantry", "run", "--store", it.store])
    .ended;
  expect([ran.status, ran.out]).toEqual([0, "checkout local\n"]);
  expect(untouched(it)).toEqual(before);
});

test("a relative `--out-link` counts from where the user is", async () => {
  using it = setting(itoa("1.0.99"));
  const words = ["gantry", "build", "--store", it.store, "--out-link", "../linked"];
  const ran = await it.with(["itoa=../itoa", "one=../checkout", "--", ...words]).ended;
  expect(ran.status, ran.err).toBe(0);
  expect(execFileSync(join(it.root, "linked/bin/app"), { encoding: "utf8" })).toBe("checkout local\n");
});
