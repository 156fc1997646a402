import { publishedCrate } from "../rig/publishedCrate.ts";
import type { TempProject } from "../rig/tempProject.ts";
import { appFiles, lockedProject } from "./lockedProject.ts";

/**
 * What is published: `leaf`, with a feature; the others are not used at first. Two of them are broken, and one
 * writes a file with a name that is not UTF-8.
 */
export const crates = [
  publishedCrate("leaf", "[features]\nmore = []\n", { "src/lib.rs": "pub fn leaf() {}\n" }),
  publishedCrate("added"),
  publishedCrate("broken", "", { "src/lib.rs": 'pub fn one() -> u32 {\n    "one"\n}\n' }),
  publishedCrate("scripted", "", {
    "build.rs": 'fn main() {\n    panic!("no suitable compiler");\n}\n',
  }),
  publishedCrate("misnaming", "", {
    "build.rs": `use std::os::unix::ffi::OsStrExt;

fn main() {
    let name = std::ffi::OsStr::from_bytes(b"bad\\xff");
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    std::fs::write(out.join(name), "").unwrap();
    println!("cargo::rerun-if-changed=build.rs");
}
`,
  }),
];

/** A program that uses `leaf`, with its lock; nothing is wrong yet. */
export function smallProject(more: Readonly<Record<string, string>> = {}, store?: string): TempProject {
  return lockedProject({ ...appFiles("leaf"), ...more }, crates, store);
}
