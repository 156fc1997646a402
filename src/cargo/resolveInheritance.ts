import { posix } from "node:path";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { all, err, ok, type Result } from "../base/result.ts";
import type { Dependency } from "./dependency.ts";
import { ifDefined } from "./ifDefined.ts";
import type { Inherited, Manifest, Package, ResolvedManifest, ResolvedPackage } from "./manifest.ts";
import { placeOf } from "./placeOf.ts";
import { showPath, type TomlPath } from "./toml.ts";

/**
 * Completes what `member` leaves to its workspace's `root` (which may be the same manifest): fields of the
 * package, dependencies, lints. Paths of dependencies are rewritten to count from the member; both `file`s
 * must therefore be absolute, or relative to the same directory.
 *
 * As Cargo does: features of the member are added to the workspace's; `default-features = true` of the
 * member overrides `false` of the workspace, and not the other way round.
 *
 * Errors: `workspace-inheritance`, where the root does not say what the member inherits.
 */
export function resolveInheritance(member: Manifest, root: Manifest): Result<ResolvedManifest> {
  const dependencies = all(member.dependencies.map((entry) => inheritDependency(entry, member, root)));
  if (!dependencies.ok) return dependencies;
  const resolved = member.package ? inheritPackage(member.package, member, root) : ok(undefined);
  if (!resolved.ok) return resolved;
  const lints = isInherited(member.lints) ? root.workspace?.lints : member.lints;
  if (member.lints && !lints) return err(missing(member, root, ["lints", "workspace"], ["lints"]));
  const { package: _package, lints: _lints, ...rest } = member;
  return ok({
    ...rest,
    ...ifDefined({ package: resolved.value, lints }),
    dependencies: dependencies.value,
  });
}

function inheritDependency(entry: Dependency, member: Manifest, root: Manifest): Result<Dependency> {
  if (!entry.workspace) return ok(entry);
  const shared = root.workspace?.dependencies.find(({ name }) => name === entry.name);
  if (!shared) return err(missing(member, root, entry.at, ["dependencies", entry.name]));
  const { platform: _platform, defaultFeatures, path, ...rest } = shared;
  return ok({
    ...rest,
    ...ifDefined({
      platform: entry.platform,
      path: path === undefined ? undefined : rebase(path, root.file, member.file),
      defaultFeatures: defaultFeatures === false ? (entry.defaultFeatures ?? false) : defaultFeatures,
    }),
    kind: entry.kind,
    optional: entry.optional,
    features: [...new Set([...shared.features, ...entry.features])],
    at: entry.at,
  });
}

function inheritPackage(own: Package, member: Manifest, root: Manifest): Result<ResolvedPackage> {
  const { version, edition, rustVersion, description, license, homepage, repository, ...rest } = own;
  const problems: Diagnostic[] = [];
  const field = (value: string | Inherited | undefined, key: string): string | undefined => {
    if (!isInherited(value)) return value;
    const shared = root.workspace?.package[key];
    if (typeof shared === "string") return shared;
    problems.push(missing(member, root, ["package", key], ["package", key]));
    return undefined;
  };
  const fields = ifDefined({
    version: field(version, "version"),
    edition: field(edition, "edition"),
    rustVersion: field(rustVersion, "rust-version"),
    description: field(description, "description"),
    license: field(license, "license"),
    homepage: field(homepage, "homepage"),
    repository: field(repository, "repository"),
  });
  return problems[0] ? err(problems[0]) : ok({ ...rest, ...fields });
}

function rebase(path: string, from: string, to: string): string {
  if (posix.isAbsolute(path)) return path;
  return posix.relative(posix.dirname(to), posix.join(posix.dirname(from), path)) || ".";
}

function isInherited(value: object | string | undefined): value is Inherited {
  return typeof value === "object" && "workspace" in value && value.workspace === true;
}

function missing(member: Manifest, root: Manifest, at: TomlPath, path: TomlPath): Diagnostic {
  const wanted = showPath(["workspace", ...path]);
  return diagnostic("workspace-inheritance", `\`${wanted}\` is not defined in \`${root.file}\``, {
    place: { ...placeOf(member.document, at), label: "inherited here" },
    help: [`add \`${wanted}\` to \`${root.file}\`, or write the value here`],
  });
}
