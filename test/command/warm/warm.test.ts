import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { world } from "../../../src/derivation/world.ts";
import { compiledByCargo } from "../../rig/compiledByCargo.ts";
import { compiledUnits } from "../../rig/compiledUnits.ts";
import { fillIndex } from "../../rig/indexCache.ts";
import { publishedCrate } from "../../rig/publishedCrate.ts";
import { tempProject } from "../../rig/tempProject.ts";

const writer = `use std::{env, fs, path::Path};
fn write(name: &str, text: String) {
    let out = env::var("OUT_DIR").unwrap();
    fs::write(Path::new(&out).join(name), text).unwrap();
}
`;

/** It names what it reads, includes what it wrote, and keeps the path. */
const includes = publishedCrate("includes", "", {
  "build.rs": `${writer}fn main() {
    println!("cargo:rerun-if-changed=words.txt");
    write("words.rs", format!("pub const WORDS: &str = {:?};", fs::read_to_string("words.txt").unwrap()));
}
`,
  "words.txt": "some words",
  "src/lib.rs": `include!(concat!(env!("OUT_DIR"), "/words.rs"));
pub const DIR: &str = env!("OUT_DIR");
`,
});

const macros = publishedCrate("macros", "[lib]\nproc-macro = true\n", {
  "src/lib.rs": `#[proc_macro]
pub fn seven(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    "7".parse().unwrap()
}
`,
});

/** A C library: a search path, and metadata for who depends on it. No two compilations of it have the same bytes. */
const linked = publishedCrate("linked", 'links = "linked"\n', {
  "build.rs": `${writer}use std::process::Command;
fn main() {
    let out = env::var("OUT_DIR").unwrap();
    println!("cargo:rerun-if-changed=eight.c");
    let run = |program: &str, words: &[&str]| assert!(Command::new(program).args(words).status().unwrap().success());
    run("cc", &["-c", "eight.c", "-o", &format!("{out}/eight.o")]);
    run("ar", &["rcs", &format!("{out}/libeight.a"), &format!("{out}/eight.o")]);
    write("eight.h", "int eight(void);".into());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    write("now.rs", format!("pub const NOW: u128 = {now};"));
    println!("cargo:rustc-link-search=native={out}");
    println!("cargo:rustc-link-lib=static=eight");
    println!("cargo:include={out}");
}
`,
  "eight.c": "int eight(void) { return 8; }\n",
  "src/lib.rs": `include!(concat!(env!("OUT_DIR"), "/now.rs"));
extern "C" { fn eight() -> i32; }
pub fn get() -> i32 { unsafe { eight() } }
`,
});

const reader = publishedCrate("reader", '[dependencies]\nlinked = "1"\n', {
  "build.rs": `${writer}fn main() {
    let include = env::var("DEP_LINKED_INCLUDE").unwrap();
    let header = fs::read_to_string(Path::new(&include).join("eight.h")).unwrap();
    write("header.rs", format!("pub const HEADER: &str = {header:?};"));
}
`,
  "src/lib.rs": 'include!(concat!(env!("OUT_DIR"), "/header.rs"));\npub use linked::get;\n',
});

const asks = publishedCrate("asking", "", {
  "build.rs": `fn main() {
    println!("cargo:rerun-if-env-changed=ASKED");
}
`,
});

const names = ["asking", "includes", "macros", "reader"];
const project = tempProject(
  {
    "Cargo.toml": `[package]
name = "tiny"
version = "0.1.0"
edition = "2021"

[dependencies]
${names.map((name) => `${name} = "1"`).join("\n")}
`,
    "src/lib.rs": "pub use asking as _;\n",
    "src/main.rs": `use tiny as _;
fn main() {
    let there = std::path::Path::new(includes::DIR).join("words.rs").exists();
    println!("{} {} {} {} {there}", includes::WORDS, macros::seven!(), reader::get(), reader::HEADER);
    println!("{}", includes::DIR);
}
`,
  },
  { crates: [asks, includes, linked, macros, reader] },
);

const own = {
  test: ["tiny bin test", "tiny lib test"],
  build: ["tiny bin build", "tiny lib build"],
  check: ["tiny bin check", "tiny lib check"],
};
const said = "some words 7 8 int eight(void); true";

/** A further worktree, beside the project. */
function worktree(name: string): string {
  const directory = join(project.root, "..", name);
  mkdirSync(directory);
  for (const each of ["Cargo.toml", "Cargo.lock", "src"])
    cpSync(join(project.root, each), join(directory, each), { recursive: true });
  return directory;
}

function cargo(cwd: string, ...words: string[]): string[] {
  return withoutVersions(compiledByCargo([...words, "--offline"], { cwd, env: project.env }));
}

function withoutVersions(units: readonly string[]): string[] {
  return units.map((unit) => unit.replace(/ \d\S*/, "")).sort();
}

async function warm(cwd: string, ...args: readonly string[]) {
  const { status, events, err, out } = await project.gantry(["warm", "--log-format", "json", ...args], {
    cwd,
  });
  const told = events.filter(({ type }) => type === "diagnostic");
  if (status !== 0) throw new Error(out + err);
  return { compiled: compiledUnits(events), told: told.map(({ message, notes }) => ({ message, notes })) };
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((path) => join(directory, path))
    .filter((path) => statSync(path).isFile());
}

beforeAll(() => {
  project.lock();
  fillIndex(project.home, [
    [asks, {}],
    [includes, {}],
    [macros, {}],
    [linked, { links: "linked" }],
    [reader, { deps: ["linked"] }],
  ]);
});
afterAll(() => project[Symbol.dispose]());

test("after it, Cargo compiles the project's own code alone, in this worktree and in others", async () => {
  const first = await warm(project.root);
  expect(first.told).toEqual([]);
  expect(Object.keys(first.compiled)).toEqual(["tiny-plain-deps"]);
  expect(cargo(project.root, "build")).toEqual(own.build);
  expect(cargo(project.root, "clippy")).toEqual(own.check);

  const other = worktree("other");
  expect(await warm(other)).toEqual({ compiled: {}, told: [] });
  expect(cargo(other, "build")).toEqual(own.build);
  expect(cargo(other, "check", "--all-targets")).toEqual([...own.check, ...own.test].sort());
  expect(cargo(other, "test", "--no-run")).toEqual(own.test);
  const ran = spawnSync(join(other, "target/debug/tiny"), { encoding: "utf8" }).stdout.split("\n");
  expect(ran[0]).toBe(said);
  // Nothing of another worktree is used, nor of the place where the units were compiled.
  expect(ran[1]?.replace(/\/+/g, "/")).toMatch(
    new RegExp(`^${other}/target/debug/build/includes-[0-9a-f]{16}/out$`),
  );
  const foreign = [project.root, world.plainTarget].map((path) => Buffer.from(`${path}/`));
  const files = filesBelow(join(other, "target"));
  expect(files.filter((file) => foreign.some((path) => readFileSync(file).includes(path)))).toEqual([]);
  // Cargo, and who cleans up, may do with them what they like.
  expect(files.filter((file) => (statSync(file).mode & 0o600) !== 0o600 || statSync(file).nlink > 2)).toEqual(
    [],
  );
  expect(readFileSync(join(other, "target/CACHEDIR.TAG"), "utf8")).toContain(
    "8a477f597d28d172789f06886806bc55",
  );
});

test("what is there is left as it is, and what is missing is laid down", async () => {
  const target = join(project.root, "target");
  cargo(project.root, "build");
  const stamps = () => filesBelow(target).map((file) => [file, statSync(file).mtimeMs, statSync(file).ino]);
  const before = stamps();
  expect(await warm(project.root)).toEqual({ compiled: {}, told: [] });
  expect(stamps()).toEqual(before);
  for (const root of [`${target}/debug/.fingerprint`, `${target}/debug/deps`]) {
    for (const name of readdirSync(root).filter((each) => /^(lib)?macros-/.test(each)))
      rmSync(join(root, name), { recursive: true });
  }
  await warm(project.root);
  expect(cargo(project.root, "build")).toEqual(own.build);
});

test("what Cargo compiled itself is not mixed with what was compiled against other bytes", async () => {
  const mine = worktree("mine");
  cargo(mine, "build", "-p", "linked");
  const { told } = await warm(mine, "build");
  expect(told).toEqual([
    {
      message: "2 units of dependencies Cargo will compile",
      notes: [
        "`reader 1.0.0` (build script), `reader 1.0.0` (lib): it depends on `linked 1.0.0`, which was compiled here, to other bytes than in the store",
      ],
    },
  ]);
  expect(cargo(mine, "build")).toEqual(["reader lib build", ...own.build]);
});

test("a variable that a build script asks for, and that is set here, is Cargo's affair", async () => {
  const asked = worktree("asked");
  const env = { ...project.env, ASKED: "yes" };
  const { events } = await project.gantry(["warm", "build", "--log-format", "json"], { cwd: asked, env });
  const told = events.filter(({ type }) => type === "diagnostic");
  expect(told).toMatchObject([
    {
      code: "left-to-cargo",
      notes: [
        "`asking 1.0.0` (build script): its build script asks for `ASKED`, which is set here",
        "1 depends on them",
      ],
    },
  ]);
  const compiled = compiledByCargo(["build", "--offline"], { cwd: asked, env });
  expect(withoutVersions(compiled)).toEqual(["asking lib build", ...own.build]);
});

test("the target directory and the profile are those that Cargo takes, and its locks are honoured", async () => {
  const away = worktree("away");
  mkdirSync(join(away, ".cargo"));
  project.write("../away/.cargo/config.toml", '[build]\ntarget-dir = "../shared target"\n');
  // As a Cargo that builds there.
  const profile = join(away, "../shared target/release");
  mkdirSync(profile, { recursive: true });
  const holder = spawn("flock", [join(profile, ".cargo-lock"), "sh", "-c", "echo held; sleep 60"], {
    detached: true,
  });
  await once(holder.stdout, "data");
  const running = project.start(["warm", "build", "--release", "--log-format", "json"], { cwd: away });
  await running.event(
    ({ type, text }) => type === "note" && String(text).startsWith("waiting for the Cargo"),
  );
  process.kill(-(holder.pid ?? 0));
  expect((await running.ended).status).toBe(0);
  expect(cargo(away, "build", "--release")).toEqual(own.build);
  const [line] = spawnSync(join(profile, "tiny"), { encoding: "utf8" }).stdout.split("\n");
  expect(line).toBe(said);
});

test("it compiles nothing with `--cached`", async () => {
  const { status, events } = await project.gantry(["warm", "build", "--cached", "--log-format", "json"], {
    cwd: worktree("cached"),
    env: { ...project.env, RUSTFLAGS: "--cfg other" },
  });
  expect([status, compiledUnits(events)]).toEqual([0, {}]);
  const told = events.filter(({ type }) => type === "diagnostic");
  expect(told).toMatchObject([
    { code: "left-to-cargo", notes: expect.arrayContaining(["8 depend on them"]) },
  ]);
});
