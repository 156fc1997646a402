import { buildScript, manifest, workspace } from "../projects.ts";
import type { Reader } from "../reader.ts";

/**
 * A build script that leaves a file outside of its `OUT_DIR`, which a library includes; the library is edited. The script
 * says what it read, so that nothing has it run again.
 *
 * @param place an expression of the directory
 */
function writer(where: string, place: string, more: Partial<Reader> = {}): Reader {
  const build = buildScript(`println!("cargo::rerun-if-changed=build.rs");
    let directory: String = { ${place} };
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(format!("{directory}/said-by-gantry.txt"), "left").unwrap();
    format!("{directory}/said-by-gantry.txt")`);
  return {
    reader: `a build script that writes to ${where}`,
    edit: "the code that includes what it wrote",
    files: {
      "Cargo.toml": workspace("app"),
      "app/Cargo.toml": manifest("app"),
      "app/build.rs": build,
      "app/src/main.rs": code("one"),
    },
    edits: { "app/src/main.rs": code("two") },
    says: ["one left", "two left"],
    ...more,
  };
}

function code(word: string): string {
  return `fn main() {\n    println!("${word} {}", include_str!(env!("SAID")));\n}\n`;
}

const manifestDirectory = 'std::env::var("CARGO_MANIFEST_DIR").unwrap()';
const outDirectory = 'std::env::var("OUT_DIR").unwrap()';

/** Build scripts that leave something where nobody looks for it. */
export const writers: readonly Reader[] = [
  writer("`/tmp`", '"/tmp".into()'),
  writer("`$HOME`", 'std::env::var("HOME").unwrap()'),
  writer("the directory above its `OUT_DIR`", `format!("{}/..", ${outDirectory})`),
  writer("`build/` of the target directory", `format!("{}/../..", ${outDirectory})`),
  writer("the profile's directory", `format!("{}/../../..", ${outDirectory})`),
  writer("`deps/` of the target directory", `format!("{}/../../../deps", ${outDirectory})`),
  writer("the target directory", `format!("{}/../../../..", ${outDirectory})`),
  writer(
    "a directory of its own in the target directory",
    `format!("{}/../../../generated", ${outDirectory})`,
  ),
  writer("its package", `${manifestDirectory}`),
  writer("`src/` of its package", `format!("{}/src", ${manifestDirectory})`),
  writer("the workspace", `format!("{}/../generated", ${manifestDirectory})`),
  {
    ...writer("`$out`", 'format!("{}/share", std::env::var("out").unwrap())'),
    edit: "the code of its package",
    cargo: [["build"], ["build"]],
  },
  {
    ...writer("`$out`, by another package", '"".into()'),
    edit: "the code that has nothing to do with it",
    files: {
      "Cargo.toml": workspace("app", "other"),
      "app/Cargo.toml": manifest("app", '[dependencies]\nother = { path = "../other" }\n'),
      "app/src/main.rs": 'use other as _;\nfn main() {\n    println!("one");\n}\n',
      "other/Cargo.toml": manifest("other"),
      "other/src/lib.rs": "",
      "other/build.rs": buildScript(`println!("cargo::rerun-if-changed=build.rs");
    let directory = format!("{}/share", std::env::var("out").unwrap());
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(format!("{directory}/said.txt"), "left").unwrap();
    directory`),
    },
    edits: { "app/src/main.rs": 'use other as _;\nfn main() {\n    println!("two");\n}\n' },
    says: ["one", "two"],
  },
  {
    ...writer("its package, and reads it when it runs again", '"".into()'),
    edit: "what it says that it reads",
    files: {
      "Cargo.toml": workspace("app"),
      "app/Cargo.toml": manifest("app"),
      "app/seed.txt": "one",
      "app/build.rs": buildScript(`println!("cargo::rerun-if-changed=seed.txt");
    let before = std::fs::read_to_string("generated.txt").unwrap_or("new".into());
    let seed = std::fs::read_to_string("seed.txt").unwrap();
    std::fs::write("generated.txt", &seed).unwrap();
    format!("{before} {seed}")`),
      "app/src/main.rs": 'fn main() {\n    println!("{}", env!("SAID"));\n}\n',
    },
    edits: { "app/seed.txt": "two" },
    says: ["new one", "new two"],
  },
];
