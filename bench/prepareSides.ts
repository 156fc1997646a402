import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Sides } from "./measure.ts";
import type { Project } from "./project.ts";
import { protoc } from "./protoc.ts";
import type { Side, Tool } from "./side.ts";

/** A project once, and a copy of it for each side, below `work`. */
export async function prepareSides(project: Project, work: string): Promise<Sides> {
  const original = join(work, project.name, "original");
  await mkdir(original, { recursive: true });
  await project.obtain(original);
  const env = project.protoc ? { PROTOC: await protoc(join(work, "protoc")) } : {};

  const side = async (tool: Tool): Promise<Side> => {
    const root = join(work, project.name, tool);
    const scratch = join(root, "scratch");
    await mkdir(scratch, { recursive: true });
    const directory = join(root, project.name);
    await cp(original, directory, { recursive: true });
    // What Cargo is told by a variable, Gantry knows from the project's description.
    return {
      tool,
      project,
      directory,
      state: join(root, "state"),
      scratch,
      env: tool === "cargo" ? env : {},
    };
  };
  return { cargo: await side("cargo"), gantry: await side("gantry") };
}
