import { chmodSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { expectWhole } from "../rig/expectWhole.ts";
import type { EventLine } from "../rig/gantry.ts";
import type { TempProject } from "../rig/tempProject.ts";
import { files, sleepingScript, slowProject } from "./slowProject.ts";

const shared = slowProject();
afterAll(() => shared[Symbol.dispose]());

const json = ["build", "--log-format", "json"];

type How = {
  /** When Ctrl-C comes. */
  readonly at: (event: EventLine) => boolean;
  /** How long after that, in milliseconds. Default: at once. */
  readonly after?: number;
  readonly env?: Readonly<Record<string, string>>;
};

/**
 * Presses Ctrl-C in the middle of a build; expects that it ends at once, says why, and leaves nothing behind.
 */
async function interrupt(
  project: TempProject,
  { at, after = 0, env = {} }: How,
): Promise<readonly EventLine[]> {
  const running = project.start(json, { env });
  await running.event(at);
  await new Promise((resolve) => setTimeout(resolve, after));
  const pressed = performance.now();
  running.kill("SIGINT");
  const { status, signal, err, events } = await running.ended;
  // The scripts and hooks that it ends would take hours.
  expect(performance.now() - pressed).toBeLessThan(15_000);
  const last = events.findLast((event) => event.type === "diagnostic");
  expect({ status, signal, err, last }).toEqual({
    status: 130,
    signal: null,
    err: "",
    last: {
      type: "diagnostic",
      level: "error",
      code: "interrupted",
      message: "interrupted",
      notes: ["what was finished is kept, and the next build goes on from there"],
      help: [],
      causes: [],
    },
  });
  await expectWhole(project);
  return events;
}

/** The next build, which must succeed: what it still compiles. */
async function compilesThen(project: TempProject): Promise<Record<string, string[]>> {
  const ran = await project.gantry(json);
  expect(ran.status, ran.out + ran.err).toBe(0);
  return compiledUnits(ran.events);
}

test("while the toolchain is read", async () => {
  using project = slowProject();
  await interrupt(project, { at: ({ type, what }) => type === "progress" && what === "hash" });
});

describeIsolated("Ctrl-C in a build", () => {
  beforeAll(async () => void (await shared.gantry(["build"])));

  test("while crates are fetched", async () => {
    using project = slowProject({ "Cargo.toml": `${files["Cargo.toml"]}last = "1"\n` }, shared.store);
    const bin = join(dirname(project.root), "bin");
    project.write("../bin/cargo", "#!/bin/sh\nexec sleep 7251\n");
    chmodSync(join(bin, "cargo"), 0o755);
    rmSync(join(project.home, "registry"), { recursive: true });
    const env = { PATH: `${bin}:${process.env.PATH}` };
    await interrupt(project, { at: ({ type, what }) => type === "progress" && what === "fetch", env });
  });

  test.each([0, 10, 25, 50])("while Cargo plans, %i ms after the step began", async (after) => {
    using project = slowProject({ "src/main.rs": `fn main() {}\n// ${after}\n` }, shared.store);
    await interrupt(project, { at: ({ type, name }) => type === "step-started" && name === "app", after });
    expect(await compilesThen(project)).toEqual({ app: ["app bin build"] });
  });

  test("while a dependency is compiled: those that were finished are kept", async () => {
    const manifest = `${files["Cargo.toml"]}last = "1"\n`;
    using project = slowProject({ "Cargo.toml": manifest }, shared.store);
    await interrupt(project, { at: isCompiled("slow", "custom-build"), after: 200 });
    expect(await compilesThen(project)).toEqual({
      "app-deps": ["last lib build", "slow lib build"],
      app: ["app bin build"],
    });
  });

  test("while the project is compiled", async () => {
    using project = slowProject({ "build.rs": sleepingScript(7252) }, shared.store);
    await interrupt(project, { at: isCompiled("app", "custom-build"), after: 200 });
    rmSync(join(project.root, "build.rs"));
    expect(await compilesThen(project)).toEqual({});
  });

  test("while a test prints without end", async () => {
    const main = `fn main() {}
#[test]
fn prints() { std::process::Command::new("yes").status().unwrap(); }
`;
    const text = `export default ({ crane }) => {
  const src = crane.cleanCargoSource(".");
  return { packages: { default: crane.buildPackage({ src, doCheck: true }) } };
};
`;
    using project = slowProject({ "gantry.config.ts": text, "src/main.rs": main }, shared.store);
    await interrupt(project, { at: ({ type, line }) => type === "output" && line === "y", after: 300 });
  });

  test("while a hook installs", async () => {
    const configuration = (preInstall: string): string => `export default ({ crane }) => {
  const src = crane.cleanCargoSource(".");
  return { packages: { default: crane.buildPackage({ src, doCheck: false, preInstall: "${preInstall}" }) } };
};
`;
    const text = configuration("echo installing; sleep 7253");
    using project = slowProject({ "gantry.config.ts": text, "src/main.rs": "fn main() {}\n" }, shared.store);
    await interrupt(project, {
      at: ({ type, line }) => type === "output" && line === "installing",
      after: 100,
    });
    project.write("gantry.config.ts", configuration("echo installing"));
    expect(await compilesThen(project)).toEqual({});
  });
});

test("what a person sees", async () => {
  using project = slowProject({ "build.rs": sleepingScript(7254) }, shared.store);
  const running = project.start(["build", "--log-format", "plain"]);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  running.kill("SIGINT");
  const { status, err } = await running.ended;
  expect(`${status}\n${err.slice(err.indexOf("error["))}`).toBe(`130
error[interrupted]: interrupted
  = note: what was finished is kept, and the next build goes on from there
`);
});

function isCompiled(name: string, target: string): (event: EventLine) => boolean {
  return (event) =>
    event.type === "unit" && event.package === name && event.target === target && event.status === "compiled";
}
