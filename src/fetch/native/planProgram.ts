import { realpathSync, statSync } from "node:fs";
import { posix } from "node:path";
import { linkedLibraries } from "./linkedLibraries.ts";
import type { Planned, TreePlan } from "./planTree.ts";
import { underUsr } from "./underUsr.ts";

/**
 * A program as `bin/<name>`, with the libraries that it loads. Those from outside `/usr` go to where libc lies,
 * since that is a directory which the loader searches in any case.
 */
export async function planProgram(
  name: string,
  at: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<TreePlan> {
  const plan: TreePlan = new Map([[`bin/${name}`, planned(at)]]);
  const libraries = await linkedLibraries(at, env);
  const libc = libraries.find((path) => /\/libc\.[^/]*$/.test(path));
  const searched = libc === undefined ? undefined : underUsr(realpathSync(posix.dirname(libc)));
  for (const library of libraries) {
    const directory = underUsr(realpathSync(posix.dirname(library))) ?? searched;
    if (directory !== undefined) plan.set(`${directory}/${posix.basename(library)}`, planned(library));
  }
  return plan;
}

function planned(path: string): Planned {
  const { mode, size } = statSync(path);
  return { type: "file", from: path, mode, size };
}
