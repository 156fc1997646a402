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

/** What is proposed for a flake with these attributes of a package, and what of it is left. */
function proposed(attributes: string, lets = "") {
  const flake = `{ outputs = { self, nixpkgs, crane }: let
  pkgs = nixpkgs.legacyPackages.x86_64-linux; lib = crane.mkLib pkgs; src = lib.cleanCargoSource ./.; ${lets}
in { packages.x86_64-linux.default = lib.buildPackage { inherit src; ${attributes} }; }; }`;
  const found = proposalFrom({
    read: (path) => ({ "flake.nix": flake, "Cargo.toml": '[package]\nname = "inn"\n' })[path],
    exists: () => false,
  });
  if (!found.ok) throw new Error(found.error.message);
  return { text: found.value.text, left: found.value.left.map(({ what }) => what) };
}

test.for([
  "self.rev or self.dirtyRev",
  'self.shortRev or "dirty"',
  'if self ? rev then self.rev else "dirty"',
  'self.sourceInfo.rev or "dirty"',
  "toString self.lastModified",
  "toString builtins.currentTime",
  'if builtins.getEnv "REV" == "" then "none" else "some"',
])("what differs by evaluation is left, and no constant: %s", (value) => {
  const { text, left } = proposed(`GIT_REV = ${value};`);
  expect(text).not.toContain("GIT_REV");
  expect(left).toEqual([expect.stringContaining("the variable `GIT_REV`")]);
});

test("a file of the project is named by its path where the source has it, and else left", () => {
  const hook = "postInstall = ''cp ${./README.md} $out/'';";
  const { text, left } = proposed(hook);
  expect(text).not.toContain("README");
  expect(left).toEqual([
    "`postInstall` of `buildPackage`: `./README.md` is not among the files of `src`: add it there, and name it by its path",
  ]);
  expect(proposed(hook.replace("README.md", "src/x.rs"))).toMatchObject({
    text: expect.stringContaining('postInstall: "cp src/x.rs $out/"'),
    left: [],
  });
});

test("a main program of another name than the package is left", () => {
  expect(proposed('meta.mainProgram = "inn";').left).toEqual([]);
  expect(proposed('meta.mainProgram = "innkeeper";').left).toEqual([
    "`meta.mainProgram`: `gantry run` starts the package's `default-run`, which Cargo.toml says",
  ]);
});

test("equal values of a function that is called for each output are one constant", () => {
  const flake = `{ outputs = { self, nixpkgs, crane }: let
  of = pkgs: rec { lib = crane.mkLib pkgs; src = lib.cleanCargoSource ./.; app = lib.buildPackage { inherit src; }; };
  each = f: { x86_64-linux = f nixpkgs.legacyPackages.x86_64-linux; };
in {
  packages = each (pkgs: { default = (of pkgs).app; });
  checks = each (pkgs: with of pkgs; { inherit app; fmt = lib.cargoFmt { inherit src; }; audit = lib.cargoAudit { inherit src; advisory-db = self.inputs.db; }; });
}; }`;
  const found = proposalFrom({
    read: (path) => (path === "flake.nix" ? flake : undefined),
    exists: () => false,
  });
  const text = found.ok ? found.value.text : "";
  expect(text.match(/^ {2}const .*$/gm)).toEqual([
    '  const src = crane.cleanCargoSource(".");',
    "  const app = crane.buildPackage({ src });",
    "  const checks = { app, fmt: crane.cargoFmt({ src }) };",
  ]);
  // A check of advisories without its database would have every command fail.
  expect(found.ok && found.value.left.map(({ what }) => what)).toContain(
    "`cargoAudit`: it is not taken over without its database of advisories",
  );
});

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
