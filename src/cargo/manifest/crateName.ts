import { isTable, type TomlTable, type TomlValue } from "../toml/toml.ts";

/**
 * Name and version of what a manifest describes, as Crane's `crateNameFromCargoToml` chooses them: the name that is
 * written for Crane goes before Cargo's, a package's before its workspace's. What is inherited stands in the workspace.
 *
 * @param manifest the package's own, or that of a workspace, in which there may be no package
 */
export function crateNameIn(manifest: TomlTable): { readonly name?: string; readonly version?: string } {
  const own = manifest.package ?? manifest.project;
  const { workspace } = manifest;
  const shared = at(workspace, "package");
  const name = [craneName(own), at(own, "name"), craneName(workspace), at(shared, "name")].find(isText);
  const version = [at(own, "version"), at(shared, "version")].find(isText);
  return { ...(name !== undefined && { name }), ...(version !== undefined && { version }) };
}

function craneName(of: TomlValue | undefined): TomlValue | undefined {
  return at(at(at(of, "metadata"), "crane"), "name");
}

function at(value: TomlValue | undefined, key: string): TomlValue | undefined {
  return isTable(value) ? value[key] : undefined;
}

function isText(value: TomlValue | undefined): value is string {
  return typeof value === "string";
}
