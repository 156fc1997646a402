import type { Unit, UnitGraph } from "../../cargo/plan/unitGraph.ts";

/**
 * What Cargo has rustc do for optimisation at link time: nothing of the kind (`off`); objects alone, code for the
 * optimiser alone, or both; or to run it, in a way that the profile names.
 */
export type Lto = "off" | "objects" | "bitcode" | "both" | `run ${string}`;

/**
 * How each unit of a graph is compiled for optimisation at link time, by index. The graph does not show it: for a
 * library it follows from who links it, over all units that one invocation asks for. Each demand is passed down, and
 * where two meet at one unit, it serves both.
 *
 * Source: Cargo 1.45 to 1.95, how it makes the arguments `-C lto`, `linker-plugin-lto` and `embed-bitcode`.
 */
export function ltoOfUnits({ units, roots }: UnitGraph): readonly Lto[] {
  const found = new Map<number, Lto>();
  const queue = roots.flatMap((index): Demand[] => {
    const unit = units[index];
    return unit ? [{ index, by: ofRoot(unit) }] : [];
  });
  for (let demand = queue.pop(); demand; demand = queue.pop()) {
    const { index, by } = demand;
    const unit = units[index];
    if (!unit) continue;
    const known = found.get(index);
    const lto = joined(known, ofUnit(unit, by));
    if (lto === known) continue;
    found.set(index, lto);
    for (const edge of unit.dependencies) queue.push({ index: edge.index, by: lto });
  }
  return units.map((_, index) => found.get(index) ?? "objects");
}

type Demand = { readonly index: number; readonly by: Lto };

/** What whoever asked for a unit wants of it: no more than the unit itself needs. */
function ofRoot(unit: Unit): Lto {
  const { lto } = unit.profile;
  if (lto === "false") return "objects";
  if (lto === "off") return "off";
  if (isForHost(unit)) return "objects";
  const { crateTypes } = unit.target;
  return needsObjects(crateTypes) ? withObjects(crateTypes) : "bitcode";
}

function ofUnit(unit: Unit, by: Lto): Lto {
  if (isForHost(unit)) return "objects";
  const { mode, target, profile } = unit;
  const crateTypes = mode === "test" || mode === "doctest" ? ["bin"] : target.crateTypes;
  if (crateTypes.every(isLinkedWhole)) return ofProfile(String(profile.lto));
  if (by === "off") return "off";
  const isRun = by.startsWith("run ");
  if (needsObjects(crateTypes)) return isRun || by === "bitcode" ? withObjects(crateTypes) : by;
  return isRun ? "bitcode" : by;
}

function ofProfile(lto: string): Lto {
  if (lto === "false") return "objects";
  return lto === "off" ? "off" : `run ${lto}`;
}

/** Build scripts and proc macros are never optimised so. */
function isForHost({ target }: Unit): boolean {
  return target.kind.includes("proc-macro") || target.kind.includes("custom-build");
}

function isLinkedWhole(crateType: string): boolean {
  return ["bin", "staticlib", "cdylib"].includes(crateType);
}

function needsObjects(crateTypes: readonly string[]): boolean {
  return crateTypes.some((type) => isLinkedWhole(type) || type === "dylib" || type === "proc-macro");
}

/** rustc cannot optimise a `dylib` so: code for the optimiser would be of no use in it. */
function withObjects(crateTypes: readonly string[]): Lto {
  return crateTypes.every((type) => type === "dylib") ? "objects" : "both";
}

function joined(known: Lto | undefined, demand: Lto): Lto {
  if (known === undefined || known === demand) return demand;
  const all = [known, demand];
  return all.find((each) => each.startsWith("run ")) ?? all.find((each) => each === "off") ?? "both";
}
