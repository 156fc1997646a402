import { posix } from "node:path";
import type { Digest } from "../../base/digest.ts";
import { resolveInheritance } from "../../cargo/manifest/inheritance.ts";
import type { Dependency, Manifest, ManifestOf } from "../../cargo/manifest/manifest.ts";
import { parseManifest } from "../../cargo/manifest/parseManifest.ts";
import { requestedFeatures } from "../../cargo/manifest/requestedFeatures.ts";
import type { Unit } from "../../cargo/plan/unitGraph.ts";
import { compatibility } from "../../cargo/versions.ts";
import { world } from "../../derivation/world.ts";
import type { PlannedUnit, UnitPlan } from "../key/unitPlan.ts";

/**
 * Who turns these features of a unit on, and through whom the project comes to it: the shortest way. Undefined where no
 * manifest of a dependent asks for all of them, such as for features that the command line turned on.
 *
 * @example
 * askedBy(plan, syn, { features: ["visit-mut"], manifestOf }) // "`darling 0.20` ← `app`"
 */
export function askedBy(
  plan: UnitPlan,
  planned: PlannedUnit,
  { features, manifestOf }: { readonly features: readonly string[]; readonly manifestOf: ManifestOfUnit },
): string | undefined {
  const own = manifestOf(planned.unit);
  if (!own) return undefined;
  const dependents = dependentsIn(plan);
  const askers = (dependents.get(planned.id) ?? []).filter((dependent) => {
    const manifest = manifestOf(dependent.unit);
    const edge = dependent.dependencies.find(({ id }) => id === planned.id);
    if (!manifest || !edge) return false;
    const { externCrateName } = edge;
    const requested = requestedFeatures(
      { manifest, features: dependent.unit.features, kinds: kindsFor(dependent) },
      { package: planned.unit.package.name, externCrateName, features: own.features },
    );
    return features.every((feature) => requested.has(feature));
  });
  const ways = askers.map((asker) => wayToProject(asker, dependents)).sort(shorterFirst);
  const [shortest] = ways;
  if (!shortest) return undefined;
  const others = new Set(ways.map(([asker]) => asker)).size - 1;
  const more = others === 0 ? "" : others === 1 ? " and 1 other" : ` and ${others} others`;
  return shortest.map((name) => `\`${name}\``).join(" ← ") + more;
}

function dependentsIn(plan: UnitPlan): Map<Digest, PlannedUnit[]> {
  const dependents = new Map<Digest, PlannedUnit[]>();
  for (const planned of plan) {
    for (const { id } of planned.dependencies) {
      const known = dependents.get(id);
      if (known) known.push(planned);
      else dependents.set(id, [planned]);
    }
  }
  return dependents;
}

/** The dependencies of a package that a unit of it is compiled with. */
function kindsFor({ unit, test }: PlannedUnit): Dependency["kind"][] {
  const [kind = ""] = unit.target.kind;
  if (kind === "custom-build") return ["build"];
  return test || ["test", "bench", "example"].includes(kind) ? ["normal", "dev"] : ["normal"];
}

/** Names of packages, from one up to the first of the project's own. */
function wayToProject(from: PlannedUnit, dependents: ReadonlyMap<Digest, PlannedUnit[]>): string[] {
  const seen = new Set<Digest>([from.id]);
  let ways = [{ at: from, names: [nameOf(from.unit)] }];
  while (ways.length > 0) {
    const arrived = ways.find(({ at }) => isOwnPackage(at.unit));
    if (arrived) return arrived.names;
    ways = ways.flatMap(({ at, names }) =>
      (dependents.get(at.id) ?? []).flatMap((next) => {
        if (seen.has(next.id)) return [];
        seen.add(next.id);
        const name = nameOf(next.unit);
        return [{ at: next, names: names.at(-1) === name ? names : [...names, name] }];
      }),
    );
  }
  return [nameOf(from.unit)];
}

function nameOf(unit: Unit): string {
  const { name, version } = unit.package;
  return isOwnPackage(unit) ? name : `${name} ${compatibility(version)}`;
}

function shorterFirst(a: readonly string[], b: readonly string[]): number {
  return a.length - b.length || (a.join() < b.join() ? -1 : 1);
}

type Known = Pick<ManifestOf<unknown>, "dependencies" | "features">;

/** What the manifest of a unit's package says of dependencies and features; undefined where that is not certain. */
export type ManifestOfUnit = (unit: Unit) => Known | undefined;

/**
 * @param textAt the text of a file by its path in the build; undefined where there is none
 * @param workspace the directory of the workspace in the build
 */
export function manifestsOfUnits(
  textAt: (path: string) => string | undefined,
  workspace: string,
): ManifestOfUnit {
  const read = memoised((path: string): Manifest | undefined => {
    const text = textAt(path);
    const parsed = text === undefined ? undefined : parseManifest(path, text);
    return parsed?.ok ? parsed.value : undefined;
  });
  const known = memoised((path: string): Known | undefined => {
    const manifest = read(path);
    if (!manifest?.dependencies.some(({ workspace }) => workspace)) return manifest;
    const whole = read(`${workspace}/Cargo.toml`);
    const isMember = path.startsWith(`${world.source}/`);
    const resolved = whole && isMember ? resolveInheritance(manifest, whole) : undefined;
    return resolved?.ok ? resolved.value : undefined;
  });
  return (unit) => {
    const path = pathFor(unit, (each) => read(each) !== undefined);
    return path === undefined ? undefined : known(path);
  };
}

/** The nearest above the target's file, below the directory that all packages lie in. */
function pathFor(unit: Unit, exists: (path: string) => boolean): string | undefined {
  const base = isOwnPackage(unit) ? world.source : world.vendor;
  for (let at = posix.dirname(unit.target.srcPath); at.startsWith(base); at = posix.dirname(at)) {
    if (exists(`${at}/Cargo.toml`)) return `${at}/Cargo.toml`;
  }
  return undefined;
}

function memoised<T>(make: (key: string) => T): (key: string) => T {
  const values = new Map<string, { readonly value: T }>();
  return (key) => {
    const { value } = values.get(key) ?? { value: make(key) };
    values.set(key, { value });
    return value;
  };
}

/** Whether a unit is of one of the project's own packages. */
function isOwnPackage(unit: Pick<Unit, "package">): boolean {
  return unit.package.source.kind === "path";
}
