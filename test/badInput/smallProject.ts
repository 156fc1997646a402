import { publishedCrate } from "../rig/publishedCrate.ts";
import type { TempProject } from "../rig/tempProject.ts";
import { appFiles, lockedProject } from "./lockedProject.ts";

/**
 * What is published: `leaf`, with a feature; the others are not used at first, and two of them are broken.
 */
export const crates = [
  publishedCrate("leaf", "[features]\nmore = []\n", { "src/lib.rs": "pub fn leaf() {}\n" }),
  publishedCrate("added"),
  publishedCrate("broken", "", { "src/lib.rs": 'pub fn one() -> u32 {\n    "one"\n}\n' }),
  publishedCrate("scripted", "", {
    "build.rs": 'fn main() {\n    panic!("no suitable compiler");\n}\n',
  }),
];

/** A program that uses `leaf`, with its lock; nothing is wrong yet. */
export function smallProject(more: Readonly<Record<string, string>> = {}, store?: string): TempProject {
  return lockedProject({ ...appFiles("leaf"), ...more }, crates, store);
}
