import { lockText } from "../rig/lockText.ts";
import type { Files, Reader } from "./reader.ts";

/** `[package]` of a manifest, and what follows it. */
export function manifest(name: string, more = ""): string {
  return `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${more}`;
}

/** A word that follows `said` in a text. */
const functions = `#[allow(dead_code)]
fn word(text: &str) -> String {
    let Some((_, rest)) = text.split_once("said ") else { return "none".into() };
    rest.chars().take_while(|each| each.is_alphanumeric()).collect()
}
#[allow(dead_code)]
fn names(directory: impl AsRef<std::path::Path>) -> String {
    let mut names: Vec<_> = std::fs::read_dir(directory).unwrap().map(|each| each.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names.join(" ")
}
`;

/**
 * A workspace of the program `app`, which says what the macro `said!` of the package `m` gives, and the member `other`.
 *
 * @param body an expression of type `String`; `read` reads a file, relative to the package that is compiled
 */
export function macroProject(body: string, more: Files = {}): Files {
  return {
    "Cargo.toml": workspace("app", "m", "other"),
    "app/Cargo.toml": manifest("app", '[dependencies]\nm = { path = "../m" }\n'),
    "app/src/main.rs": 'fn main() {\n    println!("{}", m::said!());\n}\n',
    "m/Cargo.toml": manifest("m", "[lib]\nproc-macro = true\n"),
    "m/src/lib.rs": `use proc_macro::TokenStream;
${functions}
#[allow(dead_code)]
fn at(path: &str) -> String {
    format!("{}/{path}", std::env::var("CARGO_MANIFEST_DIR").unwrap())
}
#[allow(dead_code)]
fn read(path: &str) -> String {
    word(&std::fs::read_to_string(at(path)).unwrap_or_default())
}
#[proc_macro]
pub fn said(_: TokenStream) -> TokenStream {
    let said: String = { ${body} };
    format!("{said:?}").parse().unwrap()
}
`,
    "other/Cargo.toml": manifest("other"),
    "other/src/lib.rs": "",
    "other/data.txt": "said one\n",
    ...more,
  };
}

/**
 * A workspace of the program `app`, which says what its build script found, and the member `other`.
 *
 * @param body an expression of type `String`; `read` reads a file, relative to the package
 */
export function scriptProject(body: string, more: Files = {}): Files {
  return {
    "Cargo.toml": workspace("app", "other"),
    "app/Cargo.toml": manifest("app"),
    "app/build.rs": buildScript(body),
    "app/src/main.rs": 'fn main() {\n    println!("{}", env!("SAID"));\n}\n',
    "other/Cargo.toml": manifest("other"),
    "other/src/lib.rs": "",
    "other/data.txt": "said one\n",
    ...more,
  };
}

export function buildScript(body: string): string {
  return `${functions}
#[allow(dead_code)]
fn read(path: impl AsRef<std::path::Path>) -> String {
    word(&std::fs::read_to_string(path).unwrap_or_default())
}
#[allow(dead_code)]
fn out(name: &str) -> String {
    format!("{}/{name}", std::env::var("OUT_DIR").unwrap())
}
#[allow(dead_code)]
fn run(program: &str, words: &[&str]) -> String {
    let ran = std::process::Command::new(program).args(words).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}
fn main() {
    let said: String = { ${body} };
    println!("cargo::rustc-env=SAID={said}");
}
`;
}

/** The line by which a build script names itself alone. */
export const onlyItself = 'println!("cargo::rerun-if-changed=build.rs");';

/** One package, a program. */
export function program(code: string, more: Files = {}): Files {
  return { "Cargo.toml": manifest("app"), "src/main.rs": code, ...more };
}

export function workspace(...members: readonly string[]): string {
  return `[workspace]\nmembers = ${JSON.stringify(members)}\nresolver = "2"\n`;
}

/**
 * The files of a row, and its edits, complete: with the configuration, and a lock where the project needs no crates. Each
 * package is described by its row, so that no row's units are another's: what one row finds must not be found, or hidden,
 * by another.
 */
export function completed(row: Reader): { readonly files: Files; readonly edits: Files } {
  const described = (files: Files): Files =>
    Object.fromEntries(
      Object.entries(files).map(([path, content]) => {
        const isPlain = isManifest(path) && typeof content === "string" && !content.includes("description");
        const line = `description = ${JSON.stringify(`${row.reader}: ${row.edit}`)}\n`;
        return [path, isPlain ? content.replace("[package]\n", `[package]\n${line}`) : content];
      }),
    );
  const hasLock = "Cargo.lock" in row.files;
  const files = {
    "gantry.config.ts": configuration(row, hasLock ? "" : "cargoArtifacts: null, "),
    ...(hasLock ? {} : { "Cargo.lock": lockOf(row.files) }),
    ...row.files,
  };
  const edits = hasLock ? row.edits : { "Cargo.lock": lockOf({ ...row.files, ...row.edits }), ...row.edits };
  return { files: described(files), edits: described(edits) };
}

function lockOf(files: Files): string {
  const manifests = Object.entries(files).flatMap(([path, content]) => {
    const isText = isManifest(path) && typeof content === "string";
    const isOfAnother = isText && path !== "Cargo.toml" && content.includes("[workspace]\n");
    return isText && !isOfAnother ? [content] : [];
  });
  return lockText(manifests, []);
}

function isManifest(path: string): boolean {
  return /(^|\/)Cargo\.toml$/.test(path);
}

function configuration({ settings = "", lint = "warnings", env = {} }: Reader, layer: string): string {
  return `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset, pkgs }) => {
  const one = { src: fileset.everything(), ${layer}cargoProfile: "dev", env: ${JSON.stringify(env)}, ${settings} };
  return {
    packages: { default: crane.buildPackage({ ...one, doCheck: false }) },
    checks: { clippy: crane.cargoClippy({ ...one, cargoClippyExtraArgs: ["--", "--deny", "${lint}"] }) },
  };
});
`;
}

/** The file that is edited: of its text what `text` makes of `said one`, and then of `said two`. */
export type Said =
  | string
  | { readonly file: string; readonly text?: (said: string) => string; readonly more?: Files };

/** The row of a project that says the word that follows `said` in some file. */
export function saysTwo(reader: string, project: (more: Files) => Files, at: Said): Reader {
  const {
    file,
    text = (said: string) => `// ${said}\n`,
    more = {},
  } = typeof at === "string" ? { file: at } : at;
  return {
    reader,
    edit: `\`${file}\``,
    files: project({ ...more, [file]: text("said one") }),
    edits: { [file]: text("said two") },
    says: ["one", "two"],
  };
}
