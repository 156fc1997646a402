import { mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { lockText } from "../rig/lockText.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";
import { saying } from "./saying.ts";

/** The first file that a build script of the crate `giver` left in its `OUT_DIR`. */
const given = `fs::read_dir(Path::new(&env::var("OUT_DIR").unwrap()).join("../.."))
    .unwrap()
    .filter_map(|each| fs::read_to_string(each.unwrap().path().join("out/given")).ok())
    .next()
    .unwrap_or("nothing".into())`;

const gives =
  '{ fs::write(Path::new(&env::var("OUT_DIR").unwrap()).join("given"), "given").unwrap(); String::new() }';

const passed = 'fs::read_to_string("/tmp/passed").unwrap_or("nothing".into())';
const passes = '{ fs::write("/tmp/passed", "passed").unwrap(); String::new() }';

const manifest = (crates: readonly string[]) => `[package]
name = "app"
version = "0.1.0"
edition = "2021"

[dependencies]
${crates.map((name) => `${name} = "1"\n`).join("")}`;

const main = (crates: readonly string[]) =>
  `fn main() {\n${crates.map((name) => `    println!("${name} {}", ${name}::SAID);\n`).join("")}}\n`;

describeIsolated("in a layer, a crate's build script", () => {
  test("that reads what one of another crate left is run each time, and it is said why", async () => {
    const crates = [saying("giver", gives), saying("taker", given), publishedCrate("added")];
    using project = tempProject(
      { "Cargo.toml": manifest(["giver"]), "src/main.rs": "fn main() {}\n" },
      { crates },
    );
    project.lock();
    const first = await project.gantry(["build"]);
    expect(first.status, first.err).toBe(0);
    project.write("Cargo.toml", manifest(["giver", "taker"]));
    project.write("src/main.rs", main(["taker"]));
    project.lock();
    expect((await project.gantry(["run", "-q"])).out).toBe("taker given\n");
    const why = await project.gantry(["why"]);
    expect(why.out).toMatch(
      /each time, since it read `[^`]*\/giver-[^`]*\/given`, of a unit that it does not depend on/,
    );
    project.write("Cargo.toml", manifest(["added", "taker"]));
    project.lock();
    expect((await project.gantry(["run", "-q"])).out).toBe("taker nothing\n");
  });

  test("that leaves a file for others is run each time, so that these find it", async () => {
    const finder = saying("finder", passed, '[build-dependencies]\nleaver = "1"\n');
    using project = tempProject(
      { "Cargo.toml": manifest(["leaver"]), "src/main.rs": "fn main() {}\n" },
      { crates: [saying("leaver", passes), finder] },
    );
    project.lock();
    const first = await project.gantry(["build"]);
    expect(first.status, first.err).toBe(0);
    project.write("Cargo.toml", manifest(["leaver", "finder"]));
    project.write("src/main.rs", main(["finder"]));
    project.lock();
    expect((await project.gantry(["run", "-q"])).out).toBe("finder passed\n");
    expect((await project.gantry(["why"])).out).toContain(
      "each time, since it left `/tmp/passed`, which would be missing if it did not run",
    );
  });

  test("that looks where Cargo runs, as a shell does, is kept, also below the project's root", async () => {
    const looker = saying(
      "looker",
      'std::process::Command::new("sh").args(["-c", "echo looked"]).output().map(|said| String::from_utf8(said.stdout).unwrap()).unwrap()',
    );
    const crates = [looker, publishedCrate("added")];
    using project = tempProject(
      {
        "rust/src/main.rs": main(["looker"]),
        "gantry.config.ts": `export default ({ crane }) => {
  const src = crane.cleanCargoSource("..");
  return { packages: { default: crane.buildPackage({ src, sourceRoot: "rust", doCheck: false }) } };
};
`,
      },
      { crates },
    );
    mkdirSync(`${project.root}/.git`);
    const depends = (names: readonly string[]) => {
      project.write("rust/Cargo.toml", manifest(names));
      project.write("rust/Cargo.lock", lockText([manifest(names)], crates));
    };
    depends(["looker"]);
    const first = await project.gantry(["-C", "rust", "build"]);
    expect(first.status, first.err).toBe(0);
    depends(["looker", "added"]);
    const second = await project.gantry(["-C", "rust", "build", "--log-format", "plain"]);
    expect(second.status, second.err).toBe(0);
    expect(second.err).toContain("Compiling added");
    expect(second.err).not.toContain("Compiling looker");
  });
});
