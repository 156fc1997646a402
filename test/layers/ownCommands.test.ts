import { afterAll, expect, test } from "vitest";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { tempProject } from "../rig/tempProject.ts";

const project = tempProject({
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
  "src/lib.rs": "/// ```\n/// assert_eq!(app::two(), 2);\n/// ```\npub fn two() -> u32 {\n    2\n}\n",
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane }) => {
  const src = crane.cleanCargoSource(".");
  const run = (name: string, argv: string[]) => ({ type: "run" as const, name, argv });
  const command = (argv: string[], more = {}) =>
    crane.mkCargoDerivation({ src, buildPhaseCargoCommand: [run("own", argv)], ...more });
  return {
    packages: { default: command(["cargo", "build", "--locked", "--release"]) },
    checks: {
      dummy: command(["cargo", "build", "--locked"], { sourceInput: crane.mkDummySrc({ src }) }),
      noRun: crane.cargoTest({ src, cargoTestExtraArgs: ["--no-run"] }),
      doc: crane.cargoTest({ src, cargoTestExtraArgs: ["--doc"] }),
    },
  };
});
`,
});
afterAll(() => project[Symbol.dispose]());

async function gantry(...args: string[]) {
  const ran = await project.gantry([...args, "--log-format", "json"]);
  expect(ran.status, ran.out + ran.err).toBe(0);
  return ran;
}

test("a step of the configuration's own commands has a target directory, which is empty", async () => {
  project.lock();
  expect((await gantry("build")).out).toContain("Compiling app v0.1.0");
  expect((await gantry("check", "dummy")).out).toContain("Compiling app v0.0.0");
});

test("tests that are only compiled are, and those in comments run", async () => {
  expect(compiledUnits((await gantry("check", "noRun")).events)).toEqual({
    "app-test": ["app lib build", "app lib test"],
  });
  expect((await gantry("check", "doc")).out).toContain("test result: ok. 1 passed");
});
