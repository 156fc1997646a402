import { afterAll, expect, test } from "vitest";
import { tempProject } from "../rig/tempProject.ts";

const says = (text: string) => `fn main() {\n    println!("${text}");\n}\n`;
const project = tempProject({
  "Cargo.toml":
    '[package]\nname = "tool"\nversion = "0.1.0"\nedition = "2021"\ndefault-run = "second"\nrust-version = "1.999"\n\n[features]\nloud = []\n',
  "src/main.rs": says("main"),
  "src/bin/second.rs":
    'fn main() {\n    println!("second{}", if cfg!(feature = "loud") { "!" } else { "" });\n}\n',
});
project.lock();
afterAll(() => project[Symbol.dispose]());

const configuration = `import { defineProject } from "gantry";
export default defineProject(({ crane }) => ({
  packages: { default: crane.buildPackage({ src: crane.cleanCargoSource("."), doCheck: false }) },
}));
`;

async function run(...words: readonly string[]) {
  const { status, out, err } = await project.gantry(["run", "-q", ...words]);
  return status === 0 ? out : project.shown(err);
}

test("a package that wants a newer compiler is refused before a dependency is compiled, unless that is ignored", async () => {
  const { status, err } = await project.gantry(["build", "--log-format", "plain"]);
  expect([status, project.shown(err)]).toEqual([
    1,
    expect.stringMatching(
      /(?<!Failed tool-deps in <time>\n)error\[rust-version\]: the toolchain is older than a package/,
    ),
  ]);
  expect(await run("--ignore-rust-version")).toBe("second\n");
  project.edit("Cargo.toml", 'rust-version = "1.999"\n', "");
});

test("without a configuration, Cargo's options choose; of several programs `default-run` runs", async () => {
  expect([await run(), await run("-F", "loud"), await run("--bin", "tool", "--release")]).toEqual([
    "second\n",
    "second!\n",
    "main\n",
  ]);
  expect(await run("--target", "a", "--target", "b")).toContain(
    "error[usage]: `--target a` and `--target b` cannot stand together",
  );
  expect(await run("--release", "--profile", "dev")).toContain(
    "error[usage]: `--release` and `--profile dev` cannot stand together",
  );
});

test("with a configuration, a program is chosen of the output, and what is said there is told where to say it", async () => {
  project.write("gantry.config.ts", configuration);
  expect([await run(), await run("--bin", "tool")]).toEqual(["second\n", "main\n"]);
  expect(await run("--bin", "third")).toContain(
    "`tool` has no program `third`\n  = note: it has `second`, `tool`",
  );
  expect(await run("--features", "loud")).toBe(
    "error[selection-configured]: `gantry.config.ts` says what is built, and not `--features`\n" +
      "  = note: `--features` is for projects without a configuration\n" +
      '  = help: put it into the arguments of `crane.buildPackage` there: cargoExtraArgs: ["--locked", "--features", "loud"]\n',
  );
});

test.each(["", "../x", "-x"])("`--target %s` is said to be none", async (target) => {
  const { status, err } = await project.gantry(["build", `--target=${target}`]);
  expect([status, err]).toEqual([2, expect.stringContaining("names no target")]);
});
