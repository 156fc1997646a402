import { basename } from "node:path";
import type { Message } from "../cargo/message.ts";
import type { UnitPlan } from "./unitPlan.ts";
import { isOutputOf, namesIn, type WrittenUnits } from "./writtenUnits.ts";

/** What Cargo itself makes in the target directory, and in each of its roots, besides hidden files. */
const cargosAbove = new Set(["CACHEDIR.TAG", "tmp", "doc", "package", "cargo-timings"]);
const cargosBelow = new Set(["deps", "examples", "build", "incremental"]);

type Build = {
  readonly plan: UnitPlan;
  readonly messages: readonly Message[];
  readonly written: WrittenUnits;
};

/**
 * Whether a build wrote into its target directory what is neither Cargo's nor a unit's. Then a build script left
 * something beside its `OUT_DIR`, for others to find, and would have to do it again.
 *
 * @param directory the host's, that holds what the build wrote
 */
export function writtenElsewhere(directory: string, { plan, messages, written }: Build): boolean {
  const { roots, unhashed } = written;
  const outputs = new Set(messages.flatMap(filesOf).map(stemOf));
  const isRoot = (name: string) => roots.some((root) => root === name || root.startsWith(`${name}/`));
  const above = namesIn(directory).filter((name) => !isRoot(name) && !cargosAbove.has(name));
  const below = roots.flatMap((root) =>
    namesIn(`${directory}/${root}`).filter((name) => !cargosBelow.has(name) && !outputs.has(stemOf(name))),
  );
  const beside = unhashed.filter((path) => !plan.some((planned) => isOutputOf(planned, path)));
  return [...above, ...below, ...beside].some((path) => !basename(path).startsWith("."));
}

function filesOf(message: Message): readonly string[] {
  return message.type === "compiler-artifact" ? message.filenames : [];
}

/** A program, its dep-info and its debugging information have one stem. */
function stemOf(path: string): string {
  return basename(path).replace(/\..*$/, "");
}
