import { type PublishedCrate, publishedCrate } from "../rig/publishedCrate.ts";

/** A crate whose build script leaves what this expression gives, as the text of its constant `SAID`. */
export function saying(name: string, expression: string, manifest = ""): PublishedCrate {
  return publishedCrate(name, manifest, {
    "build.rs": `use std::{env, fs, path::Path};
fn main() {
    let _ = (env::var("PWD"), Path::new("."));
    let said: String = ${expression};
    fs::write(Path::new(&env::var("OUT_DIR").unwrap()).join("said"), said).unwrap();
}
`,
    "src/lib.rs": 'pub const SAID: &str = include_str!(concat!(env!("OUT_DIR"), "/said"));\n',
  });
}
