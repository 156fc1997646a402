import { linkPrefix } from "./linkPrefix.ts";
import type { State } from "./state.ts";

/** The files of the generated workspace that are neither manifests nor configuration, by path. */
export function generatedSources(state: State): Map<string, string> {
  return new Map([
    ...baseSources(state),
    ...macroSources(state),
    ...midSources(state),
    ...quietSources(state),
    ...appSources(state),
  ]);
}

function baseSources(state: State): [string, string][] {
  return [
    [
      "base/src/lib.rs",
      `mod part;
pub fn many(a: u8, b: u8, c: u8) -> u8 { a + b + c }
pub fn base() -> String {
    ${state.base === 2 ? "let unused = 1;\n    " : ""}let loud = if cfg!(feature = "loud") { "loud" } else { "quiet" };
    let (about, heard) = (env!("CARGO_PKG_DESCRIPTION"), option_env!("WHISPER").unwrap_or("nothing"));
    let [note, linked] = [include_str!("../note.txt"), include_str!("../linked.txt")];
    format!("base ${state.base} {} {loud} {about} {heard} {note} {linked} {} {}", part::PART, leaf::LEAF, leaf::MORE)
}
`,
    ],
    [`base/src/part${state.isPartMoved ? "/mod" : ""}.rs`, `pub const PART: u32 = ${state.part};\n`],
    ["base/note.txt", `note ${state.note}`],
    ["base/linked.txt", `${linkPrefix}../shared/real.txt`],
    ["shared/real.txt", `linked ${state.behindLink}`],
    ...(state.hasSpareFile ? [["base/src/spare.rs", "// no module\n"] as [string, string]] : []),
  ];
}

function macroSources(state: State): [string, string][] {
  const read = (path: string) =>
    `std::fs::read_to_string(format!("{}/${path}", std::env::var("CARGO_MANIFEST_DIR").unwrap())).unwrap()`;
  return [
    [
      "macros/src/lib.rs",
      `use proc_macro::TokenStream;
#[proc_macro]
pub fn data(_: TokenStream) -> TokenStream {
    let shared = format!("{}/../shared", std::env::var("CARGO_MANIFEST_DIR").unwrap());
    let parts = std::fs::read_dir(format!("{shared}/parts")).unwrap().count();
    let seen = format!("{parts} {}", std::path::Path::new(&format!("{shared}/wanted.txt")).exists());
    format!("{:?}", [seen, ${read("data.txt")}, ${read("../shared/common.txt")}, std::env::var("WHISPER").unwrap_or_default(), "${state.macros}".to_string()].join(" ")).parse().unwrap()
}
`,
    ],
    ["shared/common.txt", `common ${state.commonData}`],
    ["shared/parts/first.txt", ""],
    ...(state.hasPart ? [["shared/parts/second.txt", ""] as [string, string]] : []),
    ...(state.hasWanted ? [["shared/wanted.txt", ""] as [string, string]] : []),
    ["mid/data.txt", `data of mid ${state.midData}`],
    ["app/data.txt", `data of app ${state.appData}`],
  ];
}

function midSources(state: State): [string, string][] {
  return [
    [
      "mid/build.rs",
      `use std::{env, fs};
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=seed.txt");
    println!("cargo::rerun-if-env-changed=GREETING");
    let variables = [env::var("GREETING").unwrap(), env::var("WHISPER").unwrap_or_default()].join(" ");
    let made = format!("{} {variables} {} ${state.script}", fs::read_to_string("seed.txt").unwrap(), silent::LEVEL);
    fs::write(format!("{}/made.txt", env::var("OUT_DIR").unwrap()), made).unwrap();
}
`,
    ],
    ["mid/seed.txt", `seed ${state.seed}`],
    [
      "mid/src/lib.rs",
      `${state.hasComment ? "// A comment.\n" : ""}pub use macros::data;
pub fn mid() -> String {
    let made = include_str!(concat!(env!("OUT_DIR"), "/made.txt"));
    format!("{} mid {made} {} {} {}", base::base(), data!(), scripted::SCRIPTED, silent::LEVEL)
}
`,
    ],
    [
      "loose/build.rs",
      `use std::{env, fs};
fn main() {
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    let number = manifest.lines().find(|line| line.starts_with("number")).unwrap();
    let heard = env::var("WHISPER").unwrap_or_default();
    println!("cargo::rustc-env=INFO={} {number} {heard}", fs::read_to_string("info.txt").unwrap());
}
`,
    ],
    ["loose/info.txt", `info ${state.info}`],
    ["loose/src/main.rs", 'fn main() {\n    println!("{}", env!("INFO"));\n}\n'],
  ];
}

/** A program that nothing depends on, whose build script, linker and assembler read what nobody names. */
function quietSources(state: State): [string, string][] {
  return [
    [
      "quiet/build.rs",
      `use std::{env, fs, path::Path};
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=trigger.txt");
    println!("cargo::rustc-link-arg=@{}/arguments.txt", env::var("CARGO_MANIFEST_DIR").unwrap());
    let workspace = fs::read_to_string("../Cargo.toml").unwrap();
    let note = workspace.lines().find(|line| line.starts_with("note")).unwrap();
    let parts = fs::read_dir("../shared/parts").unwrap().count();
    let wanted = Path::new("../shared/wanted.txt").exists();
    println!("cargo::rustc-env=SEEN={note} {} {parts} {wanted}", fs::read_to_string("../base/note.txt").unwrap());
}
`,
    ],
    ["quiet/trigger.txt", ""],
    ["quiet/arguments.txt", `-Wl,--build-id=0x0${state.linkerArguments}\n`],
    ["quiet/assembly.txt", `.section .rodata\n.globl assembled\nassembled: .byte ${state.assembly}\n.text\n`],
    [
      "quiet/src/main.rs",
      `std::arch::global_asm!(".include \\"quiet/assembly.txt\\"");
unsafe extern "C" { static assembled: u8; }
fn main() {
    println!("{} {}", env!("SEEN"), unsafe { assembled });
}
`,
    ],
  ];
}

function appSources(state: State): [string, string][] {
  return [
    [
      "app/src/lib.rs",
      `pub fn app() -> String {
    let scripted = option_env!("APP_SCRIPT").unwrap_or("no script");
    format!("{} app ${state.app} {} {} {} {scripted}", mid::mid(), mid::data!(), middle::middle(), env!("CARGO_PKG_VERSION"))
}
#[test]
fn unit() {
    println!("unit ${state.unitTest} {}", app());
}
`,
    ],
    ...(state.hasAppScript ? [["app/build.rs", appScript] as [string, string]] : []),
    ["app/src/main.rs", `fn main() {\n    println!("main ${state.main} {}", app::app());\n}\n`],
    [
      "app/tests/whole.rs",
      `#[test]\nfn whole() {\n    println!("whole ${state.integrationTest} {}", app::app());\n}\n`,
    ],
    ["app/examples/shown.rs", `fn main() {\n    println!("example ${state.example} {}", app::app());\n}\n`],
    ...(state.hasExtraMember
      ? [
          ["extra/src/main.rs", 'fn main() {\n    println!("extra {}", base::base());\n}\n'] as [
            string,
            string,
          ],
        ]
      : []),
  ];
}

const appScript = `fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=APP_SCRIPT=a script");
}
`;
