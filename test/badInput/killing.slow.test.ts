import { dirname } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { expectWhole } from "../rig/expectWhole.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { survivors } from "../rig/survivors.ts";
import { tempProject } from "../rig/tempProject.ts";
import { sleepingScript, slowProject } from "./slowProject.ts";

const names = ["one", "two", "three", "four"];
const crates = names.map((name, index) =>
  publishedCrate(name, index === 0 ? "" : `[dependencies]\n${names[index - 1]} = "1"\n`, {
    "build.rs": "fn main() {}\n",
  }),
);
const project = tempProject(
  {
    "Cargo.toml":
      '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nfour = "1"\n',
    "src/main.rs": "fn main() {}\n",
  },
  { crates },
);

/** Makes everything be compiled anew, and what comes out the same. */
function configure(round: number): void {
  project.write(
    "gantry.config.ts",
    `export default ({ crane }) => {
  const src = crane.cleanCargoSource(".");
  return { packages: { default: crane.buildPackage({ src, doCheck: false, env: { ROUND: "${round}" } }) } };
};
`,
  );
}

async function build(): Promise<{ output: string; compiled: string[] }> {
  const ran = await project.gantry(["build", "--log-format", "json"]);
  expect(ran.status, ran.out + ran.err).toBe(0);
  return { output: outputOf(ran.out), compiled: compiledIn(ran.events) };
}

function outputOf(text: string): string {
  return /trees\/([0-9a-f]{64})/.exec(text)?.[1] ?? "none";
}

function compiledIn(events: Parameters<typeof compiledUnits>[0]): string[] {
  return Object.values(compiledUnits(events)).flat().sort();
}

afterAll(() => project[Symbol.dispose]());

describeIsolated("SIGKILL", () => {
  let whole: { output: string; compiled: string[] } | undefined;
  let usual = 0;

  beforeAll(async () => {
    project.lock();
    configure(0);
    await build();
    configure(1);
    const began = performance.now();
    whole = await build();
    usual = performance.now() - began;
  });

  // Spread over the time that a build takes: start, planning, compiling, keeping, installing.
  test.each([2, 3, 4, 5, 6, 7, 8, 9])("%i tenths into a build", async (tenth) => {
    configure(tenth);
    const running = project.start(["build", "--log-format", "json"]);
    await new Promise((resolve) => setTimeout(resolve, (usual * tenth) / 10));
    running.kill("SIGKILL");
    const killed = await running.ended;
    expect(await survivors(dirname(project.root))).toEqual([]);
    const next = await build();
    expect(next.output).toBe(whole?.output);
    // A step's units are kept when it ends.
    const ended = killed.events.some((event) => event.type === "step" && event.status === "built");
    expect(ended ? ["app bin build"] : whole?.compiled).toEqual(expect.arrayContaining(next.compiled));
    await expectWhole(project);
  });

  // A build that goes on without Gantry would do so for half a minute.
  test("while a sandbox is set up, nothing goes on", async () => {
    using slow = slowProject({ "build.rs": sleepingScript(30) }, project.store);
    for (let delay = 0; delay <= 120; delay += 8) {
      const running = slow.start(["build", "--log-format", "json"]);
      await running.event(({ type, name }) => type === "step-started" && name === "app");
      await new Promise((resolve) => setTimeout(resolve, delay));
      running.kill("SIGKILL");
      await running.ended;
      expect(await survivors(project.store), `${delay} ms after the step began`).toEqual([]);
    }
  });
});
