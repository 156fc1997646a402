import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { publishedSource } from "../scripts/publishedSource.ts";

/**
 * Puts a workspace together out of its published packages, as it lies in its repository: a `.crate` file
 * holds the manifest that its author wrote beside the one that Cargo made of it.
 *
 * @param members from the directory of a member in the workspace to `<name>@<version>`
 */
export async function publishedWorkspace(
  into: string,
  root: string,
  members: Readonly<Record<string, string>>,
): Promise<undefined> {
  const packages = Object.entries({ ".": root, ...members });
  for (const [directory, spec] of packages) {
    const [name = "", version = ""] = spec.split("@");
    await publishedSource(name, version, join(into, directory));
  }
  // Not before all are there: Cargo reads the manifests of a workspace together.
  for (const [directory] of packages) {
    await rename(join(into, directory, "Cargo.toml.orig"), join(into, directory, "Cargo.toml"));
    if (directory !== ".") await rm(join(into, directory, "Cargo.lock"), { force: true });
  }
  // The lock of the root names its members as packages of a registry; Cargo changes these entries alone.
  await execa("cargo", ["fetch"], { cwd: into });
  return undefined;
}
