/** The manifest of a member of a generated workspace, which says version and edition for all. */
export function memberManifest(name: string, dependencies: readonly string[]): string {
  return `[package]
name = "${name}"
version.workspace = true
edition.workspace = true

[dependencies]
${dependencies.join("\n")}
`;
}
