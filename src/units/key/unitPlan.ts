import { canonical, type Data, type Digest, digestOf } from "../../base/digest.ts";
import type { Unit, UnitEdge, UnitGraph } from "../../cargo/plan/unitGraph.ts";

/** The units that a step needs, each after those that it depends on. */
export type UnitPlan = readonly PlannedUnit[];

export type PlannedUnit = {
  /** The digest of what Cargo plans for it, without any content. It tells the units of a plan apart. */
  readonly id: Digest;
  readonly unit: Unit;
  /** What it is compiled against. */
  readonly dependencies: readonly PlannedEdge[];
  /** Whether it is compiled as a test; absent where the graph does not tell. */
  readonly test?: boolean;
  /**
   * Whether a proc macro may run while it is compiled: its own, or one that a library it links passes on, as `serde`
   * does with `serde_derive`. What a build script is made of does not count.
   */
  readonly usesProcMacro: boolean;
};

export type PlannedEdge = Pick<UnitEdge, "externCrateName" | "public" | "noprelude"> & {
  readonly id: Digest;
};

/** Plans the units of several graphs as one: those of `build` and `test` overlap. */
export function planUnits(graphs: readonly UnitGraph[]): UnitPlan {
  const planned = new Map<Digest, PlannedUnit>();
  for (const graph of graphs) planGraph(graph, planned);
  return [...planned.values()];
}

function planGraph(graph: UnitGraph, planned: Map<Digest, PlannedUnit>): void {
  const known = new Map<number, Digest>();
  const taken = new Set<Digest>();
  const idOf = (index: number): Digest => {
    const before = known.get(index);
    if (before) return before;
    const unit = graph.units[index];
    if (!unit) throw new Error(`no unit ${index} in the graph`);
    const edges = unit.dependencies.filter(({ index: at }) => !isOwnProgram(graph.units[at], unit));
    const dependencies = edges.map((edge) => ({ ...edge, id: idOf(edge.index) }));
    const first = unitId(unit, dependencies, 0);
    const isTwin = taken.has(first);
    const id = isTwin ? unitId(unit, dependencies, 1) : first;
    taken.add(id);
    known.set(index, id);
    const test = isTwin || testFlag(unit);
    const usesProcMacro = dependencies.some((edge) => passesOnProcMacro(planned.get(edge.id)));
    planned.set(id, { id, unit, dependencies, ...(test !== undefined && { test }), usesProcMacro });
    const twin = planned.get(first);
    if (isTwin && twin) planned.set(first, { ...twin, test: false });
    return id;
  };
  for (const index of graph.units.keys()) idOf(index);
}

/**
 * An integration test wants the programs of its package to be there when it runs. Cargo does not compile it again for
 * them (seen with Cargo 1.95).
 */
function isOwnProgram(dependency: Unit | undefined, { packageId }: Unit): boolean {
  return dependency?.packageId === packageId && dependency.target.kind.includes("bin");
}

function passesOnProcMacro(dependency: PlannedUnit | undefined): boolean {
  if (!dependency || dependency.unit.target.kind.includes("custom-build")) return false;
  return dependency.usesProcMacro || dependency.unit.target.kind.includes("proc-macro");
}

/**
 * The graph writes `check` for a target and for its tests alike, and sorts them, the target's own first (Cargo 1.95).
 * Two units that look the same are therefore told apart by their order.
 */
function testFlag(unit: Unit): boolean | undefined {
  if (unit.mode !== "check") return unit.mode === "test";
  return unit.target.kind.some((kind) => kind === "test" || kind === "bench") ? true : undefined;
}

function unitId(unit: Unit, dependencies: readonly PlannedEdge[], twin: number): Digest {
  const data: Data = {
    twin,
    package: unit.packageId,
    target: [
      unit.target.kind,
      unit.target.crateTypes,
      unit.target.name,
      unit.target.srcPath,
      unit.target.edition,
    ],
    profile: unit.profile,
    platform: unit.platform ?? null,
    mode: unit.mode,
    features: unit.features,
    dependencies: dependencies.map((edge) => [edge.id, edge.externCrateName, edge.public, edge.noprelude]),
  };
  return digestOf(canonical(data));
}
