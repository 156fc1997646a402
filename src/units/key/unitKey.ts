import { canonical, type Data } from "../../base/canonical.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import type { Unit } from "../../cargo/plan/unitGraph.ts";
import type { UnitEnvironment } from "./environment.ts";
import type { LocalSource } from "./localSource.ts";
import type { PlannedUnit } from "./unitPlan.ts";

/** Raised when what a unit's record holds changes. */
const format = 4;

/** What units are compiled from and with, beside what Cargo plans. */
export type KeyContext = {
  /** That of the dependency layer. */
  readonly environment: UnitEnvironment;
  /** The step's own. Where it is another one, dependencies that the step compiles are not kept. */
  readonly own: UnitEnvironment;
  /** The same, as a whole, of the step itself, in which the project's own units are compiled, but for variables that only code reads. */
  readonly localEnvironment: Digest;
  /** The content of the vendored package that a file belongs to; undefined: it is not vendored. */
  readonly contentOf: (path: string) => Digest | undefined;
  /** The project's own files; undefined: its units are not kept. */
  readonly local: LocalSource | undefined;
};

/**
 * A digest over all that a unit is made from, as far as it is known before compiling. Of a vendored package that
 * is everything, and this is the unit's key. Of the project's own packages it lacks the files that the compiler
 * reads, which only compiling tells: see `localKey`. Undefined for units that cannot be kept.
 *
 * What is hashed and why: the package's content, since it is compiled; target, profile, mode, features and
 * platform (all in the plan's `id`), since they are rustc's arguments; the keys of its dependencies, since it
 * links them; the environment, since a build script or a proc macro may read it.
 *
 * @param keys of the units it depends on, by id
 * @param readsSystem it includes files of the system, which only compiling tells: the key of a pure unit that does so
 */
export function baseKey(
  planned: PlannedUnit,
  keys: ReadonlyMap<Digest, Digest>,
  context: KeyContext,
  readsSystem = false,
): Digest | undefined {
  if (isDocumenting(planned.unit)) return undefined;
  const dependencies: Data[] = [];
  for (const edge of planned.dependencies) {
    const key = keys.get(edge.id);
    if (!key) return undefined;
    dependencies.push(key);
  }
  const content = context.contentOf(planned.unit.target.srcPath);
  const local = content === undefined ? context.local?.factsOf(planned) : undefined;
  const made = content ?? local;
  if (made === undefined) return undefined;
  const of = context.environment;
  const vendored = readsSystem ? ["system", of.whole] : environmentFor(planned, of);
  const environment = content === undefined ? context.localEnvironment : vendored;
  return digestOf(canonical({ format, id: planned.id, environment, made, dependencies }));
}

/** The key of a unit of the project's own: its base key, and what it reads of the project's files. */
export function localKey(base: Digest, reads: readonly string[], local: LocalSource): Digest {
  return digestOf(canonical([base, reads.map((read): Data => [read, local.digestOf(read) ?? null])]));
}

/** The environment of a unit: native packages are none of a pure one's. */
export function environmentFor(planned: PlannedUnit, { whole, pure }: UnitEnvironment): Digest {
  return isPure(planned) ? pure : whole;
}

/**
 * Whether rustc alone makes a unit: nothing is linked, and no macro runs. Then no program or library of a native package
 * can have a part in it, but for files that its code includes by absolute paths: see `includesOutside`. What build
 * scripts find is in their own keys, and so in that of the unit.
 */
export function isPure({ unit, usesProcMacro }: PlannedUnit): boolean {
  const isCompiled = unit.mode === "build" || unit.mode === "check";
  return isCompiled && !usesProcMacro && unit.target.crateTypes.every((type) => /^r?lib$/.test(type));
}

/**
 * Whether a unit leaves documentation alone. It is not kept: all of them write to the same files of `doc/`, such as the
 * index that is searched, so none can be told from the others.
 */
export function isDocumenting({ mode }: Unit): boolean {
  return mode === "doc" || mode === "doctest" || mode === "docscrape";
}
