import type { Dependency, ManifestOf } from "./manifest.ts";

/** A package that depends on another, as it is compiled. */
type Dependent = {
  /** After `resolveInheritance`, where it belongs to a workspace. */
  readonly manifest: Pick<ManifestOf<unknown>, "dependencies" | "features">;
  /** Those that are on. */
  readonly features: readonly string[];
  /** Which of its tables count: a library is not compiled with the dev-dependencies. */
  readonly kinds: readonly Dependency["kind"][];
};

/**
 * The features that a package turns on in one that it is compiled against, as its manifest says
 * (https://doc.rust-lang.org/cargo/reference/features.html): those of the dependency's entry, `default`
 * unless it is turned off, `name/feature` of its own features that are on, and what these imply. Entries of
 * which it is not certain that they count, since several are for some platforms only, are left out.
 *
 * @param of the dependency's name, what the depending code calls it, and the `[features]` of its manifest
 */
export function requestedFeatures(
  { manifest, features, kinds }: Dependent,
  of: {
    readonly package: string;
    readonly externCrateName: string;
    readonly features: Readonly<Record<string, readonly string[]>>;
  },
): ReadonlySet<string> {
  const entries = certain(entriesFor(manifest.dependencies, of), kinds);
  const direct = entries.flatMap((entry) => [
    ...entry.features,
    ...(entry.defaultFeatures === false ? [] : ["default"]),
    ...features.flatMap((feature) => namedBy(valuesOf(manifest.features, feature), entry.name)),
  ]);
  const requested = new Set<string>();
  for (const queue = direct; queue.length > 0; ) {
    const feature = queue.pop();
    if (feature === undefined || requested.has(feature)) continue;
    requested.add(feature);
    queue.push(...valuesOf(of.features, feature).filter((each) => !/[/:]/.test(each)));
  }
  return requested;
}

/** A feature may be called `constructor`, and be implied by an optional dependency alone. */
function valuesOf(features: Readonly<Record<string, readonly string[]>>, feature: string): readonly string[] {
  return Object.hasOwn(features, feature) ? (features[feature] ?? []) : [];
}

/** Two versions of one package are told apart by what they are renamed to. */
function entriesFor(
  dependencies: readonly Dependency[],
  of: { readonly package: string; readonly externCrateName: string },
): readonly Dependency[] {
  const named = dependencies.filter((entry) => entry.package === of.package);
  if (new Set(named.map(({ name }) => name)).size <= 1) return named;
  return named.filter(({ name }) => name.replaceAll("-", "_") === of.externCrateName);
}

function certain(
  entries: readonly Dependency[],
  kinds: readonly Dependency["kind"][],
): readonly Dependency[] {
  const counted = entries.filter(({ kind }) => kinds.includes(kind));
  return counted.length === 1 ? counted : counted.filter(({ platform }) => platform === undefined);
}

/** Of `serde/derive` and `serde?/derive` the part after the dependency's name. */
function namedBy(values: readonly string[], dependency: string): string[] {
  return values.flatMap((value) => {
    const [name, feature] = value.split("/");
    return feature !== undefined && name?.replace(/\?$/, "") === dependency ? [feature] : [];
  });
}
