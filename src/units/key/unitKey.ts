import { canonical, type Data, type Digest, digestOf } from "../../base/digest.ts";
import type { Unit } from "../../cargo/plan/unitGraph.ts";
import type { LocalEnvironment, UnitEnvironment } from "./environment.ts";
import type { LocalSource, Read } from "./localSource.ts";
import type { PlannedUnit } from "./unitPlan.ts";

/**
 * This folder says what the key of a unit holds: all that rustc, a build script or a proc macro may notice, as digests.
 * What is missing here is a wrong build; what is here without need is a unit that is compiled once more.
 *
 * | ingredient                                | who may read it                        | hashed in                          |
 * | ----------------------------------------- | -------------------------------------- | ---------------------------------- |
 * | package, target, profile, features, …     | rustc, as its arguments                | `unitPlan.ts`: `id`                |
 * | who links it, for optimisation            | rustc, as its arguments                | `unitLto.ts`, in the `id`          |
 * | whether its package was asked for         | rustc, macros, Clippy, wrappers        | `baseKey`, by `noticesPrimary`     |
 * | the dependencies' keys                    | rustc and the linker, who read them    | `baseKey`                          |
 * | a vendored package's content              | all that compiles or runs in it        | `baseKey`, by `contentOf`          |
 * | variables, toolchain, native packages, …  | rustc, build scripts, proc macros      | `environment.ts`                   |
 * | Cargo's settings in the source            | rustc by its flags, the linker         | `cargoSettings.ts`                 |
 * | files that those settings name            | rustc and programs that it runs        | `cargoSettings.ts`                 |
 * | the manifest of one of its own packages   | rustc by `CARGO_PKG_…`; build scripts  | `localSource.ts`, by `factsOf`     |
 * | files and variables that a unit read      | rustc, build scripts, proc macros      | `unitReads.ts`, `localSource.ts`   |
 *
 * The last two are for the project's own packages, whose content is not known by package but file by file. Each
 * ingredient has a test of its name in `test/units/key/ingredients.test.ts` that changes it and sees another key; the
 * tests take the list of ingredients from the types.
 */
export type KeyContext = {
  /**
   * The environment that units of vendored packages are kept under: that of the layer below, or else that of the step.
   */
  readonly environment: UnitEnvironment;
  /** The environment of the project's own units. It lacks `StepEnvironment.codeVariables`. */
  readonly localEnvironment: LocalEnvironment;
  /** See `StepEnvironment`. */
  readonly hasOtherPrograms: boolean;
  /** The content of the vendored package that a file belongs to; undefined: it is not vendored. */
  readonly contentOf: (path: string) => Digest | undefined;
  /** The project's own files; undefined: its units are not kept. */
  readonly local: LocalSource | undefined;
};

/**
 * Raised when a key is made otherwise, or when its parts have to be read again, or when units that were kept may be wrong: these
 * are then compiled once more, and steps run again, whose results have such units in them. A record of another form has
 * `kinds.unit.version` for that.
 */
export const unitFormat = 9;

/** What a base key is the digest of, beside the format. */
type Ingredients = {
  readonly id: Digest;
  readonly environment: Data;
  /** That of the unit's package, or of the project's own packages what the manifest says. */
  readonly content: Digest;
  readonly dependencies: readonly Digest[];
  /** Its package was asked for, of units that may notice it. */
  readonly isPrimary?: true;
};

/**
 * The digest of all that a unit is made from, as far as that is known before compiling. Of a vendored package that is
 * everything, and this is the unit's key. Of the project's own packages it lacks what the unit reads, which only
 * compiling tells: see `localKey`. Undefined for units that cannot be kept, and where the key of a dependency is not
 * known.
 *
 * @param keys of the units it depends on, by id
 */
export function baseKey(
  planned: PlannedUnit,
  keys: ReadonlyMap<Digest, Digest>,
  context: KeyContext,
): Digest | undefined {
  const { environment, localEnvironment, contentOf, local } = context;
  const content = contentOf(planned.unit.target.srcPath);
  const about =
    content === undefined
      ? { environment: localEnvironmentFor(planned, localEnvironment), content: local?.factsOf(planned) }
      : { environment: environmentFor(planned, environment), content };
  return keyOf(planned, keys, { ...about, isPrimary: noticesPrimary(planned, context) });
}

/**
 * Whether a unit whose package was asked for may differ from the same one that is only needed. Of the project's own,
 * which are often both, those in which something else than rustc may ask for it, and a `dylib`. Where code itself asks,
 * dep-info tells, and the unit is not kept.
 */
export function noticesPrimary(planned: PlannedUnit, { contentOf, hasOtherPrograms }: KeyContext): boolean {
  const { unit, usesProcMacro, isPrimary } = planned;
  if (!isPrimary || unit.mode === "run-custom-build") return false;
  const isVendored = contentOf(unit.target.srcPath) !== undefined;
  return isVendored || hasOtherPrograms || usesProcMacro || unit.target.crateTypes.includes("dylib");
}

/**
 * The key of a pure vendored unit that includes a file of the system by its path, which only compiling tells: it holds
 * all that is installed. See `isPure`.
 */
export function systemKey(
  planned: PlannedUnit,
  keys: ReadonlyMap<Digest, Digest>,
  context: KeyContext,
): Digest | undefined {
  const content = context.contentOf(planned.unit.target.srcPath);
  const environment = ["system", seenBy(planned, context.environment).whole];
  return keyOf(planned, keys, { environment, content, isPrimary: noticesPrimary(planned, context) });
}

/** The key of a unit of the project's own: its base key, and what it reads of the project's files. */
export function localKey(base: Digest, reads: readonly Read[], local: LocalSource): Digest {
  return digestOf(canonical([base, reads.map((read): Data => [read, local.digestOf(read) ?? null])]));
}

function keyOf(
  { id, unit, dependencies }: PlannedUnit,
  keys: ReadonlyMap<Digest, Digest>,
  about: Pick<Ingredients, "environment"> & {
    readonly content: Digest | undefined;
    readonly isPrimary: boolean;
  },
): Digest | undefined {
  const { environment, content, isPrimary } = about;
  const known = dependencies.flatMap((edge) => keys.get(edge.id) ?? []);
  if (content === undefined || isDocumenting(unit) || known.length < dependencies.length) return undefined;
  const ingredients: Ingredients = {
    ...{ id, environment, content, dependencies: known },
    ...(isPrimary && { isPrimary }),
  };
  return digestOf(canonical({ format: unitFormat, ...ingredients }));
}

/** The environment of a vendored unit: native packages are none of a pure one's. */
export function environmentFor(planned: PlannedUnit, environment: UnitEnvironment): Digest {
  const { whole, pure } = seenBy(planned, environment);
  return isPure(planned) ? pure : whole;
}

/** The environment of one of the project's own units. */
export function localEnvironmentFor({ unit }: PlannedUnit, { whole, host }: LocalEnvironment): Digest {
  return unit.platform === undefined && host !== undefined ? host : whole;
}

/** Build scripts, macros and what they are made of: Cargo plans them for no platform where others are named. */
function seenBy(
  { unit }: PlannedUnit,
  { host, ...environment }: UnitEnvironment,
): Pick<UnitEnvironment, "whole" | "pure"> {
  return unit.platform === undefined && host !== undefined ? host : environment;
}

/**
 * Whether rustc alone makes a unit: nothing is linked, and no macro runs. Then no program or library of a native package
 * can have a part in it, but for files that its code includes by absolute paths: see `includesSystem`. What build
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
