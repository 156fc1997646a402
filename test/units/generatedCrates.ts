import { craftCrate } from "../fetch/registry/craftCrate.ts";
import { dependenciesOf } from "../rig/dependenciesOf.ts";
import type { PublishedCrate } from "../rig/publishedCrate.ts";

/** A published crate, packed for Gantry and, for plain Cargo, as files of a vendor directory. */
export type GeneratedCrate = PublishedCrate & { readonly files: Readonly<Record<string, string>> };

/**
 * `leaf` in two versions, `middle` on top of it, `scripted` with a build script, `silent` with one that does not say
 * what it reads, and `added`, which comes and goes.
 */
export const generatedCrates: readonly GeneratedCrate[] = [
  ...["1.0.0", "1.1.0"].map((version) =>
    generatedCrate("leaf", version, "[features]\nmore = []\n", {
      "src/lib.rs": `pub const LEAF: &str = concat!("leaf ", env!("CARGO_PKG_VERSION"));
#[cfg(feature = "more")]
pub const MORE: &str = "more";
#[cfg(not(feature = "more"))]
pub const MORE: &str = "less";
`,
    }),
  ),
  generatedCrate("middle", "1.0.0", '[dependencies]\nleaf = "1"\n', {
    "src/lib.rs": 'pub fn middle() -> String { [leaf::LEAF, leaf::MORE].join(" ") }\n',
  }),
  generatedCrate("scripted", "1.0.0", "", {
    "build.rs": `fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=SCRIPTED=set");
}
`,
    "src/lib.rs": 'pub const SCRIPTED: &str = env!("SCRIPTED");\n',
  }),
  generatedCrate("silent", "1.0.0", "", {
    "build.rs": `fn main() {
    println!("cargo::rustc-env=LEVEL={}", std::env::var("OPT_LEVEL").unwrap());
}
`,
    "src/lib.rs": 'pub const LEVEL: &str = env!("LEVEL");\n',
  }),
  generatedCrate("added", "1.0.0", "", { "src/lib.rs": 'pub const ADDED: &str = "added";\n' }),
];

function generatedCrate(
  name: string,
  version: string,
  manifest: string,
  files: Readonly<Record<string, string>>,
): GeneratedCrate {
  const text = `[package]\nname = "${name}"\nversion = "${version}"\nedition = "2021"\n\n${manifest}`;
  const all = { "Cargo.toml": text, ...files };
  const entries = Object.entries(all).map(([path, body]) => ({ path: `${name}-${version}/${path}`, body }));
  return { name, version, files: all, dependencies: dependenciesOf(text), ...craftCrate(entries) };
}
