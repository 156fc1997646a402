import { basename } from "node:path";
import type { Message } from "../cargo/message.ts";
import type { UnitPlan } from "./unitPlan.ts";
import { isOutputOf, namesIn, nameWithHash, rootsBelow } from "./writtenUnits.ts";

/** What Cargo itself makes in the target directory, and in each of its roots, besides hidden files. */
const cargosAbove = new Set(["CACHEDIR.TAG", "tmp", "doc", "package", "cargo-timings"]);
const cargosBelow = new Set(["deps", "examples", "build", "incremental"]);

/**
 * Whether a build wrote into its target directory what is neither Cargo's nor a unit's. Then a build script left
 * something beside its `OUT_DIR`, for others to find, and would have to do it again.
 *
 * @param written the host's directory that holds what the build wrote
 */
export function writtenElsewhere(
  written: string,
  { plan, messages }: { readonly plan: UnitPlan; readonly messages: readonly Message[] },
): boolean {
  const roots = rootsBelow(written);
  const outputs = new Set(messages.flatMap(filesOf).map(stemOf));
  const isRoot = (name: string) => roots.some((root) => root === name || root.startsWith(`${name}/`));
  const above = namesIn(written).filter((name) => !isRoot(name) && !cargosAbove.has(name));
  const below = roots.flatMap((root) =>
    namesIn(`${written}/${root}`).filter((name) => !cargosBelow.has(name) && !outputs.has(stemOf(name))),
  );
  const beside = roots.flatMap((root) =>
    namesIn(`${written}/${root}/deps`).filter(
      (name) => !nameWithHash.test(name) && !plan.some((planned) => isOutputOf(planned, name)),
    ),
  );
  return [...above, ...below, ...beside].some((name) => !name.startsWith("."));
}

function filesOf(message: Message): readonly string[] {
  return message.type === "compiler-artifact" ? message.filenames : [];
}

/** A program, its dep-info and its debugging information have one stem. */
function stemOf(path: string): string {
  return basename(path).replace(/\..*$/, "");
}
