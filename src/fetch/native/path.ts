import { ok } from "../../base/result.ts";
import { addPlannedTree } from "./addPlannedTree.ts";
import { findProgram } from "./findProgram.ts";
import { layoutVersion } from "./layoutVersion.ts";
import { planProgram } from "./planProgram.ts";
import type { TreePlan } from "./planTree.ts";
import type { Provider } from "./provider.ts";
import { remembered, suppliedBy } from "./remembered.ts";
import { stamp } from "./stamp.ts";

/** Programs that are of no use without files that lie beside them. */
const notAlone = new Set([
  "autoconf",
  "automake",
  "clang",
  "cmake",
  "git",
  "go",
  "libtool",
  "llvm",
  "nodejs",
  "perl",
  "python3",
]);

/**
 * Programs on `PATH` that no package manager knows of, each with the shared libraries that it loads. Only for
 * packages without libraries of their own; scripts are left out, since what they read cannot be known.
 */
export const path: Provider = {
  name: "path",
  async provide(wanted, context) {
    if (wanted.bins.length === 0 || wanted.pkgConfig.length > 0 || notAlone.has(wanted.name))
      return ok(undefined);
    const programs: [name: string, at: string][] = [];
    for (const name of wanted.bins) {
      const at = findProgram(name, context.env.PATH ?? "");
      if (at === undefined) return ok(undefined);
      programs.push([name, at]);
    }
    const seen = stamp([...programs.map(([, at]) => at), "/etc/ld.so.cache"]);
    const key = `${layoutVersion} ${programs.join(" ")} ${seen}`;
    const found = await remembered(context.store, { kind: "native-path", key }, async () => {
      const plan: TreePlan = new Map();
      for (const [name, at] of programs) {
        for (const [to, planned] of await planProgram(name, at, context.env)) plan.set(to, planned);
      }
      const added = await addPlannedTree(context.store, plan, { ...context, name: wanted.name });
      return added.ok ? ok({ digest: added.value }) : added;
    });
    return suppliedBy("path", found);
  },
};
