import { compiledC, executable, link } from "../content.ts";
import { buildScript, macroProject, manifest, onlyItself, scriptProject, workspace } from "../projects.ts";
import { type Files, fails, type Reader } from "../reader.ts";

type Edited = Pick<Reader, "edits" | "says"> & Partial<Reader> & { readonly more?: Files };

/** A build script that names itself alone. `body` is an expression of type `String`. */
function script(reader: string, body: string, { more = {}, ...rest }: Edited): Reader {
  const edit = Object.keys(rest.edits)
    .map((path) => `\`${path.replace("\r", "\\r")}\``)
    .join(", ");
  return { reader, edit, files: scriptProject(`${onlyItself} ${body}`, more), ...rest };
}

/** Of a text that says one word. */
const data = (path: string): Edited => ({
  more: { [path]: "said one\n" },
  edits: { [path]: "said two\n" },
  says: ["one", "two"],
});

/** A package that leaves something at a place for another one's macro, whose own code is edited then. */
function message(where: string, leave: string, look: string, says: string): Reader {
  const main = (word: string) => `fn main() {\n    println!("${word} {}", m::said!());\n}\n`;
  return {
    reader: `a macro that looks for what a build script left ${where}`,
    edit: "the code of its caller",
    files: {
      ...macroProject(look),
      "other/build.rs": buildScript(`${onlyItself} ${leave}; String::new()`),
      "app/Cargo.toml": manifest(
        "app",
        '[dependencies]\nm = { path = "../m" }\nother = { path = "../other" }\n',
      ),
      "app/src/main.rs": main("one"),
    },
    edits: { "app/src/main.rs": main("two") },
    says: [`one ${says}`, `two ${says}`],
  };
}

const inRoot = `
    unsafe extern "C" { fn syscall(number: i64, ...) -> i64; }
    use std::{io::Read, os::fd::{AsRawFd, FromRawFd}};
    let root = std::fs::File::open("root").unwrap();
    let how = [0u64, 0, 0x10];
    let opened = unsafe { syscall(437, root.as_raw_fd() as i64, c"/etc/data.txt".as_ptr(), how.as_ptr(), 24i64) };
    assert!(opened >= 0);
    let mut text = String::new();
    unsafe { std::fs::File::from_raw_fd(opened as i32) }.read_to_string(&mut text).unwrap();
    word(&text)`;

const watched = `
    unsafe extern "C" { fn syscall(number: i64, ...) -> i64; }
    let watcher = unsafe { syscall(294, 0i64) };
    if unsafe { syscall(254, watcher, c"extra.txt".as_ptr(), 2i64) } >= 0 { "two".into() } else { "one".into() }`;

const loader = (word: string) =>
  compiledC(
    `static long call(long n, long a, long b, long c) { long r; __asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory"); return r; }
void _start(void) { call(1, 1, (long)"${word}", 3); call(231, 0, 0, 0); }`,
    'cc -O1 -static -nostdlib -fno-stack-protector -o "$1" said.c',
  );

const says = (word: string) =>
  compiledC(`#include <stdio.h>\nint main(void) { puts("${word}"); }`, 'cc -o "$1" said.c');

/** What is read or found out by a way that one would not think of. */
export const byways: readonly Reader[] = [
  {
    ...script(
      "a build script that generates code into the source, where it is committed",
      'std::fs::write("src/made.rs", std::fs::read("template.rs").unwrap()).unwrap(); String::new()',
      { edits: { "app/src/made.rs": 'pub const SAID: &str = "two";\n' }, says: ["one", "one"] },
    ),
    files: {
      ...scriptProject(
        'println!("cargo::rerun-if-changed=template.rs"); std::fs::write("src/made.rs", std::fs::read("template.rs").unwrap()).unwrap(); String::new()',
      ),
      "app/template.rs": 'pub const SAID: &str = "one";\n',
      "app/src/made.rs": 'pub const SAID: &str = "one";\n',
      "app/src/main.rs": 'mod made;\nfn main() {\n    println!("{}", made::SAID);\n}\n',
    },
  },
  {
    ...script(
      "what a hook left in the target directory",
      'read("/build/target/data.txt")',
      data("app/data.txt"),
    ),
    settings: 'preBuild: "cp app/data.txt /build/target/data.txt"',
    cargo: [["--version"], ["--version"]],
  },
  {
    ...script("what a hook left in `$out`", 'read("/build/out/data.txt")', data("app/data.txt")),
    settings: 'preBuild: "cp app/data.txt $out/data.txt"',
    cargo: [["--version"], ["--version"]],
  },
  {
    reader: "a macro in a test that runs a program which Cargo built before",
    edit: "`other/src/main.rs`",
    files: {
      ...macroProject(
        'let ran = std::process::Command::new(format!("{}/debug/other", std::env::var("CARGO_TARGET_DIR").unwrap())).output().unwrap(); String::from_utf8(ran.stdout).unwrap().trim().into()',
      ),
      "app/Cargo.toml": manifest("app", '[dev-dependencies]\nm = { path = "../m" }\n'),
      "app/src/main.rs": 'fn main() {\n    println!("one");\n}\n',
      "gantry.config.ts":
        'import { defineProject } from "gantry";\n\nexport default defineProject(({ crane, fileset }) => ({\n  packages: {\n    default: crane.buildPackage({ src: fileset.everything(), cargoArtifacts: null, cargoProfile: "dev", cargoTestExtraArgs: ["--workspace"] }),\n  },\n}));\n',
      "app/tests/says.rs": '#[test]\nfn says() {\n    assert_eq!(m::said!(), "one");\n}\n',
      "other/src/main.rs": 'fn main() {\n    println!("one");\n}\n',
    },
    edits: { "other/src/main.rs": 'fn main() {\n    println!("two");\n}\n' },
    cargo: [["--version"], ["--version"]],
    says: ["one", fails],
  },
  {
    reader: "a build script in a directory called `app (deleted)`",
    edit: "`app (deleted)/data.txt`",
    files: {
      "Cargo.toml": workspace("app (deleted)"),
      "app (deleted)/Cargo.toml": manifest("app"),
      "app (deleted)/build.rs": buildScript(`${onlyItself} read("data.txt")`),
      "app (deleted)/src/main.rs": 'fn main() {\n    println!("{}", env!("SAID"));\n}\n',
      "app (deleted)/data.txt": "said one\n",
    },
    edits: { "app (deleted)/data.txt": "said two\n" },
    says: ["one", "two"],
  },
  script("a file whose name ends with a carriage return", 'read("Icon\\r")', data("app/Icon\r")),
  {
    reader: "a program of the project that the compiler driver finds (`-B`), and its variables",
    edit: "a variable",
    files: {
      "Cargo.toml": manifest("app"),
      "src/main.rs":
        'unsafe extern "C" {\n    static said: u8;\n}\nfn main() {\n    println!("{}", if &raw const said as usize == 1 { "one" } else { "two" });\n}\n',
      "tools/ld.bfd": executable('#!/bin/sh\nexec /usr/bin/ld --defsym=said=${SAID:-0} "$@"\n'),
      ".cargo/config.toml":
        '[build]\nrustflags = ["-Crelocation-model=static", "-Clink-arg=-Btools", "-Clink-arg=-no-pie", "-Clink-arg=-fuse-ld=bfd"]\n',
    },
    edits: {
      "gantry.config.ts":
        'import { defineProject } from "gantry";\n\nexport default defineProject(({ crane, fileset }) => ({\n  packages: {\n    default: crane.buildPackage({ src: fileset.everything(), cargoArtifacts: null, cargoProfile: "dev", env: { SAID: "2" }, doCheck: false }),\n  },\n}));\n',
    },
    env: { SAID: "1" },
    cargo: [["--version"], ["--version"]],
    says: ["one", "two"],
  },
  script(
    "a path that goes up from a directory",
    'std::fs::read_to_string("gen/../data.txt").map_or("one".into(), |text| word(&text))',
    { more: { "app/data.txt": "said two\n" }, edits: { "app/gen/x": "" }, says: ["one", "two"] },
  ),
  script(
    "a path that goes up from a file",
    'std::fs::read_to_string("gen/../data.txt").map_or("one".into(), |text| word(&text))',
    {
      more: { "app/data.txt": "said two\n", "app/gen": "" },
      edits: { "app/gen": null, "app/gen/x": "" },
      says: ["one", "two"],
    },
  ),
  script(
    "a directory that is made and removed again",
    'match std::fs::create_dir("lock") { Ok(()) => { std::fs::remove_dir("lock").unwrap(); "one" }, Err(_) => "two" }.into()',
    { edits: { "app/lock/x": "" }, says: ["one", "two"] },
  ),
  script(
    "a file that must not be there yet",
    'match std::fs::File::create_new("lock") { Ok(_) => { std::fs::remove_file("lock").unwrap(); "one" }, Err(_) => "two" }.into()',
    { edits: { "app/lock": "" }, says: ["one", "two"] },
  ),
  script(
    "a file that is written into a directory which need not be there",
    'match std::fs::write("gen/x", "") { Ok(()) => { std::fs::remove_file("gen/x").unwrap(); "two" }, Err(_) => "one" }.into()',
    { edits: { "app/gen/y": "" }, says: ["one", "two"] },
  ),
  script(
    "a file that is read under another name",
    'std::fs::rename("data.txt", "aside.txt").unwrap(); let said = read("aside.txt"); std::fs::rename("aside.txt", "data.txt").unwrap(); said',
    data("app/data.txt"),
  ),
  {
    reader: "a macro that executes what rustc includes",
    edit: "the mode of `app/src/gen.sh`",
    files: {
      ...macroProject(
        'match std::process::Command::new(at("src/gen.sh")).output() { Ok(ran) => word(std::str::from_utf8(&ran.stdout).unwrap()), Err(_) => "two".into() }',
      ),
      "app/src/gen.sh": executable("#!/bin/sh\necho said one\n"),
      "app/src/main.rs":
        'const TEXT: &str = include_str!("gen.sh");\nfn main() {\n    assert!(!TEXT.is_empty());\n    println!("{}", m::said!());\n}\n',
    },
    edits: { "app/src/gen.sh": "#!/bin/sh\necho said one\n" },
    says: ["one", "two"],
  },
  message(
    "in `$CARGO_HOME`",
    'let home = std::env::var("CARGO_HOME").unwrap(); std::fs::create_dir_all(&home).unwrap(); std::fs::write(home + "/said-by-gantry.txt", "said there").unwrap()',
    'word(&std::fs::read_to_string("/build/home/.cargo/said-by-gantry.txt").unwrap_or_default())',
    "there",
  ),
  message(
    "in `/dev/shm`",
    'std::fs::write("/dev/shm/said-by-gantry.txt", "said there").unwrap()',
    'word(&std::fs::read_to_string("/dev/shm/said-by-gantry.txt").unwrap_or_default())',
    "there",
  ),
  message(
    "in `/tmp`, and that removes it",
    'std::fs::write("/tmp/said-by-gantry.txt", "said there").unwrap()',
    'let said = word(&std::fs::read_to_string("/tmp/said-by-gantry.txt").unwrap_or_default()); let _ = std::fs::remove_file("/tmp/said-by-gantry.txt"); said',
    "there",
  ),
  message(
    "in `/tmp`: a socket",
    'let _ = std::fs::remove_file("/tmp/said-by-gantry"); std::os::unix::net::UnixListener::bind("/tmp/said-by-gantry").unwrap()',
    'std::path::Path::new("/tmp/said-by-gantry").exists().to_string()',
    "true",
  ),
  script("the loader that a program of the project names", 'run("tools/gen", &[]).trim().into()', {
    more: {
      "app/tools/gen": compiledC(
        "int main(void) { return 7; }",
        'cc -o "$1" said.c -Wl,--dynamic-linker=/build/source/app/tools/loader',
      ),
      "app/tools/loader": loader("one"),
    },
    edits: { "app/tools/loader": loader("two") },
    cargo: [["--version"], ["--version"]],
    says: ["one", "two"],
  }),
  script("a file, by `/proc/./self/cwd`", 'read("/proc/./self/cwd/data.txt")', data("app/data.txt")),
  script("a file, by a link to `/proc/self/cwd`", 'read("../here/data.txt")', {
    ...data("app/data.txt"),
    more: { "app/data.txt": "said one\n", here: link("/proc/self/cwd") },
  }),
  script("an interpreter, by `/proc/self/cwd`", 'run("./gen", &[]).trim().into()', {
    more: { "app/gen": executable("#!/proc/self/cwd/run\nrest\n"), "app/run": says("one") },
    edits: { "app/run": says("two") },
    says: ["one", "two"],
  }),
  script("a file below another root (`openat2`)", inRoot, data("app/root/etc/data.txt")),
  script("whether a file can be watched", watched, { edits: { "app/extra.txt": "" }, says: ["one", "two"] }),
];
