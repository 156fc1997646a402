import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { debianPackages } from "../fetch/native/debianPackages.ts";
import { tempProject } from "../rig/tempProject.ts";
import { advice } from "./advice.ts";
import { type CheatProject, cheatProject } from "./cheatProject.ts";
import { describeIsolated } from "./describeIsolated.ts";
import { followAdvice } from "./followAdvice.ts";

/** What is said the first time, the second, and so on, until it builds. */
async function helpsUntilBuilt(project: CheatProject, cheat: string): Promise<string[]> {
  const helps: string[] = [];
  for (;;) {
    const ran = await project.cheat("build script", cheat);
    if (ran.status === 0) return helps;
    const said = advice(ran);
    helps.push(...said.help.map(String));
    if (helps.length > 5) throw new Error(`no end of advice:\n${helps.join("\n")}`);
    followAdvice(project, said);
  }
}

describeIsolated("who does what the error says can build", () => {
  let seed: CheatProject;
  beforeAll(async () => {
    seed = cheatProject();
    const host = await debianPackages("pkg-config", "zlib1g-dev");
    if (host !== true) throw new Error(host);
  });
  afterAll(() => seed[Symbol.dispose]());

  test.each(["include zlib.h", "link z"])("%s", async (cheat) => {
    using project = cheatProject({ store: seed.store });
    expect(await helpsUntilBuilt(project, cheat)).toEqual([
      "in `gantry.config.ts`: buildInputs: [pkgs.zlib]",
    ]);
  });

  test("pkg-config zlib", async () => {
    using project = cheatProject({ store: seed.store });
    expect(await helpsUntilBuilt(project, "pkg-config zlib")).toEqual([
      "in `gantry.config.ts`: nativeBuildInputs: [pkgs.pkgConfig]",
      "in `gantry.config.ts`: buildInputs: [pkgs.zlib]",
    ]);
  });

  test("variable GANTRY_SECRET", async () => {
    using project = cheatProject({ store: seed.store });
    expect(await helpsUntilBuilt(project, "variable GANTRY_SECRET")).toEqual([
      'in `gantry.config.ts`: env: { GANTRY_SECRET: "…" }',
    ]);
  });

  test("without a configuration, by writing the file that is shown", async () => {
    using project = cheatProject({ store: seed.store });
    rmSync(`${project.root}/gantry.config.ts`);
    expect(await helpsUntilBuilt(project, "include zlib.h")).toEqual([
      expect.stringMatching(
        /^write `gantry\.config\.ts` beside `Cargo\.toml`:\nimport .* buildInputs: \[pkgs\.zlib\] /s,
      ),
    ]);
    const checked = await project.gantry(["check", "test"]);
    expect(checked.status, checked.err).toBe(0);
  });

  test("a file that the filter drops", async () => {
    using project = tempProject({
      "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
      "src/main.rs": 'fn main() {\n    print!("{}", include_str!("../migrations/0001.sql"));\n}\n',
      "migrations/0001.sql": "create table parcels (id integer);\n",
      "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset }) => {
  const common = { src: crane.cleanCargoSource(".") };
  return { packages: { default: crane.buildPackage({ ...common, doCheck: false }) } };
});
`,
    });
    project.lock();
    const said = advice(await project.gantry(["build", "--log-format", "json"]));
    expect(said).toEqual({
      code: "file-filtered",
      notes: ["it exists on disk, but only what the filter keeps reaches a build"],
      help: [
        'in `gantry.config.ts`: src: fileset.union(crane.cleanCargoSource("."), fileset.include("migrations/**"))',
      ],
    });
    followAdvice(project, said);
    const ran = await project.gantry(["run", "--log-format", "plain"]);
    expect({ status: ran.status, out: ran.out }, ran.err).toEqual({
      status: 0,
      out: "create table parcels (id integer);\n",
    });
  });
});
