import { afterAll, expect, test } from "vitest";
import { tempProject } from "../rig/tempProject.ts";

const manifest = (name: string, more: string) =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${more}`;
const dependency = 'dep = { path = "../dep"';

const project = tempProject({
  "Cargo.toml": '[workspace]\nmembers = ["app", "dep"]\nresolver = "2"\n',
  "app/Cargo.toml": manifest(
    "app",
    `[dependencies]\n${dependency} }\n[dev-dependencies]\n${dependency}, features = ["tests"] }\n`,
  ),
  "app/src/main.rs": 'fn main() {\n    println!("{}", dep::built_for());\n}\n',
  "app/tests/runs.rs":
    '#[test]\nfn runs() {\n    assert!(std::path::Path::new(env!("CARGO_BIN_EXE_app")).exists());\n}\n',
  "dep/Cargo.toml": manifest("dep", "[features]\ntests = []\n"),
  "dep/src/lib.rs":
    'pub fn built_for() -> &\'static str {\n    if cfg!(feature = "tests") { "tests" } else { "users" }\n}\n',
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane }) => ({
  packages: {
    default: crane.buildPackage({
      src: crane.cleanCargoSource("."),
      pname: "app",
    }),
  },
}));
`,
});
afterAll(() => project[Symbol.dispose]());

test("what is installed is what was built, though testing it compiled it with other features", async () => {
  project.lock();
  const ran = await project.gantry(["run", "--log-format", "plain"]);
  expect(ran.err).toContain("test runs ... ok");
  expect(ran.out).toBe("users\n");
});
