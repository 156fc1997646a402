import { afterAll, beforeAll, expect, test } from "vitest";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";

/** Its build script does not say what it reads, and so Cargo's fingerprints of its two runs are equal. */
const silent = publishedCrate("silent", "", {
  "build.rs": `fn main() {
    println!("cargo::rustc-env=LEVEL={}", std::env::var("OPT_LEVEL").unwrap());
}
`,
  "src/lib.rs": 'pub const LEVEL: &str = env!("LEVEL");\n',
});

/** A program which is compiled with optimisation, as its build script is not; both use `silent`. */
const twice = {
  "Cargo.toml": `[package]
name = "twice"
version = "0.1.0"
edition = "2021"

[dependencies]
silent = "1"

[build-dependencies]
silent = "1"
`,
  "build.rs": `fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=SCRIPT={}", silent::LEVEL);
}
`,
  "src/main.rs": 'fn main() {\n    println!("{} {}", env!("SCRIPT"), silent::LEVEL);\n}\n',
};

const project = tempProject(twice, { crates: [silent] });
afterAll(() => project[Symbol.dispose]());

/** What a build compiles, and what the program then prints. */
async function builds(of: TempProject): Promise<{ compiled: string[]; prints: string }> {
  const ran = await of.gantry(["build", "--log-format", "json"]);
  expect(ran.status, ran.out + ran.err).toBe(0);
  const { out } = await of.gantry(["run", "-q"]);
  return { compiled: Object.values(compiledUnits(ran.events)).flat(), prints: out.trim() };
}

const both = ["silent lib build", "silent lib build"];

beforeAll(async () => {
  project.lock();
  const { compiled, prints } = await builds(project);
  expect(compiled).toEqual([
    ...["silent custom-build build", ...both],
    ...["twice bin build", "twice custom-build build"],
  ]);
  expect(prints).toBe("0 3");
}, 120_000);

test("two runs of a build script that nothing tells apart are kept all the same", async () => {
  project.edit("src/main.rs", "fn main", "// edited\nfn main");
  expect(await builds(project)).toEqual({ compiled: ["twice bin build"], prints: "0 3" });
});

test("another project has one of them alone", async () => {
  const once = {
    ...twice,
    "Cargo.toml": twice["Cargo.toml"]
      .replace('[build-dependencies]\nsilent = "1"\n', "")
      .replace("twice", "once"),
    "build.rs": twice["build.rs"].replace("silent::LEVEL", '"none"'),
  };
  using other = tempProject(once, { crates: [silent], store: project.store });
  other.lock();
  expect(await builds(other)).toEqual({
    compiled: ["once bin build", "once custom-build build"],
    prints: "none 3",
  });
});

test("where one of them has to run again, so does the other", async () => {
  project.edit(
    "Cargo.toml",
    "[dependencies]",
    "[profile.release.build-override]\nopt-level = 1\n\n[dependencies]",
  );
  expect(await builds(project)).toEqual({
    compiled: [...["silent custom-build build", ...both], ...["twice bin build", "twice custom-build build"]],
    prints: "1 3",
  });
  project.edit("src/main.rs", "// edited", "// edited again");
  expect(await builds(project)).toEqual({ compiled: ["twice bin build"], prints: "1 3" });
});
