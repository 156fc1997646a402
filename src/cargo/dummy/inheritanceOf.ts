import type { DummyPlan } from "./dummyPlan.ts";
import type { Inheritance } from "./reduceWorkspace.ts";

/** What the packages of the source take from the workspace at `root`. */
export function inheritanceOf(root: string, { manifests, verbatim }: DummyPlan): Inheritance {
  const heirs = manifests.filter(({ workspace }) => workspace === root);
  return {
    dependencies: new Set(
      heirs.flatMap(({ manifest }) =>
        manifest.dependencies.flatMap(({ name, workspace }) => (workspace ? [name] : [])),
      ),
    ),
    everything: heirs.some(({ directory }) => verbatim.has(directory)),
  };
}
