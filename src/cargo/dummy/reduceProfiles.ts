import { mapTable, unlessEmpty } from "../table.ts";
import { isTable, type TomlValue } from "../toml.ts";

/**
 * `[profile]` as far as it concerns dependencies. `incremental` does not: Cargo compiles only packages of the
 * workspace incrementally. Nor do settings for packages of the source itself.
 *
 * @param isLocal whether a name stands for a package of the source, and for none from outside
 */
export function reduceProfiles(
  profiles: TomlValue,
  isLocal: (name: string) => boolean,
): TomlValue | undefined {
  if (!isTable(profiles)) return profiles;
  const reduced = mapTable(profiles, (profile) => {
    if (!isTable(profile)) return profile;
    return mapTable(profile, (value, key) => {
      if (key === "incremental") return undefined;
      if (key !== "package" || !isTable(value)) return value;
      return unlessEmpty(mapTable(value, (settings, spec) => (isLocal(spec) ? undefined : settings)));
    });
  });
  return unlessEmpty(reduced);
}
