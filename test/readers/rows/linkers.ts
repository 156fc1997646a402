import { compiledC, executable, sharedLibrary, staticLibrary } from "../content.ts";
import { buildScript, manifest, onlyItself, program, scriptProject, workspace } from "../projects.ts";
import type { Content, Files, Reader } from "../reader.ts";

const word = (said: string) => `const char *said(void) { return "${said}"; }\n`;
const prints = `
    unsafe extern "C" { fn said() -> *const std::ffi::c_char; }
    println!("{}", unsafe { std::ffi::CStr::from_ptr(said()) }.to_str().unwrap());
`;
const linked = (attribute: string) => `${attribute}
unsafe extern "C" { fn said() -> *const std::ffi::c_char; }
fn main() {
    println!("{}", unsafe { std::ffi::CStr::from_ptr(said()) }.to_str().unwrap());
}
`;
const main = `fn main() {${prints}}\n`;
const script = (...lines: readonly string[]) =>
  `fn main() {\n    ${onlyItself}\n${lines.map((line) => `    println!("${line}");\n`).join("")}}\n`;
const here = (argument: string) =>
  `fn main() {\n    ${onlyItself}\n    println!("${argument}", std::env::var("CARGO_MANIFEST_DIR").unwrap());\n}\n`;

/** A program that calls a function which is in a file that is edited. */
function calls(
  reader: string,
  file: string,
  { make, files }: { make: (said: string) => Content; files: Files },
): Reader {
  return {
    reader: `the linker: ${reader}`,
    edit: `\`${file}\``,
    files: { ...files, [file]: make(word("one")) },
    edits: { [file]: make(word("two")) },
    says: ["one", "two"],
  };
}

const library = (reader: string, files: Files, file = "lib/libsaid.a"): Reader =>
  calls(reader, file, { make: staticLibrary, files });

/** A program whose only symbol of interest has an address that a file gives. */
const address = `unsafe extern "C" { static said: u8; }
fn main() {
    println!("{}", unsafe { &raw const said } as usize & 0xfff);
}
`;
const symbol = (number: string) => `said = ${number};\n`;

/** A linker with a script, which it gets as one more input. */
function scripted(linker: string, needs?: { settings: string; needs: NonNullable<Reader["needs"]> }): Reader {
  const build = `fn main() {
    ${onlyItself}
    println!("cargo::rustc-link-arg=${linker}");
    println!("cargo::rustc-link-arg=-no-pie");
    println!("cargo::rustc-link-arg={}/said.ld", std::env::var("CARGO_MANIFEST_DIR").unwrap());
}
`;
  const flags = '[build]\nrustflags = ["-Crelocation-model=static", "-Clinker-features=-lld"]\n';
  return {
    reader: `the linker: a script, by \`${linker}\``,
    edit: "`said.ld`",
    files: program(address, { "build.rs": build, "said.ld": symbol("1"), ".cargo/config.toml": flags }),
    edits: { "said.ld": symbol("2") },
    says: ["1", "2"],
    ...needs,
  };
}

/** What a C library exports is what a file lists. */
function exporting(
  linker: string,
  needs?: { settings: string; needs: NonNullable<Reader["needs"]> },
): Reader {
  const build = `fn main() {
    ${onlyItself}
    println!("cargo::rustc-cdylib-link-arg=${linker}");
    println!("cargo::rustc-cdylib-link-arg=-Wl,--undefined-version");
    println!("cargo::rustc-cdylib-link-arg=-Wl,--version-script={}/exports.map", std::env::var("CARGO_MANIFEST_DIR").unwrap());
}
`;
  const exports = (version: string) => `${version} { global: first; };\n`;
  return {
    reader: `the linker: a version script, by \`${linker}\``,
    edit: "`exports.map`",
    files: {
      "Cargo.toml": manifest("app", '[lib]\ncrate-type = ["cdylib"]\n'),
      "src/lib.rs": '#[unsafe(no_mangle)]\npub extern "C" fn first() {}\n',
      "build.rs": build,
      "exports.map": exports("ONE"),
      ".cargo/config.toml": '[build]\nrustflags = ["-Clinker-features=-lld"]\n',
    },
    edits: { "exports.map": exports("TWO") },
    says: undefined,
    ...needs,
  };
}

const lld = {
  settings: "nativeBuildInputs: [pkgs.lld]",
  needs: { isThere: "command -v ld.lld", missing: "lld (apt-get install lld)" },
};
const mold = {
  settings: "nativeBuildInputs: [pkgs.mold]",
  needs: { isThere: "command -v mold", missing: "mold (apt-get install mold)" },
};

/** Linkers and assemblers, which tell nobody what they read. */
export const linkers: readonly Reader[] = [
  library("a library by `#[link]` and a search path of the build script", {
    ...program(linked('#[link(name = "said", kind = "static")]'), {
      "build.rs": here("cargo::rustc-link-search=native={}/lib"),
    }),
  }),
  library("a library by `rustc-link-lib`", {
    ...program(main, {
      "build.rs": `fn main() {
    ${onlyItself}
    println!("cargo::rustc-link-search={}/lib", std::env::var("CARGO_MANIFEST_DIR").unwrap());
    println!("cargo::rustc-link-lib=static=said");
}
`,
    }),
  }),
  library(
    "a library by `rustc-flags`",
    program(main, { "build.rs": here("cargo::rustc-flags=-l static=said -L native={}/lib") }),
  ),
  library(
    "a library by its whole name, `+verbatim`",
    program(linked('#[link(name = "words.a", kind = "static", modifiers = "+verbatim")]'), {
      "build.rs": here("cargo::rustc-link-search=native={}/lib"),
    }),
    "lib/words.a",
  ),
  library(
    "a library by a relative search path of the build script",
    program(main, {
      "build.rs": script("cargo::rustc-link-search=lib", "cargo::rustc-link-lib=static=said"),
    }),
  ),
  library(
    "a library by a relative search path of Cargo's settings",
    program(linked('#[link(name = "said", kind = "static")]'), {
      ".cargo/config.toml": '[build]\nrustflags = ["-L", "native=lib"]\n',
    }),
  ),
  library("a library by a search path of another package", {
    "Cargo.toml": workspace("app", "paths"),
    "app/Cargo.toml": manifest("app", '[dependencies]\npaths = { path = "../paths" }\n'),
    "app/src/main.rs": `use paths as _;\n${linked('#[link(name = "said", kind = "static")]')}`,
    "paths/Cargo.toml": manifest("paths"),
    "paths/src/lib.rs": "",
    "paths/build.rs": here("cargo::rustc-link-search=native={}/../lib"),
  }),
  library(
    "a library by `rustc-link-arg`",
    program(main, { "build.rs": here("cargo::rustc-link-arg={}/lib/libsaid.a") }),
  ),
  library(
    "a library by `rustc-link-arg` and a relative path",
    program(main, { "build.rs": script("cargo::rustc-link-arg=lib/libsaid.a") }),
  ),
  library("a library that an empty library of Rust passes on", {
    "Cargo.toml": workspace("app", "sys"),
    "app/Cargo.toml": manifest("app", '[dependencies]\nsys = { path = "../sys" }\n'),
    "app/src/main.rs": 'fn main() {\n    println!("{}", sys::word());\n}\n',
    "sys/Cargo.toml": manifest("sys", 'links = "said"\n'),
    "sys/src/lib.rs": `unsafe extern "C" { fn said() -> *const std::ffi::c_char; }
pub fn word() -> &'static str {
    unsafe { std::ffi::CStr::from_ptr(said()) }.to_str().unwrap()
}
`,
    "sys/build.rs": buildScript(
      `${onlyItself} println!("cargo::rustc-link-search={}/../lib", std::env::var("CARGO_MANIFEST_DIR").unwrap()); println!("cargo::rustc-link-lib=static:-bundle=said"); String::new()`,
    ),
  }),
  calls("an object file by `rustc-link-arg`", "lib/said.o", {
    make: (text) => compiledC(text),
    files: program(main, { "build.rs": here("cargo::rustc-link-arg={}/lib/said.o") }),
  }),
  calls("an object file that a script of the linker names", "lib/said.o", {
    make: (text) => compiledC(text),
    files: program(main, {
      "build.rs": here("cargo::rustc-link-arg={}/lib/all.ld"),
      "lib/all.ld": "INPUT(said.o)\n",
    }),
  }),
  calls("an object file of a thin archive", "lib/said.o", {
    make: (text) => compiledC(text),
    files: program(main, {
      "build.rs": here("cargo::rustc-link-arg={}/lib/thin.a"),
      "lib/thin.a": compiledC(
        word("one"),
        'cd "${1%/*}"; cp "$OLDPWD/said.c" .; cc -c said.c; rm said.c; ar rcsT thin.a said.o',
      ),
    }),
  }),
  {
    ...calls("a shared library, of which it notes the name", "lib/libsaid.so", {
      make: sharedLibrary,
      files: program(main, {
        "build.rs": `fn main() {
    ${onlyItself}
    println!("cargo::rustc-link-search={}/lib", std::env::var("CARGO_MANIFEST_DIR").unwrap());
    println!("cargo::rustc-link-lib=dylib=said");
}
`,
      }),
    }),
    edits: { "lib/libsaid.so": sharedLibrary(word("two"), "libsaid.so.2") },
    says: undefined,
  },
  {
    reader: "the linker: a file of arguments",
    edit: "`said.args`",
    files: program(address, {
      "build.rs": here("cargo::rustc-link-arg=@{}/said.args"),
      "said.args": "-no-pie -Wl,--defsym=said=1\n",
      ".cargo/config.toml": '[build]\nrustflags = ["-Crelocation-model=static"]\n',
    }),
    edits: { "said.args": "-no-pie -Wl,--defsym=said=2\n" },
    says: ["1", "2"],
  },
  {
    reader: "rustc: a file of arguments",
    edit: "`said.args`",
    files: program('fn main() {\n    println!("{}", if cfg!(said) { "two" } else { "one" });\n}\n', {
      "said.args": "--cfg=nothing\n",
      ".cargo/config.toml": '[build]\nrustflags = ["@said.args"]\n',
    }),
    edits: { "said.args": "--cfg=said\n" },
    says: ["one", "two"],
  },
  scripted("-fuse-ld=bfd"),
  scripted("-fuse-ld=gold"),
  scripted("-fuse-ld=lld", lld),
  {
    ...scripted("-fuse-ld=mold", mold),
    reader: "the linker: an object file, by `-fuse-ld=mold`",
    edit: "`lib/said.o`",
    files: program(main, {
      "build.rs": `fn main() {
    ${onlyItself}
    println!("cargo::rustc-link-arg=-fuse-ld=mold");
    println!("cargo::rustc-link-arg={}/lib/said.o", std::env::var("CARGO_MANIFEST_DIR").unwrap());
}
`,
      "lib/said.o": compiledC(word("one")),
      ".cargo/config.toml": '[build]\nrustflags = ["-Clinker-features=-lld"]\n',
    }),
    edits: { "lib/said.o": compiledC(word("two")) },
    says: ["one", "two"],
  },
  {
    reader: "the linker: a list of what is exported, by `-fuse-ld=bfd`",
    edit: "`exports.list`",
    files: program(
      `#[unsafe(no_mangle)]
extern "C" fn first() {}
#[unsafe(no_mangle)]
extern "C" fn second() {}
fn main() {
    std::hint::black_box([first as extern "C" fn(), second]);
}
`,
      {
        "build.rs": `fn main() {
    ${onlyItself}
    println!("cargo::rustc-link-arg=-fuse-ld=bfd");
    println!("cargo::rustc-link-arg=-Wl,--dynamic-list={}/exports.list", std::env::var("CARGO_MANIFEST_DIR").unwrap());
}
`,
        "exports.list": "{ first; };\n",
        ".cargo/config.toml": '[build]\nrustflags = ["-Clinker-features=-lld"]\n',
      },
    ),
    edits: { "exports.list": "{ second; };\n" },
    says: undefined,
  },
  exporting("-fuse-ld=lld", lld),
  exporting("-fuse-ld=mold", mold),
  {
    reader: "the linker that Cargo's settings name, a script of the source",
    edit: "the script",
    files: program(address, {
      ".cargo/config.toml":
        '[target.x86_64-unknown-linux-gnu]\nlinker = "tools/cc.sh"\nrustflags = ["-Crelocation-model=static"]\n',
      "tools/cc.sh": executable('#!/bin/sh\nexec cc "$@" -no-pie -Wl,--defsym=said=1\n'),
    }),
    edits: { "tools/cc.sh": executable('#!/bin/sh\nexec cc "$@" -no-pie -Wl,--defsym=said=2\n') },
    says: ["1", "2"],
  },
  {
    reader: "the linker that Cargo's settings name, a script of the source",
    edit: "a file that the script reads",
    files: program(address, {
      ".cargo/config.toml":
        '[target.x86_64-unknown-linux-gnu]\nlinker = "tools/cc.sh"\nrustflags = ["-Crelocation-model=static"]\n',
      "tools/cc.sh": executable(
        '#!/bin/sh\nexec cc "$@" -no-pie -Wl,--defsym=said=$(cat "${0%/*}/number")\n',
      ),
      "tools/number": "1",
    }),
    edits: { "tools/number": "2" },
    says: ["1", "2"],
  },
  {
    reader: "a wrapper of rustc that Cargo's settings name",
    edit: "a file that the wrapper reads",
    files: program('fn main() {\n    println!("{}", if cfg!(said) { "two" } else { "one" });\n}\n', {
      ".cargo/config.toml": '[build]\nrustc-wrapper = "tools/rustc.sh"\n',
      "tools/rustc.sh": executable('#!/bin/sh\nexec "$@" $(cat "${0%/*}/flags")\n'),
      "tools/flags": "--cfg=nothing",
    }),
    edits: { "tools/flags": "--cfg=said" },
    says: ["one", "two"],
  },
  {
    reader: "a build script, by what a wrapper of rustc says of the platform",
    edit: "a file that the wrapper reads",
    files: scriptProject(`${onlyItself} std::env::var("CARGO_CFG_SAID").unwrap_or_default()`, {
      ".cargo/config.toml": '[build]\nrustc-wrapper = "tools/rustc.sh"\n',
      "tools/rustc.sh": executable('#!/bin/sh\nexec "$@" $(cat "${0%/*}/flags")\n'),
      "tools/flags": '--cfg=said="one"',
    }),
    edits: { "tools/flags": '--cfg=said="two"' },
    says: ["one", "two"],
  },
  {
    reader: 'the assembler: `global_asm!(".incbin …")`',
    edit: "the file",
    files: program(
      `std::arch::global_asm!(".section .rodata", ".globl said", "said: .incbin \\"words.bin\\"", ".byte 0", ".text");
${linked("").replace("fn said() -> *const std::ffi::c_char", "static said: std::ffi::c_char").replace("said())", "&raw const said)")}`,
      { "words.bin": "one" },
    ),
    edits: { "words.bin": "two" },
    says: ["one", "two"],
  },
  {
    reader: 'the assembler: `global_asm!(".include …")`',
    edit: "the file",
    files: program(
      `std::arch::global_asm!(".include \\"asm/words.s\\"");
${linked("").replace("fn said() -> *const std::ffi::c_char", "static said: std::ffi::c_char").replace("said())", "&raw const said)")}`,
      { "asm/words.s": '.section .rodata\n.globl said\nsaid: .asciz "one"\n.text\n' },
    ),
    edits: { "asm/words.s": '.section .rodata\n.globl said\nsaid: .asciz "two"\n.text\n' },
    says: ["one", "two"],
  },
];
