import type { PublishedCrate } from "../rig/publishedCrate.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";

/** The files of a program that uses a crate, whose function has the crate's name. */
export function appFiles(crate: string): Readonly<Record<string, string>> {
  return {
    "Cargo.toml": `[package]
name = "app"
version = "0.1.0"
edition = "2021"

[dependencies]
${crate} = "1"
`,
    "src/main.rs": `fn main() {
    ${crate}::${crate}();
}
`,
  };
}

/** A project with these files and its lock. */
export function lockedProject(
  files: Readonly<Record<string, string>>,
  crates: readonly PublishedCrate[],
  store: string | undefined,
): TempProject {
  const project = tempProject(files, { crates, ...(store !== undefined && { store }) });
  project.lock();
  return project;
}
