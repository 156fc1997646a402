import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { gitRepository, library } from "../rig/gitRepository.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";
import { crates, workspace } from "./workspace.ts";

const project = tempProject(workspace, { crates });
afterAll(() => project[Symbol.dispose]());

/** What a command compiles, which must succeed. */
async function compiles(of: TempProject, ...words: string[]): Promise<Record<string, string[]>> {
  const ran = await of.gantry([...words, "--log-format", "json"]);
  expect(ran.status, ran.out + ran.err).toBe(0);
  return compiledUnits(ran.events);
}

const members = { app: ["app bin build", "helper lib build"] };

let first: Record<string, string[]> = {};

// Every test starts from the workspace as it was built here, and edits it in place.
beforeAll(async () => {
  project.lock();
  first = await compiles(project, "build");
});

afterEach(() => {
  for (const [path, text] of Object.entries(workspace))
    if (project.read(path) !== text) project.write(path, text);
  project.lock();
});

const everyDependency = [
  ...["derive proc-macro build", "leaf lib build", "middle lib build"],
  ...["scripted custom-build build", "scripted lib build"],
];

test("the first build compiles every dependency once, and the members", () => {
  expect(first).toEqual({ "app-deps": everyDependency, ...members });
});

test("a second build compiles nothing", async () => {
  expect(await compiles(project, "build")).toEqual({});
});

test("after an edit of `main.rs`: that program", async () => {
  project.edit("app/src/main.rs", "fn main", "// edited\nfn main");
  expect(await compiles(project, "build")).toEqual({ app: ["app bin build"] });
});

test("after an edit of another member's source: that member and what uses it", async () => {
  project.edit("helper/src/lib.rs", "pub fn help", "/// Helps.\npub fn help");
  expect(await compiles(project, "build")).toEqual(members);
});

test("after a file of code became executable: nothing", async () => {
  const file = join(project.root, "helper/src/lib.rs");
  chmodSync(file, 0o755);
  expect(await compiles(project, "build")).toEqual({});
  chmodSync(file, 0o644);
});

test("after an edit of the README: nothing", async () => {
  project.edit("README.md", "A workspace", "The workspace");
  expect(await compiles(project, "build")).toEqual({});
});

test("after a new version of a member: that member and what uses it", async () => {
  project.edit("helper/Cargo.toml", '"0.1.0"', '"0.2.0"');
  project.lock();
  expect(await compiles(project, "build")).toEqual(members);
});

test("after a new `workspace.package.version`: the members that inherit it", async () => {
  project.edit("Cargo.toml", '"0.1.0"', '"0.2.0"');
  project.lock();
  expect(await compiles(project, "build")).toEqual({ app: ["app bin build"] });
});

test("after a comment in `Cargo.toml`: nothing", async () => {
  project.edit("Cargo.toml", "[workspace]", "# Two members.\n[workspace]");
  expect(await compiles(project, "build")).toEqual({});
});

test("after a dependency's feature was turned on: that crate and what depends on it", async () => {
  project.edit("helper/Cargo.toml", 'leaf = "1"', 'leaf = { version = "1", features = ["more"] }');
  expect(await compiles(project, "build")).toEqual({
    "app-deps": ["leaf lib build", "middle lib build"],
    ...members,
  });
});

test("after a crate was added: that crate", async () => {
  project.edit("helper/Cargo.toml", 'leaf = "1"', 'leaf = "1"\nadded = "1"');
  project.lock();
  expect(await compiles(project, "build")).toEqual({ "app-deps": ["added lib build"], ...members });
});

test("after a dependency was removed: what used it, and nothing of those that are left", async () => {
  project.edit("app/Cargo.toml", 'middle = "1"\n', "");
  project.lock();
  expect(await compiles(project, "build")).toEqual({ app: ["app bin build"] });
});

test("with another profile everything, and back with the first one nothing", async () => {
  expect(await compiles(project, "build", "--profile", "dev")).toEqual({
    "app-deps": everyDependency,
    ...members,
  });
  expect(await compiles(project, "build")).toEqual({});
  expect(await compiles(project, "build", "--profile", "dev")).toEqual({});
});

test("with another variable, which any build script or macro may read: everything", async () => {
  project.edit("gantry.config.ts", "env: {}", 'env: { GREETING: "hello" }');
  expect(await compiles(project, "build")).toEqual({ "app-deps": everyDependency, ...members });
});

test("the checks compile what the build did not: the dependencies' metadata, and the members", async () => {
  expect(await compiles(project, "check")).toEqual({
    // Clippy needs metadata alone; the tests link what the build compiled. Neither compiles a build script
    // again.
    "app-clippy-deps": ["leaf lib check", "middle lib check", "scripted lib check"],
    "app-clippy": ["app bin check", "app bin test", "helper lib check", "helper lib test"],
    "app-test": ["app bin test", "helper lib test"],
  });
  expect(await compiles(project, "check")).toEqual({});
});

test("a second checkout at another path, with the same store: nothing", async () => {
  using checkout = tempProject(workspace, { crates, store: project.store });
  checkout.lock();
  expect(await compiles(checkout, "build")).toEqual({});
});

test("another project with the same dependencies and the same store: its own package alone", async () => {
  const text = '[package]\nname = "other"\nversion = "3.0.0"\nedition = "2021"\n\n';
  const dependencies = '[dependencies]\nmiddle = "1"\nscripted = "1"\nderive = "1"\n';
  const files = { "Cargo.toml": text + dependencies, "src/main.rs": "fn main() { middle::middle(); }\n" };
  using other = tempProject(files, { crates, store: project.store });
  other.lock();
  expect(await compiles(other, "build")).toEqual({ other: ["other bin build"] });
});

test("after the first dependency from git: that package and what uses it", async () => {
  const directory = join(project.root, "../fresh");
  const commit = gitRepository(directory).commit(library("fresh", "1.0.0"));
  const url = `file://${directory}`;
  project.edit("helper/Cargo.toml", 'leaf = "1"', `leaf = "1"\nfresh = { git = "${url}" }`);
  project.edit("Cargo.lock", ' "leaf",\n]', ' "fresh",\n "leaf",\n]');
  project.edit(
    "Cargo.lock",
    '[[package]]\nname = "helper"',
    `[[package]]\nname = "fresh"\nversion = "1.0.0"\nsource = "git+${url}#${commit}"\n\n[[package]]\nname = "helper"`,
  );
  expect(await compiles(project, "build")).toEqual({ "app-deps": ["fresh lib build"], ...members });
});

test("after settings of Cargo's that reach no compiler, and comments: nothing", async () => {
  project.write(
    ".cargo/config.toml",
    '# for all\n[net]\nretry = 3\n\n[target.x86_64-pc-windows-msvc]\nlinker = "lld-link"\n',
  );
  expect(await compiles(project, "build")).toEqual({});
  project.write(".cargo/config.toml", '[env]\nGREETING = "hello"\n');
  expect(Object.keys(await compiles(project, "build"))).toEqual(["app-deps", "app"]);
  rmSync(join(project.root, ".cargo"), { recursive: true });
});

test("with other directories of Cargo's, which no step has: the members, on the same dependencies", async () => {
  project.write(".cargo/config.toml", '[build]\nbuild-dir = "one"\ntarget-dir = "two"\n');
  expect(await compiles(project, "build")).toEqual(members);
  rmSync(join(project.root, ".cargo"), { recursive: true });
});
