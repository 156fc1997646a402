import { expect, test } from "vitest";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";
import { saying } from "./saying.ts";

const names =
  '{ let mut names: Vec<_> = fs::read_dir("..").unwrap().map(|each| each.unwrap().file_name().into_string().unwrap()).collect(); names.sort(); names.join(",") }';
const note = 'fs::read_to_string("../neighbour-1.0.0/note.txt").unwrap()';

/** What each looks at, none of which the content of its package or of its dependencies tells. */
const seekers = [
  saying("lister", names),
  saying("peeker", note),
  saying("prober", 'Path::new("../added-1.0.0").exists().to_string()'),
  saying(
    "homing",
    'fs::read_to_string(Path::new(&env::var("PWD").unwrap()).join("Cargo.toml")).unwrap().lines().count().to_string()',
  ),
  publishedCrate("includer", "", {
    "src/lib.rs": 'pub const SAID: &str = include_str!("../../neighbour-1.0.0/note.txt");\n',
  }),
];

/** What is always so, or a key tells. */
const others = [
  saying("upward", '(Path::new("../.git").exists() || Path::new("../../Cargo.toml").exists()).to_string()'),
  saying("user", note, '[build-dependencies]\nneighbour = "1"\n'),
  // As CMake follows it.
  saying("follower", 'fs::canonicalize(env::var("PWD").unwrap()).unwrap().is_dir().to_string()'),
];

const crates = [...seekers, ...others].map(({ name }) => name);
const app = {
  "Cargo.toml": `[package]
name = "app"
version = "0.1.0"
edition = "2021"

[dependencies]
neighbour = "1"
${crates.map((name) => `${name} = "1"\n`).join("")}`,
  "src/main.rs": `fn main() {\n${crates.map((name) => `    println!("${name} {}", ${name}::SAID);\n`).join("")}}\n`,
};

describeIsolated(
  "a crate's build script, or rustc, that looks at crates which it does not depend on, or at the project",
  () => {
    test("is compiled each time, and it is said why", async () => {
      const neighbour = publishedCrate("neighbour", "", { "note.txt": "a note" });
      using project = tempProject(app, {
        crates: [neighbour, publishedCrate("added"), ...seekers, ...others],
      });
      project.lock();
      const first = await project.gantry(["run", "-q"]);
      expect(first.out).toContain("prober false\n");
      project.edit("Cargo.toml", 'neighbour = "1"', 'neighbour = "1"\nadded = "1"');
      project.lock();
      const second = await project.gantry(["build", "--log-format", "json"]);
      expect(second.status, second.err).toBe(0);
      expect(compiledUnits(second.events)["app-deps"]?.filter((unit) => !unit.startsWith("app "))).toEqual(
        ["added lib build", ...seekers.map((each) => `${each.name} lib build`)].sort(),
      );
      const why = await project.gantry(["why"]);
      const reasons = why.out
        .split("\n")
        .flatMap((line) => /each time, since (it looks for .*)/.exec(line)?.[1] ?? []);
      const missing = ", which its key does not hold";
      expect([...new Set(reasons)].sort()).toEqual([
        `it looks for \`/build/vendor/added-1.0.0\`${missing}`,
        `it looks for \`/build/vendor/neighbour-1.0.0/note.txt\`${missing}`,
        `it looks for \`/build/vendor\`${missing}`,
        `it looks for \`Cargo.toml\` in the project${missing}`,
      ]);
      const ran = await project.gantry(["run", "-q"]);
      expect(ran.out).toMatch(/^lister added-1.0.0,.*\n.*\nprober true\nhoming 16\n/);
    });
  },
);
