import { expect, onTestFinished, test } from "vitest";
import { type TempProject, tempProject } from "../../rig/tempProject.ts";

const manifest = '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2024"\n';

function projectOf(main: string): TempProject {
  const project = tempProject({ "Cargo.toml": manifest, "src/main.rs": main });
  onTestFinished(() => project[Symbol.dispose]());
  project.lock();
  return project;
}

test("a build and the checks have the same keys before and after", async () => {
  const project = projectOf("fn main() {}\n");
  const keysOf = async (command: string) => {
    const { status, events } = await project.gantry([command, "--log-format", "json"]);
    const steps = events.filter(({ type }) => type === "step");
    expect(status).toBe(0);
    return { keys: steps.map(({ name, key }) => `${name} ${key}`).sort(), steps };
  };
  const [build, check] = [await keysOf("build"), await keysOf("check")];
  await project.gantry(["init", "--yes"]);
  const [builtAgain, checkedAgain] = [await keysOf("build"), await keysOf("check")];
  expect([builtAgain.keys, checkedAgain.keys]).toEqual([build.keys, check.keys]);
  expect([...builtAgain.steps, ...checkedAgain.steps].filter(({ status }) => status !== "cached")).toEqual(
    [],
  );
});

test("`--pedantic` adds the lints, and says which of them fire how often", async () => {
  const project = projectOf(
    'fn main() {\n    show(3);\n}\nfn show(n: u64) {\n    println!("{}", n);\n    let _ = (n as u32, n as u16);\n}\n',
  );
  const { status, out } = await project.gantry(["init", "--yes", "--pedantic"]);
  expect([status, out]).toEqual([
    0,
    `3 warnings of 2 lints:
  2  cast_possible_truncation
  1  uninlined_format_args

The check \`clippy\` fails until they are dealt with. To allow one for good, write below [lints.clippy]:
cast_possible_truncation = "allow"
`,
  ]);
  expect(project.read("Cargo.toml")).toBe(
    `${manifest}\n[lints.clippy]\npedantic = { level = "warn", priority = -1 }\n`,
  );
});
