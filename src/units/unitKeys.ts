import { canonical, type Data } from "../base/canonical.ts";
import { type Digest, digestOf } from "../base/digest.ts";
import type { Unit, UnitGraph } from "../cargo/unitGraph.ts";

/** Raised when what a unit's record holds changes. */
const format = 1;

export type KeyContext = {
  /** Toolchain, variables, native inputs, Cargo configuration and sandbox: what every unit is compiled with. */
  readonly environment: Digest;
  /** The content of the package that a source file belongs to; undefined: not one that can be reused. */
  readonly contentOf: (srcPath: string) => Digest | undefined;
};

/**
 * The key of every unit of a graph, by index: a digest over all that the unit was made from. Undefined for units
 * that cannot be reused, and for all that depend on one.
 *
 * What is hashed and why: the package's content, since it is compiled; target, profile, mode, features and
 * platform, since they are rustc's arguments; the keys of its dependencies with the names it knows them by,
 * since it links them; the environment, since a build script or proc macro may read it.
 */
export function unitKeys(graph: UnitGraph, context: KeyContext): (Digest | undefined)[] {
  const keys = new Map<number, Digest | undefined>();
  const keyOf = (index: number): Digest | undefined => {
    if (!keys.has(index)) {
      const unit = graph.units[index];
      keys.set(index, unit && unitKey(unit, context, keyOf));
    }
    return keys.get(index);
  };
  return graph.units.map((_, index) => keyOf(index));
}

function unitKey(unit: Unit, context: KeyContext, keyOf: (index: number) => Digest | undefined): Digest | undefined {
  const content = context.contentOf(unit.target.srcPath);
  if (!content) return undefined;
  const dependencies: Data[] = [];
  for (const edge of unit.dependencies) {
    const key = keyOf(edge.index);
    if (!key) return undefined;
    dependencies.push([key, edge.externCrateName, edge.public, edge.noprelude]);
  }
  const { target } = unit;
  return digestOf(
    canonical({
      format,
      environment: context.environment,
      content,
      package: unit.packageId,
      target: [target.kind, target.crateTypes, target.name, target.srcPath, target.edition],
      profile: unit.profile,
      platform: unit.platform ?? null,
      mode: unit.mode,
      features: unit.features,
      dependencies,
    }),
  );
}
