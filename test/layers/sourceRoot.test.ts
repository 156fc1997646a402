import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { lockText } from "../rig/lockText.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

const crates = [
  publishedCrate("leaf", "", { "src/lib.rs": 'pub const MORE: Option<&str> = option_env!("MORE");\n' }),
  publishedCrate("other", "", { "src/lib.rs": "pub fn other() -> u32 { 2 }\n" }),
];

const configuration = `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset }) => {
  const src = fileset.union(crane.cleanCargoSource(".."), fileset.include("shared/*.txt"));
  const common = { src, sourceRoot: "rust", pname: "app" };
  const cargoArtifacts = crane.buildDepsOnly(common);
  return {
    packages: { default: crane.buildPackage({ ...common, cargoArtifacts, doCheck: false }) },
    checks: {
      fmt: crane.cargoFmt(common),
      test: crane.cargoTest({ ...common, cargoArtifacts, cargoTestExtraArgs: ["--workspace"] }),
    },
  };
});
`;

/** The workspace is `rust/`. `shared/` lies beside it, and is a member of a workspace of its own. */
const files = {
  "gantry.config.ts": configuration,
  "rust/.cargo/config.toml": 'include = ["more.toml"]\n\n[env]\nGREETING = "hi"\n',
  "rust/.cargo/more.toml": '[env]\nMORE = "more"\n',
  "rust/Cargo.toml": '[workspace]\nmembers = ["app"]\nresolver = "2"\n',
  "rust/app/Cargo.toml": `[package]
name = "app"
version = "0.1.0"
edition = "2021"

[dependencies]
shared = { path = "../../shared" }
leaf = "1"
`,
  "rust/app/src/main.rs": `mod part;

fn main() {
    let greeting = env!("GREETING");
    println!("{greeting} {} {}", shared::words(), part::more());
}

#[test]
fn counts() {
    assert_eq!(part::more(), "more");
}
`,
  "rust/app/src/part.rs": 'pub fn more() -> &\'static str {\n    leaf::MORE.unwrap_or("none")\n}\n',
  "shared/Cargo.toml": `[workspace]
package.description = "words"

[package]
name = "shared"
version = "0.1.0"
edition = "2021"
description.workspace = true

[dependencies]
other = "1"
`,
  "shared/words.txt": "some",
  "shared/src/lib.rs": `pub fn words() -> String {
    let words = include_str!("../words.txt");
    let about = env!("CARGO_PKG_DESCRIPTION");
    format!("{} {words} {about}", other::other())
}
`,
};

const project = tempProject(files, { crates });
afterAll(() => project[Symbol.dispose]());
beforeAll(() => {
  mkdirSync(`${project.root}/.git`);
  const manifests = [files["rust/app/Cargo.toml"], files["shared/Cargo.toml"]];
  project.write("rust/Cargo.lock", lockText(manifests, crates));
});

/** Which units a command in the workspace compiles. */
async function compiles(...words: string[]): Promise<Record<string, string[]>> {
  const ran = await project.gantry(["-C", "rust", ...words, "--log-format", "json"]);
  expect(ran.status, ran.out + ran.err).toBe(0);
  return compiledUnits(ran.events);
}

const says = () => execFileSync(`${project.root}/rust/result/bin/app`, { encoding: "utf8" });

test("a workspace in a directory of the source, with a path dependency beside it, is built", async () => {
  expect(await compiles("build")).toEqual({
    "app-deps": ["leaf lib build", "other lib build"],
    app: ["app bin build", "shared lib build"],
  });
  expect(says()).toBe("hi 2 some words more\n");
  expect(await compiles("build")).toEqual({});
});

test("after an edit of a module of the program: that program", async () => {
  project.edit("rust/app/src/part.rs", '"none"', '"nothing"');
  expect(await compiles("build")).toEqual({ app: ["app bin build"] });
});

test("after an edit of a file that the path dependency includes: it, and what depends on it", async () => {
  project.write("shared/words.txt", "other");
  expect(await compiles("build")).toEqual({ app: ["app bin build", "shared lib build"] });
  expect(says()).toBe("hi 2 other words more\n");
});

test("after an edit of what it inherits from its own workspace: the same", async () => {
  project.edit("shared/Cargo.toml", 'package.description = "words"', 'package.description = "letters"');
  expect(await compiles("build")).toEqual({ app: ["app bin build", "shared lib build"] });
  expect(says()).toBe("hi 2 other letters more\n");
});

test("after edits that are taken back: nothing", async () => {
  project.write("shared/words.txt", "some");
  project.edit("shared/Cargo.toml", "letters", "words");
  project.write("rust/app/src/part.rs", files["rust/app/src/part.rs"]);
  expect(await compiles("build")).toEqual({});
});

test("the workspace's configuration of Cargo counts, and what that includes", async () => {
  const all = {
    "app-deps": ["leaf lib build", "other lib build"],
    app: ["app bin build", "shared lib build"],
  };
  project.edit("rust/.cargo/config.toml", "hi", "hey");
  expect(await compiles("build")).toEqual(all);
  expect(says()).toBe("hey 2 some words more\n");
  project.edit("rust/.cargo/more.toml", '"more"', '"less"');
  expect(await compiles("build")).toEqual(all);
  expect(says()).toBe("hey 2 some words less\n");
  project.write("rust/.cargo/more.toml", files["rust/.cargo/more.toml"]);
});

test("formatting and tests run there, too", async () => {
  expect(await compiles("check")).toEqual({ "app-test": ["app bin test"] });
});

test("a file that the filter drops is named, and shown, from the source's root", async () => {
  project.write("rust/app/note.txt", "note");
  project.edit("rust/app/src/main.rs", "part::more());", 'part::more());\n    include_str!("../note.txt");');
  const ran = await project.gantry(["-C", "rust", "build", "-q", "--color", "never"]);
  expect(
    ran.err,
  ).toContain(`error[file-filtered]: the build reads \`rust/app/note.txt\`, which the filter of its source leaves out
  --> rust/app/src/main.rs:6:5
   |
 6 |     include_str!("../note.txt");
   |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^ read here
   = note: it exists on disk, but only what the filter keeps reaches a build
   = help: in \`gantry.config.ts\`: src: fileset.union(crane.cleanCargoSource(".."), fileset.include("shared/*.txt", "rust/app/note.txt"))
`);
});

test("without a configuration, a path dependency outside the workspace is an error that says how", async () => {
  rmSync(`${project.root}/gantry.config.ts`);
  const ran = await project.gantry(["-C", "rust", "build", "-q", "--color", "never"]);
  expect(
    ran.err,
  ).toBe(`error[path-dependency-outside]: \`shared\` is a path dependency outside the source: \`../../shared\`
  --> app/Cargo.toml:7:19
   |
 7 | shared = { path = "../../shared" }
   |                   ^^^^^^^^^^^^^^ not visible to a hermetic build
   = note: it works with plain \`cargo build\` only because \`../../shared\` exists on this machine
   = help: move \`shared\` into the source, or depend on it by \`git\` or by version
   = help: or begin the source above both: src: fileset.automatic(".."), sourceRoot: "rust"
   = help: to try a local checkout now and then: gantry with shared=../shared -- cargo build
`);
});
