import { publishedCrate } from "../rig/publishedCrate.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";

/** What is published: `leaf`, with a feature; the others are not used at first, and two of them are broken. */
export const crates = [
  publishedCrate("leaf", "[features]\nmore = []\n", { "src/lib.rs": "pub fn leaf() {}\n" }),
  publishedCrate("added"),
  publishedCrate("broken", "", { "src/lib.rs": 'pub fn one() -> u32 {\n    "one"\n}\n' }),
  publishedCrate("scripted", "", {
    "build.rs": 'fn main() {\n    panic!("no suitable compiler");\n}\n',
  }),
];

/** A program that uses `leaf`. */
export const files: Readonly<Record<string, string>> = {
  "Cargo.toml": `[package]
name = "app"
version = "0.1.0"
edition = "2021"

[dependencies]
leaf = "1"
`,
  "src/main.rs": `fn main() {
    leaf::leaf();
}
`,
};

/** The program with its lock, in which nothing is wrong yet. */
export function smallProject(more: Readonly<Record<string, string>> = {}, store?: string): TempProject {
  const project = tempProject({ ...files, ...more }, { crates, ...(store !== undefined && { store }) });
  project.lock();
  return project;
}
