import { afterAll, beforeAll, expect, test } from "vitest";
import type { EventLine } from "../../rig/gantry.ts";
import { tempProject } from "../../rig/tempProject.ts";

const manifest = '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2024"\n';
// Neither formatted nor without warnings, and its test passes.
const project = tempProject({
  "Cargo.toml": manifest,
  "src/main.rs": "fn main() { let x = 1; }\n#[test]\nfn passes() {}\n",
});

beforeAll(() => project.lock());
afterAll(() => project[Symbol.dispose]());

async function check(...args: readonly string[]) {
  const { status, events } = await project.gantry(["check", "--log-format", "json", ...args]);
  const errors = events.filter(({ type, level }) => type === "diagnostic" && level === "error");
  const help = errors.flatMap((each) => (Array.isArray(each.help) ? each.help.map(String) : []));
  return {
    ...{ status, errors: errors.map(({ message }) => message), steps: stepsOf(events) },
    toGoOn: help.filter((each) => each.includes("--keep-going")),
  };
}

function stepsOf(events: readonly EventLine[]): Record<string, unknown> {
  const steps = events.filter(({ type, name }) => type === "step" && !String(name).endsWith("-deps"));
  return Object.fromEntries(steps.map(({ name, status }) => [String(name), status]));
}

const listed = async () => {
  const { out } = await project.gantry(["check", "--list"]);
  return out.split("\n").map((line) => line.split(/ {2,}/).slice(0, 2));
};

test("`--list` of what was never built runs nothing", async () => {
  expect(await listed()).toEqual([
    ["clippy", "would run"],
    ["fmt", "would run"],
    ["test", "would run"],
    [""],
  ]);
  expect((await project.gantry(["why"])).out).not.toContain("`tiny");
  const log = await project.gantry(["log", "clippy"]);
  expect(log.err).toContain("= help: run it, again if need be: gantry check clippy --rebuild\n");
});

test("with `--keep-going` every check comes to its end, and every failure is reported", async () => {
  expect(await check("--keep-going")).toEqual({
    status: 1,
    errors: ["`tiny-clippy` failed", "`tiny-fmt` failed"],
    steps: { "tiny-clippy": "failed", "tiny-fmt": "failed", "tiny-test": "built" },
    toGoOn: [],
  });
});

test("`--list` says which checks are cached: one that failed would run, and so would one whose files changed", async () => {
  expect(await listed()).toEqual([["clippy", "would run"], ["fmt", "would run"], ["test", "cached"], [""]]);
  project.edit("src/main.rs", "let x", "let  x");
  expect(await listed()).toEqual([
    ["clippy", "would run"],
    ["fmt", "would run"],
    ["test", "would run"],
    [""],
  ]);
  project.edit("src/main.rs", "let  x", "let x");
  expect((await listed())[2]).toEqual(["test", "cached"]);
});

test("what compilers say has their colours, the log has it without, and each warning once", async () => {
  const { err } = await project.gantry(["check", "clippy", "--log-format", "plain", "--color", "always"]);
  expect(err).toContain("\x1b[1m\x1b[91merror\x1b[0m\x1b[1m: unused variable: `x`\x1b[0m\n");
  const { out } = await project.gantry(["log", "tiny-clippy"]);
  expect(out.split("error: unused variable: `x`\n --> src/main.rs:1:17\n")).toHaveLength(2);
  expect(out).not.toContain("\x1b");
});

test("without it the first failure stops the others, which are no failures", async () => {
  project.edit(
    "src/main.rs",
    "passes() {}",
    "passes() {\n    loop { std::thread::sleep(std::time::Duration::from_secs(1)) }\n}",
  );
  const { status, errors, steps, toGoOn } = await check();
  expect(status).toBe(1);
  expect(
    errors.every((message) => ["`tiny-clippy` failed", "`tiny-fmt` failed"].includes(String(message))),
  ).toBe(true);
  expect(errors.length).toBeGreaterThan(0);
  expect(steps["tiny-test"]).not.toBe("failed");
  expect(toGoOn).toEqual([
    expect.stringMatching(
      /^(1 check was|2 checks were) stopped by it; to have all come to their end: gantry check --keep-going$/,
    ),
  ]);
});

test("a check that there is not is told before anything runs", async () => {
  expect(await check("fmt", "clipy")).toEqual({
    status: 2,
    errors: ["the project has no check `clipy`"],
    steps: {},
    toGoOn: [],
  });
});

test("`log` prints what failed, by the step's name or the check's", async () => {
  const byStep = await project.gantry(["log", "tiny-fmt"]);
  expect([byStep.status, byStep.out.split("\n")[0]]).toEqual([0, "Diff in /build/source/src/main.rs:1:"]);
  expect((await project.gantry(["log", "fmt"])).out).toBe(byStep.out);
});

test("what formatters say is shown with paths from the project's root", async () => {
  const { err } = await project.gantry(["check", "fmt", "--log-format", "plain"]);
  // Once: a log that was shown while it came is not shown again.
  expect(err.split("Diff in ")).toHaveLength(2);
  expect(err).toContain("Diff in src/main.rs:1:\n");
});

test("`log` of a step that there is not says which there are", async () => {
  const { status, err } = await project.gantry(["log", "tiny-clipy"]);
  expect([status, err]).toEqual([
    2,
    "error[step-unknown]: the project has no step `tiny-clipy`\n" +
      "  = note: its steps are `tiny-deps`, `tiny`, `tiny-clippy-deps`, `tiny-clippy`, `tiny-fmt`, `tiny-test-deps`, `tiny-test`\n" +
      "  = note: its outputs are `clippy`, `fmt`, `test`, `default`\n" +
      "  = help: did you mean `tiny-clippy`?\n",
  ]);
});

test("`log` of a step that did not run yet says so", async () => {
  const { status, err } = await project.gantry(["log", "default"]);
  expect([status, err]).toEqual([
    1,
    "error[log-missing]: there is no log of `tiny`\n" +
      "  = note: it has not run here yet\n" +
      "  = help: run it, again if need be: gantry build --rebuild\n",
  ]);
});

test("a configuration without checks is told of it, and one that says that there are none is not", async () => {
  const configuration = (checks: string) => `import { defineProject } from "gantry";

export default defineProject(({ crane }) => ({
  packages: { default: crane.buildPackage({ src: crane.cleanCargoSource(".") }) },${checks}
}));
`;
  project.write("gantry.config.ts", configuration(""));
  expect(await project.gantry(["check", "--log-format", "plain"])).toMatchObject({
    status: 0,
    err: expect.stringContaining("warning[no-checks]: `gantry.config.ts` declares no checks\n"),
  });
  project.write("gantry.config.ts", configuration(" checks: {},"));
  expect((await project.gantry(["check", "--log-format", "plain"])).err).not.toContain("warning");
});

test("a warning about the manifest, which each step that runs Cargo has, is told once, and none of a layer's stub", async () => {
  const configuration = `import { defineProject } from "gantry";
export default defineProject(({ crane }) => {
  const common = { src: crane.cleanCargoSource("."), env: { RUSTFLAGS: "-Wunused-crate-dependencies -Wmissing-docs" } };
  const cargoArtifacts = crane.buildDepsOnly(common);
  const test = crane.cargoTest({ ...common, cargoArtifacts });
  return { packages: { default: crane.buildPackage({ ...common, cargoArtifacts, doCheck: false }) }, checks: { test } };
});
`;
  const files = { "Cargo.toml": `${manifest}[badkey]\nx = 1\n`, "src/main.rs": "fn main() { let x = 1; }\n" };
  using warned = tempProject({ ...files, "gantry.config.ts": configuration }, { store: project.store });
  warned.lock();
  const { status, err } = await warned.gantry(["check"]);
  expect(status).toBe(0);
  const warnings = err.split("\n").filter((line) => line.startsWith("warning: "));
  expect(warnings).toEqual([
    "warning: unused manifest key: badkey",
    "warning: unused variable: `x`",
    "warning: missing documentation for the crate",
  ]);
});
