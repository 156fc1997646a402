import { publishedCrate } from "../rig/publishedCrate.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";

/** A build script that takes that long, in seconds; the number tells its process from others'. */
export function sleepingScript(seconds: number): string {
  return `fn main() {
    std::process::Command::new("sleep").arg("${seconds}").status().unwrap();
}
`;
}

const crates = [
  publishedCrate("quick", "", { "src/lib.rs": "pub fn quick() {}\n" }),
  publishedCrate("slow", '[dependencies]\nquick = "1"\n', { "build.rs": sleepingScript(2) }),
  publishedCrate("last", '[dependencies]\nslow = "1"\n'),
];

export const files: Readonly<Record<string, string>> = {
  "Cargo.toml": `[package]
name = "app"
version = "0.1.0"
edition = "2021"

[dependencies]
quick = "1"
`,
  "src/main.rs": `fn main() {
    quick::quick();
}
`,
};

/** A program that uses `quick`; `slow` and `last`, which needs it, are published too. */
export function slowProject(more: Readonly<Record<string, string>> = {}, store?: string): TempProject {
  const project = tempProject({ ...files, ...more }, { crates, ...(store !== undefined && { store }) });
  project.lock();
  return project;
}
