import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileset } from "../../../src/crane/arguments/sources.ts";
import type { Lib } from "../../../src/crane/mkLib.ts";
import { pkgs } from "../../../src/crane/pkgs/pkgs.ts";
import { defaultProject, type Project } from "../../../src/crane/project.ts";
import { exampleConfiguration } from "../../../src/engine/explain/inConfiguration.ts";
import { libOf } from "../../crane/lib.ts";

/** What a configuration describes. */
async function described(text: string, crane: Lib): Promise<Project> {
  const code = text.replace(/^import .*$/m, "const defineProject = (definition) => definition;");
  const { default: definition } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  return definition({ crane, fileset, pkgs });
}

/** All of its steps, as data. */
function stepsOf({ packages, checks }: Project): unknown {
  return JSON.parse(JSON.stringify({ packages, checks }));
}

test.each([
  ["", []],
  ["with native packages", [pkgs.zlib, pkgs.pkgConfig]],
] as const)(
  "what an error tells to write describes what there is without a configuration %s",
  async (_, native) => {
    const declarations = native.length > 0 ? ["nativeBuildInputs: [pkgs.zlib, pkgs.pkgConfig]"] : [];
    const crane = libOf();
    const written = await described(exampleConfiguration(declarations), crane);
    expect(stepsOf(written)).toEqual(stepsOf(defaultProject(crane, native)));
  },
);

test("it is what the documentation shows", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/configuration.md"), "utf8");
  expect(page).toContain(`\`\`\`ts\n${exampleConfiguration([])}\n\`\`\`\n`);
});
