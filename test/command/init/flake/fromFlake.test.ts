import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { proposalFrom } from "../../../../src/command/init/flake/proposal.ts";
import { descriptions } from "../../../eject/flake/descriptions.ts";
import { tempProject } from "../../../rig/tempProject.ts";
import { shapes } from "./shapes.ts";

const golden = join(import.meta.dirname, "../../../golden");

function projectOf(files: Readonly<Record<string, string>>) {
  const project = tempProject({ ".git/HEAD": "ref: refs/heads/main\n", ...files });
  onTestFinished(() => project[Symbol.dispose]());
  return project;
}

/** What a configuration cannot know of the one that a flake came from. */
const otherwise: Readonly<Record<string, (flake: string) => string>> = {
  // A check that Gantry alone has.
  checks: (flake) => flake.replace(/^ *# Not here: .*\n/m, ""),
  // A layer that Crane made by itself, which has a name in the flake.
  forms: (flake) => flake.replaceAll("chainedBuildArgs", "chainedAllDepsArgs"),
};

test.concurrent.for(Object.entries(descriptions))(
  "a flake that Gantry ejected comes back as a description of the same flake: %s",
  async ([name, files], { expect, onTestFinished }) => {
    const flake = readFileSync(join(golden, `flake/${name}.nix`), "utf8");
    const directory = name === "minimal" ? "elsewhere" : "project";
    const project = tempProject(
      { ".git/HEAD": "ref: refs/heads/main\n", ...files, "flake.nix": flake },
      { directory },
    );
    onTestFinished(() => project[Symbol.dispose]());
    const proposal = proposalFrom({
      read: (path) => (existsSync(join(project.root, path)) ? project.read(path) : undefined),
      exists: (path) => existsSync(join(project.root, path)),
    });
    expect(proposal.ok && proposal.value.left).toEqual([]);
    project.write("gantry.config.ts", proposal.ok ? proposal.value.text : "");
    const again = await project.gantry(["eject", "flake", "-q"]);
    expect([again.status, again.err]).toEqual([0, ""]);
    expect(project.read("flake.nix")).toBe(otherwise[name]?.(flake) ?? flake);
  },
);

test.concurrent.for(Object.entries(shapes))(
  "common forms give a configuration that Gantry takes, and a list of what it leaves: %s",
  async ([name, files], { expect, onTestFinished }) => {
    const project = tempProject({ ".git/HEAD": "ref: refs/heads/main\n", ...files });
    onTestFinished(() => project[Symbol.dispose]());
    const ran = await project.gantry(["init", "--from-flake"]);
    expect(ran.status).toBe(0);
    const left = ran.err.split("\n").filter((line) => /^ +Left /.test(line));
    const text = project.read("gantry.config.ts");
    await expect(`${text}\n${left.map((line) => `// ${line.trim()}\n`).join("")}`).toMatchFileSnapshot(
      join(golden, `fromFlake/${name}.ts.txt`),
    );
    const shown = await project.gantry(["show", "--color", "never"]);
    expect([shown.status, shown.status === 0 ? "" : shown.err]).toEqual([0, ""]);
  },
);

test("the flake stays as it is, and a dry run writes nothing", async () => {
  const files = shapes.older ?? {};
  const project = projectOf(files);
  const ran = await project.gantry(["init", "--from-flake", "--dry-run"]);
  expect(ran.status).toBe(0);
  expect(ran.out).toContain("+++ b/gantry.config.ts");
  expect(existsSync(join(project.root, "gantry.config.ts"))).toBe(false);
  expect(project.read("flake.nix")).toBe(files["flake.nix"]);
});

const minimal = descriptions.minimal ?? {};
const { "gantry.config.ts": _, ...unconfigured } = minimal;

test.for([
  ["there is no flake", unconfigured, "flake-missing"],
  ["there is a configuration", { ...minimal, "flake.nix": "{ }" }, "init-configured"],
  ["the flake is no Nix", { ...unconfigured, "flake.nix": "{ outputs = " }, "nix-syntax"],
  ["it has no outputs", { ...unconfigured, "flake.nix": "{ }" }, "flake-unread"],
  [
    "it imports what is not there",
    { ...unconfigured, "flake.nix": "{ outputs = _: import ./nix; }" },
    "flake-unread",
  ],
  [
    "its functions never end",
    { ...unconfigured, "flake.nix": "{ outputs = let f = x: f x; in f; }" },
    "flake-unread",
  ],
  [
    "it imports itself",
    { ...unconfigured, "flake.nix": "{ outputs = _: import ./x.nix; }", "x.nix": "import ./x.nix" },
    "flake-unread",
  ],
  [
    "it is nested too deeply",
    { ...unconfigured, "flake.nix": `{ outputs = _:\n${"(".repeat(20_000)}1${")".repeat(20_000)}; }` },
    "nix-syntax",
  ],
  [
    "it has nothing of Crane's",
    { ...unconfigured, "flake.nix": "{ outputs = _: { packages.x86_64-linux.default = derivation { }; }; }" },
    "flake-foreign",
  ],
] as const)("refused, and nothing is written: %s", async ([, files, code], { expect }) => {
  const project = projectOf(files);
  const ran = await project.gantry(["init", "--from-flake", "--color", "never"]);
  expect([ran.status, ran.err.match(/error\[([\w-]+)\]/)?.[1]]).toEqual([2, code]);
  expect(project.shown(ran.err).slice(project.shown(ran.err).indexOf("error"))).toMatchSnapshot();
  expect(existsSync(join(project.root, ".gantry"))).toBe(false);
});
