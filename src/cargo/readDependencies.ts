import type { Dependency } from "./dependency.ts";
import { ifDefined } from "./ifDefined.ts";
import { isVersionRequirement } from "./isVersionRequirement.ts";
import type { TomlReader } from "./readToml.ts";

/**
 * The entries of the table `key` of `parent`: a string (a version requirement) or a table each.
 *
 * @example
 * readDependencies(root, "dev-dependencies", { kind: "dev" })
 */
export function readDependencies(
  parent: TomlReader,
  key: string,
  where: Pick<Dependency, "kind" | "platform">,
): readonly Dependency[] {
  const table = parent.child(key);
  if (!table) return [];
  return Object.keys(table.table).flatMap((name) => readDependency(table, name, where) ?? []);
}

function readDependency(
  table: TomlReader,
  name: string,
  where: Pick<Dependency, "kind" | "platform">,
): Dependency | undefined {
  const at = [...table.path, name];
  const value = table.value(name);
  if (typeof value === "string") {
    if (!isVersionRequirement(value)) table.fail(name, ...malformed(value, name));
    return {
      name,
      package: name,
      ...where,
      version: value,
      optional: false,
      features: [],
      workspace: false,
      at,
    };
  }
  const entry = table.child(name, "a string or a table");
  if (!entry) return undefined;
  const workspace = entry.boolean("workspace") ?? false;
  if (entry.value("workspace") === false) entry.fail("workspace", "`workspace` cannot be false", "remove it");
  const version = entry.string("version");
  // Cargo does not read the version of an inherited dependency.
  if (version !== undefined && !workspace && !isVersionRequirement(version))
    entry.fail("version", ...malformed(version, name));
  return {
    name,
    package: entry.string("package") ?? name,
    ...where,
    ...ifDefined({
      version,
      path: entry.string("path"),
      git: entry.string("git"),
      branch: entry.string("branch"),
      tag: entry.string("tag"),
      rev: entry.string("rev"),
      registry: entry.string("registry"),
      registryIndex: entry.string("registry-index"),
      defaultFeatures: entry.boolean("default-features"),
    }),
    optional: entry.boolean("optional") ?? false,
    features: entry.strings("features") ?? [],
    workspace,
    at,
  };
}

function malformed(requirement: string, of: string): [message: string, label: string] {
  return [
    `\`${requirement}\`, which \`${of}\` shall have, is no version requirement`,
    'expected one like `"1.2"`, `"=1.2.3"`, `">=1, <3"`',
  ];
}
