import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type TempProject, tempProject } from "../../rig/tempProject.ts";
import { descriptions } from "./descriptions.ts";

const golden = join(import.meta.dirname, "../../golden/flake");
const projects: TempProject[] = [];
afterAll(() => {
  for (const project of projects) project[Symbol.dispose]();
});

function projectOf(files: Readonly<Record<string, string>>, directory?: string): TempProject {
  const project = tempProject(files, directory === undefined ? {} : { directory });
  projects.push(project);
  execFileSync("git", ["init", "-q"], { cwd: project.root });
  return project;
}

async function ejected(project: TempProject, ...more: readonly string[]) {
  const ran = await project.gantry(["eject", "flake", "-q", "--color", "never", ...more]);
  return { status: ran.status, err: project.shown(ran.err).trim() };
}

describe("a description comes out as a flake that a person would have written", () => {
  test.concurrent.for(Object.entries(descriptions))("%s", async ([name, files], { expect }) => {
    const project = projectOf(files, name === "minimal" ? "elsewhere" : "project");
    expect(await ejected(project)).toEqual({ status: 0, err: "" });
    await expect(project.read("flake.nix")).toMatchFileSnapshot(join(golden, `${name}.nix`));
  });

  test("the example", async () => {
    const project = projectOf({});
    cpSync(join(import.meta.dirname, "../../../examples/parcels"), project.root, { recursive: true });
    expect(await ejected(project)).toEqual({ status: 0, err: "" });
    await expect(project.read("flake.nix")).toMatchFileSnapshot(join(golden, "parcels.nix"));
  });
});

const start = `import { defineProject, pkg } from "gantry";
export default defineProject(({ crane, fileset, path, pkgs, toolchains, tools }) => {
  const src = crane.cleanCargoSource(".");
`;

const unsayable = `
  const vague = crane.overrideToolchain(toolchains.stable("1.95"));
  const registry = crane.registryFromSparse({ indexUrl: "https://crates.example.org/index/" });
  const registries = crane.appendCrateRegistries([registry]);
  const flac = pkg({ name: "flac", names: { apt: "libflac-dev" } });
  return {
    packages: {
      filtered: crane.buildPackage({
        src: fileset.where((path) => path.endsWith(".rs")),
      }),
      here: crane.buildPackage({ src, env: { LIBCLANG_PATH: "/usr/lib/llvm-19/lib" } }),
      unnamed: crane.buildPackage({ src, buildInputs: [flac] }),
      unknown: crane.buildPackage({ src, nativeBuildInputs: [tools.crate("cargo-odd", "1.2.3")] }),
      copy: { ...crane.buildPackage({ src }) },
      stripped: crane.mkCargoDerivation({ src, buildPhaseCargoCommand: [{ type: "strip", prefixes: [] }] }),
      vague: vague.buildPackage({ src }),
      part: crane.buildPackage({ src, cargoVendorDir: crane.vendorCargoRegistries({ lockPackages: [] }) }),
      registries: registries.buildPackage({ src }),
    },
    checks: {
      young: crane.cooldown({ src, days: 14 }),
      scripts: crane.scriptPolicy({ src }),
      tests: crane.cargoNextest({ src, withArchive: true }),
      deny: crane.cargoDeny({ src, "advisory-db": path("db") }),
      fmt: crane.cargoFmt({ src, rustFmtExtraArgs: ["--config", "a=b"] }),
      outside: crane.cargoFmt({ src: path("../elsewhere"), pname: "outside" }),
      pattern: crane.cargoFmt({ src: fileset.include("src/!(gen)/*.rs"), pname: "pattern" }),
    },
  };
});
`;

test("what has no counterpart in a flake is refused with its place, all of it at once, and nothing is written", async () => {
  const project = projectOf({ ...descriptions.minimal, "gantry.config.ts": start + unsayable });
  const { status, err } = await ejected(project);
  expect(status).toBe(2);
  await expect(`${err}\n`).toMatchFileSnapshot(join(golden, "refused.txt"));
  expect(() => project.read("flake.nix")).toThrow();

  const returned =
    'return { packages: { default: crane.buildPackage({ src, env: { API_TOKEN: "hunter2hunter2" } }) } };';
  project.write("gantry.config.ts", `${start}  ${returned}\n});\n`);
  expect((await ejected(project)).err).toContain("error[secret-in-env]: `API_TOKEN` looks like a secret");
});

test("what the flake goes without is a comment, and a misspelt name is none", async () => {
  const project = projectOf(descriptions.minimal ?? {});
  const returned = (without: string) =>
    `${start}  return { packages: {}, checks: { fmt: crane.cargoFmt({ src }), young: crane.cooldown({ src }) }, flake: { without: ["${without}"] } };\n});\n`;
  project.write("gantry.config.ts", returned("checks.young"));
  expect(await ejected(project)).toEqual({ status: 0, err: "" });
  expect(project.read("flake.nix")).toContain("# Not here: young, which Gantry alone has.\n");
  project.write("gantry.config.ts", returned("checks.yuong"));
  const { status, err } = await ejected(project);
  expect({ status, err: err.split("\n").filter((line) => /^error|help/.test(line)) }).toMatchInlineSnapshot(`
    {
      "err": [
        "error[flake-unsayable]: \`flake.without\` names \`checks.yuong\`, which the project does not offer",
        "  = help: did you mean \`checks.young\`?",
        "error[flake-unsayable]: \`cooldown\` is a check of Gantry's own, and has no counterpart in a flake",
        "   = help: leave it out of the flake: return { …, flake: { without: ["checks.young"] } }, and say it in flake.local.nix",
      ],
      "status": 2,
    }
  `);
});

test("a package's description of several lines is one, and of several paragraphs the first", async () => {
  const project = projectOf(descriptions.minimal ?? {});
  project.edit(
    "Cargo.toml",
    "[package]\n",
    '[package]\ndescription = """\nA server that says\n  where parcels are.\n\nIt runs everywhere."""\n',
  );
  expect(await ejected(project)).toEqual({ status: 0, err: "" });
  expect(project.read("flake.nix")).toContain('description = "A server that says where parcels are.";\n');
});

test("an image on top of another one is refused, and can be left out", async () => {
  const project = projectOf(descriptions.minimal ?? {});
  const base = `registry.example.org/base@sha256:${"0".repeat(64)}`;
  const returned = (more: string) =>
    `${start}  const app = crane.buildPackage({ src });\n  return { packages: { default: app }, images: { app: crane.ociImage({ contents: [app], fromImage: "${base}" }) }${more} };\n});\n`;
  project.write("gantry.config.ts", returned(""));
  const { status, err } = await ejected(project);
  expect(status).toBe(2);
  expect(err).toContain("error[flake-unsayable]: `fromImage` of `ociImage` has no counterpart in a flake");
  project.write("gantry.config.ts", returned(', flake: { without: ["images.app"] }'));
  expect(await ejected(project)).toEqual({ status: 0, err: "" });
});

test("flake.local.nix is imported where it is, and the check says that the flake is stale", async () => {
  const project = projectOf(descriptions.minimal ?? {});
  expect(await ejected(project)).toEqual({ status: 0, err: "" });
  expect(await ejected(project, "--check")).toMatchObject({ status: 0 });
  project.write("flake.local.nix", "{ pkgs, hello, ... }: { packages.again = hello; }\n");
  const stale = await ejected(project, "--check");
  expect(stale.status).toBe(1);
  expect(stale.err).toContain("error[eject-stale]: `flake.nix` is not what the description says");
  expect(stale.err).toContain("+      lib.recursiveUpdateUntil (_: _: lib.isDerivation) described local");
  expect(stale.err).toContain("help: gantry eject flake");
  expect(await ejected(project)).toEqual({ status: 0, err: "" });
  await expect(project.read("flake.nix")).toMatchFileSnapshot(join(golden, "local.nix"));
});

test("a shell says the steps that nothing else offers after `let`, and hooks by git-hooks.nix", async () => {
  const project = projectOf(descriptions.minimal ?? {});
  const shells = `
  const dev = crane.cargoBuild({ src, pname: "dev", env: { DEV: "1" } });
  const hooks = crane.preCommit({ src, hooks: { rustfmt: true } });
  const young = crane.cooldown({ src, days: 14 });
  return {
    packages: { default: crane.buildPackage({ src }) },
    checks: { young },
    devShells: { default: crane.devShell({ inputsFrom: [dev, hooks, young] }), other: crane.devShell({ inputsFrom: [dev] }) },
    flake: { without: ["checks.young"] },
  };
});
`;
  project.write("gantry.config.ts", start + shells);
  expect(await ejected(project)).toEqual({ status: 0, err: "" });
  const flake = project.read("flake.nix");
  expect(flake).not.toContain("null ");
  expect(flake.match(/inputsFrom = \[[^\]]*\]/g)?.map((each) => each.replace(/\s+/g, " "))).toEqual([
    "inputsFrom = [ dev-build pre-commit-check ]",
    "inputsFrom = [ dev-build ]",
  ]);
  expect(flake).toMatch(/ dev-build = craneLib\.cargoBuild /);

  const copied = shells.replace("const dev = ", "const dev = { ...").replace('"1" } })', '"1" } }) }');
  project.write("gantry.config.ts", start + copied);
  const { status, err } = await ejected(project);
  expect(status).toBe(2);
  expect(err).toContain("`devShells.default.inputsFrom[0]` is not what a function of `crane` gave");
  expect(err).toContain("take it out of the shell, and say it in flake.local.nix");
});

test("flake.local.nix is told what it asks for and the flake does not have", async () => {
  const project = projectOf(descriptions.minimal ?? {});
  const given = async (text: string) => {
    project.write("flake.local.nix", text);
    return await ejected(project);
  };
  const { status, err } = await given("{ pkgs, craneLib, commonArgs, ... }:\n{ }\n");
  expect(status).toBe(2);
  expect(err).toContain(
    "error[flake-local]: `flake.local.nix` asks for `commonArgs`, which the flake does not have",
  );
  expect(err).toContain("flake.local.nix:1:19");
  expect(err).toContain("note: it has `inputs`, `system`, `pkgs`, `craneLib`");
  const passed = () => /import \.\/flake\.local\.nix (\{[^}]*\})/.exec(project.read("flake.nix"))?.[1];
  expect(await given("{ lib, self, crane, commonArgs ? { } }: { }\n")).toEqual({ status: 0, err: "" });
  expect(passed()?.replace(/\s+/g, " ")).toBe("{ inherit lib self crane; }");
  expect((await given("{ packages = { }; }\n")).err).toContain(
    "error[flake-local]: `flake.local.nix` is no function",
  );
  expect((await given("{ pkgs, ... ")).err).toContain("error[nix-syntax]: `flake.local.nix` cannot be read");
});

test("a project without a configuration has a flake, too", async () => {
  const { "gantry.config.ts": _, ...files } = descriptions.minimal ?? {};
  const project = projectOf(files);
  expect(await ejected(project)).toEqual({ status: 0, err: "" });
  await expect(project.read("flake.nix")).toMatchFileSnapshot(join(golden, "unconfigured.nix"));
});
