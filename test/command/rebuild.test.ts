import { afterAll, beforeAll, expect, test } from "vitest";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

const clock = publishedCrate("clock", "", {
  "build.rs": `fn main() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    let at = std::path::Path::new(&std::env::var("OUT_DIR").unwrap()).join("now.rs");
    std::fs::write(at, format!("pub const NOW: u128 = {now};")).unwrap();
}
`,
  "src/lib.rs": 'include!(concat!(env!("OUT_DIR"), "/now.rs"));\n',
});
/** Its build script leaves what those with autocfg 1.4 leave: a file whose name is random, as the order of a `HashSet` is. */
const steady = publishedCrate("steady", "", {
  "build.rs": `fn main() {
    let set: std::collections::HashSet<u64> = (0..256).collect();
    let random = set.into_iter().fold(0u64, |sum, each| sum.wrapping_mul(31) ^ each);
    let at = std::path::Path::new(&std::env::var("OUT_DIR").unwrap()).join(format!("autocfg_{random:016x}_0.ll"));
    std::fs::write(at, format!("; {random}")).unwrap();
}
`,
  "src/lib.rs": "pub const NOW: u128 = 1;\n",
});

const manifest = (dependency: string) =>
  `[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2024"\n\n[dependencies]\n${dependency} = "1"\n`;
const modules = ["a", "b", "c", "d", "e"];
const main = (dependency: string) =>
  `${modules.map((each) => `mod ${each};\n`).join("")}fn main() {\n    println!("{}", ${dependency}::NOW);\n}\n`;
const project = tempProject(
  {
    ...{ "Cargo.toml": manifest("steady"), "src/main.rs": main("steady") },
    // Cargo notes the files of a program in the order of a hash map.
    ...Object.fromEntries(modules.map((each) => [`src/${each}.rs`, ""])),
  },
  { crates: [clock, steady] },
);

beforeAll(() => project.lock());
afterAll(() => project[Symbol.dispose]());

async function build(...args: readonly string[]) {
  const { status, events } = await project.gantry(["build", "--log-format", "json", ...args]);
  const errors = events.filter(({ type, level }) => type === "diagnostic" && level === "error");
  return {
    status,
    errors: errors.map(({ message, notes }) => ({ message, notes })),
    compiled: compiledUnits(events),
  };
}

const everything = {
  "tiny-deps": ["steady custom-build build", "steady lib build"],
  tiny: ["tiny bin build"],
};

test("`--rebuild` compiles all again, the dependencies too, and finds the same bytes", async () => {
  expect(await build()).toEqual({ status: 0, errors: [], compiled: everything });
  expect(await build()).toEqual({ status: 0, errors: [], compiled: {} });
  expect(await build("--rebuild")).toEqual({ status: 0, errors: [], compiled: everything });
});

test("`--rebuild` names the units that came out otherwise", async () => {
  project.write("Cargo.toml", manifest("clock"));
  project.write("src/main.rs", main("clock"));
  project.lock();
  expect((await build()).status).toBe(0);
  expect(await build("--rebuild")).toMatchObject({
    status: 1,
    errors: [
      {
        message: "`tiny-deps` gave another result than before",
        notes: expect.arrayContaining([
          "the unit `clock 1.0.0` (lib) differs",
          "what the build script of `clock 1.0.0` left differs",
        ]),
      },
    ],
  });
});
