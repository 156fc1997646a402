import { parseUnitGraph, type Unit } from "../../cargo/plan/unitGraph.ts";

/**
 * The libraries of which two units are compiled into one file: of a package of the project that is a `cdylib`, Cargo gives
 * the files no hash, so that one with other features or another profile overwrites it, and which of the two others are
 * linked with is chance. Cargo 1.95 says nothing of that.
 *
 * None where a `dylib` is compiled: the names of those stand in the programs that use them, and have to stay.
 *
 * @param graphs what Cargo printed for each of the step's invocations
 */
export function sharedFiles(graphs: readonly string[]): readonly string[] {
  // Few projects have any, and graphs are large.
  if (!graphs.some((graph) => graph.includes('"cdylib"'))) return [];
  const units = graphs.flatMap((graph) => {
    const parsed = parseUnitGraph(graph);
    return parsed.ok ? parsed.value.units : [];
  });
  if (units.some(({ target }) => target.crateTypes.includes("dylib"))) return [];
  const unnamed = units.filter(
    ({ mode, target, package: of }) =>
      mode === "build" && of.source.kind === "path" && target.crateTypes.includes("cdylib"),
  );
  const groups = [...Map.groupBy(unnamed, fileOf).values()];
  const shared = groups.filter((group) => new Set(group.map(wayOf)).size > 1);
  return [...new Set(shared.flatMap(([unit]) => unit?.package.name ?? []))].sort();
}

function fileOf({ platform = "", profile, target }: Unit): string {
  const directory = profile.name === "dev" || profile.name === "test" ? "debug" : profile.name;
  return [platform, directory, target.name.replaceAll("-", "_")].join(" ");
}

/** In what two units of one package differ. */
function wayOf({ packageId, profile, features }: Unit): string {
  return JSON.stringify([packageId, profile, features]);
}
