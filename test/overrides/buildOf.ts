import { execFileSync } from "node:child_process";
import { expect } from "vitest";
import { compiledUnits } from "../rig/compiledUnits.ts";
import type { TempProject } from "../rig/tempProject.ts";
import { configuration } from "./project.ts";

/** What a build with these overrides compiles, and what its program says. */
export async function buildOf(
  project: TempProject,
  vendoring: string,
): Promise<{ compiled: Record<string, string[]>; says: string }> {
  project.write("gantry.config.ts", configuration(vendoring));
  const ran = await project.gantry(["build", "--log-format", "json"]);
  expect(ran.status, ran.out + ran.err).toBe(0);
  const says = execFileSync(`${project.root}/result/bin/app`, { encoding: "utf8" }).trim();
  return { compiled: compiledUnits(ran.events), says };
}
