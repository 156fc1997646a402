import { canonical, type Data, type Digest, digestOf } from "../../base/digest.ts";
import type { Unit, UnitEdge, UnitGraph } from "../../cargo/plan/unitGraph.ts";
import { isTable, type TomlTable } from "../../cargo/toml/toml.ts";
import { type Lto, ltoOfUnits } from "./unitLto.ts";

/** The units that a step needs, each after those that it depends on. */
export type UnitPlan = readonly PlannedUnit[];

export type PlannedUnit = {
  /**
   * The digest of what Cargo plans for it, without any content: what the graph shows, and what follows from the graph as
   * a whole. It tells the units of a plan apart.
   */
  readonly id: Digest;
  readonly unit: Unit;
  readonly lto: Lto;
  /**
   * Its package was asked for, and not only needed: Cargo sets `CARGO_PRIMARY_PACKAGE`, and has a `dylib` linked
   * otherwise. It is no part of the id, since Cargo compiles a unit once for all invocations: as the first wants it.
   */
  readonly isPrimary: boolean;
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

type PlannedEdge = Pick<UnitEdge, "externCrateName" | "public" | "noprelude"> & {
  readonly id: Digest;
};

/** What graphs do not show of how Cargo was called, and what follows from it. */
export type Invoked = {
  /** The words of Cargo's invocations that the graphs are of, in their order. */
  readonly words: readonly (readonly string[])[];
  /** See `StepEnvironment`. */
  readonly hasPlatformSettings: boolean;
  /** The workspace's manifest, for its profiles. */
  readonly manifest: TomlTable;
};

/** Plans the units of several graphs as one: those of `build` and `test` overlap. */
export function planUnits(graphs: readonly UnitGraph[], { words, ...invoked }: Invoked): UnitPlan {
  const planned = new Map<Digest, PlannedUnit>();
  for (const [at, graph] of graphs.entries())
    planGraph(graph, planned, { words: words[at] ?? [], ...invoked });
  return [...planned.values()];
}

type Invocation = Omit<Invoked, "words"> & { readonly words: readonly string[] };

function planGraph(
  graph: UnitGraph,
  planned: Map<Digest, PlannedUnit>,
  { words, hasPlatformSettings, manifest }: Invocation,
): void {
  const known = new Map<number, Digest>();
  const taken = new Set<Digest>();
  const ltos = ltoOfUnits(graph);
  const primary = new Set(graph.roots.map((root) => graph.units[root]?.packageId));
  const isCrossing = hasPlatformSettings && namesPlatform(graph, words);
  const idOf = (index: number): Digest => {
    const before = known.get(index);
    if (before) return before;
    const unit = graph.units[index];
    if (!unit) throw new Error(`no unit ${index} in the graph`);
    const lto = ltos[index] ?? "objects";
    const isProgram = ({ index: at }: UnitEdge) => isOwnProgram(graph.units[at], unit);
    const withId = (edge: UnitEdge) => ({ ...edge, id: idOf(edge.index) });
    const dependencies = unit.dependencies.filter((edge) => !isProgram(edge)).map(withId);
    const programs = unit.dependencies.filter(isProgram).map(withId);
    const root = unit.mode === "run-custom-build" ? profileRoot(profileName(unit), manifest) : null;
    const about = { unit, dependencies, programs, lto, isCrossing, root };
    const first = unitId(about, 0);
    const isTwin = taken.has(first);
    const id = isTwin ? unitId(about, 1) : first;
    taken.add(id);
    known.set(index, id);
    const test = isTwin || testFlag(unit);
    const usesProcMacro = dependencies.some((edge) => passesOnProcMacro(planned.get(edge.id)));
    const isPrimary = planned.get(id)?.isPrimary ?? primary.has(unit.packageId);
    const is = { lto, isPrimary, usesProcMacro, ...(test !== undefined && { test }) };
    planned.set(id, { id, unit, dependencies, ...is });
    const twin = planned.get(first);
    if (isTwin && twin) planned.set(first, { ...twin, test: false });
    return id;
  };
  for (const index of graph.units.keys()) idOf(index);
}

/**
 * Whether an invocation names a platform that it compiles for. Then flags of variables and settings are for that one,
 * and not for what runs on the host.
 */
function namesPlatform({ units }: UnitGraph, words: readonly string[]): boolean {
  return (
    units.some(({ platform }) => platform !== undefined) || words.some((word) => /^--target(=|$)/.test(word))
  );
}

/**
 * The profile's name, by which Cargo calls the directory. `cargo test` and `cargo bench` call theirs otherwise than `cargo
 * build`, and yet compile a unit only once for both where nothing else is different (Cargo 1.95).
 */
function profileName({ profile: { name } }: Unit): string {
  if (name === "test") return "dev";
  return name === "bench" ? "release" : name;
}

/**
 * Which of Cargo's own profiles one comes from in the end, which build scripts see as `PROFILE`. What settings and
 * variables say of that is in the environment.
 */
function profileRoot(name: string, manifest: TomlTable, above: readonly string[] = []): string {
  const profiles = isTable(manifest.profile) ? manifest.profile : undefined;
  const profile = profiles?.[name];
  const inherits = isTable(profile) ? profile.inherits : undefined;
  if (typeof inherits !== "string" || above.includes(name)) return name;
  return profileRoot(inherits, manifest, [...above, name]);
}

/**
 * An integration test wants the programs of its package to be there when it runs. Cargo does not compile it again for
 * them (seen with Cargo 1.95), but names it after them, and tells it where they lie (`CARGO_BIN_EXE_…`).
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

type About = Pick<PlannedUnit, "unit" | "dependencies" | "lto"> & {
  readonly programs: readonly PlannedEdge[];
  readonly isCrossing: boolean;
  readonly root: string | null;
};

function unitId({ unit, dependencies, programs, lto, isCrossing, root }: About, twin: number): Digest {
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
    profile: { ...unit.profile, name: profileName(unit) },
    ...{ root, lto },
    ...(unit.isArtifact && { isArtifact: true }),
    platform: unit.platform ?? (isCrossing ? "the host" : null),
    mode: unit.mode,
    features: unit.features,
    dependencies: dependencies.map((edge) => [edge.id, edge.externCrateName, edge.public, edge.noprelude]),
    programs: programs.map(({ id }) => id),
  };
  return digestOf(canonical(data));
}
