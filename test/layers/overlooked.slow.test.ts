import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";

/** One for all, since the first build in a store reads the whole toolchain. */
const store = mkdtempSync(join(tmpdir(), "gantry-build-scripts-"));
afterAll(() => rmSync(store, { recursive: true }));

/** A program, and a library whose build script and code are given; the library's `said()` is what is printed. */
function program(script: string, code: string): TempProject {
  return tempProject(
    {
      "Cargo.toml": '[workspace]\nmembers = ["app", "data"]\nresolver = "2"\n',
      "app/Cargo.toml":
        '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\ndata = { path = "../data" }\n',
      "app/src/main.rs": 'fn main() {\n    println!("{}", data::said());\n}\n',
      "data/Cargo.toml": '[package]\nname = "data"\nversion = "0.1.0"\nedition = "2021"\n',
      "data/build.rs": `use std::{env, fs};\n\nfn main() {\n${script}\n}\n`,
      "data/src/lib.rs": `pub fn said() -> &'static str {\n    ${code}\n}\n`,
      "data/texts/one.txt": "one",
    },
    { store },
  );
}

async function prints(project: TempProject): Promise<string> {
  const ran = await project.gantry(["run"]);
  expect(ran.status, ran.err).toBe(0);
  return ran.out.trim();
}

const readsIt = 'println!("cargo::rustc-env=SAID={}", fs::read_to_string("texts/one.txt").unwrap());';
const ownScript = 'println!("cargo::rerun-if-changed=build.rs");';
const linked = (from: string, to: string) => `${ownScript}
    let link = format!("{}/${to}", env::var("OUT_DIR").unwrap());
    let _ = fs::remove_file(&link);
    std::os::unix::fs::symlink(format!("{}/${from}", env::var("CARGO_MANIFEST_DIR").unwrap()), link).unwrap();
    let _ = fs::read_dir(".");`;

test.each([
  [
    "a line that is indented",
    `${ownScript}\nprintln!("  cargo:rerun-if-changed=texts/one.txt");\n${readsIt}`,
    'env!("SAID")',
  ],
  [
    "a line that ends in blanks",
    `${ownScript}\nprintln!("cargo:rerun-if-changed=texts/one.txt \\r");\n${readsIt}`,
    'env!("SAID")',
  ],
  [
    "a file that `OUT_DIR` has a link to",
    linked("texts/one.txt", "link.txt"),
    'include_str!(concat!(env!("OUT_DIR"), "/link.txt"))',
  ],
  [
    "a file in a directory that `OUT_DIR` has a link to",
    linked("texts", "link"),
    'include_str!(concat!(env!("OUT_DIR"), "/link/one.txt"))',
  ],
])("what a build script reads is noticed: %s", async (_, script, code) => {
  using project = program(script, code);
  project.lock();
  expect(await prints(project)).toBe("one");
  project.edit("data/texts/one.txt", "one", "two");
  expect(await prints(project)).toBe("two");
});

test("a library in the source that a build script has linked is part of what its users are made from", async () => {
  const script = `${ownScript}
    println!("cargo::rustc-link-search=native={}/lib", env::var("CARGO_MANIFEST_DIR").unwrap());
    println!("cargo::rustc-link-lib=static=words");
    let _ = fs::metadata("lib");`;
  const code = `unsafe extern "C" { fn word() -> *const std::ffi::c_char; }
    unsafe { std::ffi::CStr::from_ptr(word()) }.to_str().unwrap()`;
  using project = program(script, code);
  const compileLibrary = (word: string) => {
    project.write("data/lib/words.c", `const char *word(void) { return "${word}"; }\n`);
    const cwd = join(project.root, "data/lib");
    execFileSync("cc", ["-c", "words.c"], { cwd });
    execFileSync("ar", ["rcs", "libwords.a", "words.o"], { cwd });
    rmSync(join(cwd, "words.o"));
  };
  compileLibrary("one");
  project.lock();
  expect(await prints(project)).toBe("one");
  compileLibrary("two");
  expect(await prints(project)).toBe("two");
});

test("a build script that writes beside its `OUT_DIR` runs again with what needs the file", async () => {
  const script = `${ownScript}
    let directory = format!("{}/../../../left", env::var("OUT_DIR").unwrap());
    fs::create_dir_all(&directory).unwrap();
    fs::write(format!("{directory}/said.txt"), "left").unwrap();
    println!("cargo::rustc-env=LEFT={directory}/said.txt");`;
  using project = program(script, 'include_str!(env!("LEFT"))');
  project.lock();
  expect(await prints(project)).toBe("left");
  project.edit("data/src/lib.rs", "pub fn", "// edited\npub fn");
  expect(await prints(project)).toBe("left");
});

test("a build script that names what is not there runs each time, as with Cargo, and `why` says so", async () => {
  using project = program(
    `${ownScript}\nprintln!("cargo::rerun-if-changed=../.git/HEAD");\n${readsIt}`,
    'env!("SAID")',
  );
  project.lock();
  expect(await prints(project)).toBe("one");
  project.edit("app/src/main.rs", "fn main", "// edited\nfn main");
  expect(await prints(project)).toBe("one");
  const why = await project.gantry(["why", "data"]);
  expect(why.out).toContain(
    "`data 0.1.0` (build script) ran: it names `.git/HEAD`, which is not there, and so Cargo runs it each time",
  );
});

test("a macro's own data is part of what its users are made from", async () => {
  using project = program("", "derive::text!()");
  project.write("Cargo.toml", '[workspace]\nmembers = ["app", "data", "derive"]\nresolver = "2"\n');
  project.write(
    "data/Cargo.toml",
    `${project.read("data/Cargo.toml")}\n[dependencies]\nderive = { path = "../derive" }\n`,
  );
  project.write(
    "derive/Cargo.toml",
    '[package]\nname = "derive"\nversion = "0.1.0"\nedition = "2021"\n\n[lib]\nproc-macro = true\n',
  );
  project.write("derive/own.txt", "own");
  project.write(
    "derive/src/lib.rs",
    `use proc_macro::{Literal, TokenStream, TokenTree};

#[proc_macro]
pub fn text(_: TokenStream) -> TokenStream {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/own.txt")).unwrap();
    TokenTree::from(Literal::string(&text)).into()
}
`,
  );
  project.lock();
  expect(await prints(project)).toBe("own");
  project.edit("derive/own.txt", "own", "changed");
  expect(await prints(project)).toBe("changed");
});

test("what a library is told if it was asked for is not kept for when it was not", async () => {
  using project = program("", 'option_env!("CARGO_PRIMARY_PACKAGE").unwrap_or("none")');
  project.lock();
  expect(await prints(project)).toBe("1");
  const ran = await project.gantry(["build", "-p", "app"]);
  expect(ran.status, ran.err).toBe(0);
  expect(execFileSync(join(project.root, "result/bin/app"), { encoding: "utf8" })).toBe("none\n");
});

test("what a hook leaves for a published crate's build script is part of that crate's key", async () => {
  const reader = publishedCrate("reader", "", {
    "build.rs": `fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=LEFT={}", std::fs::read_to_string("/build/out/left").unwrap_or("nothing".into()));
}
`,
    "src/lib.rs": 'pub const LEFT: &str = env!("LEFT");\n',
  });
  const configuration = (layer: string) => `import { defineProject } from "gantry";

export default defineProject(({ crane }) => {
  const src = crane.cleanCargoSource(".");
  const one = { src, doCheck: false, cargoProfile: "dev" };
  return { packages: { default: crane.buildPackage({ ...one, ${layer} }) } };
});
`;
  using project = tempProject(
    {
      "Cargo.toml":
        '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nreader = "1"\n',
      "src/main.rs": 'fn main() {\n    println!("{}", reader::LEFT);\n}\n',
    },
    { store, crates: [reader] },
  );
  project.lock();
  const left = async (layer: string) => {
    project.write("gantry.config.ts", configuration(layer));
    const ran = await project.gantry(["run"]);
    expect(ran.status, ran.err).toBe(0);
    return ran.out.trim();
  };
  const leaves = (text: string) => `preBuild: "printf ${text} > $out/left"`;
  const layer = (text: string) => `cargoArtifacts: crane.buildDepsOnly({ ...one, ${leaves(text)} })`;
  expect(await left(layer("one"))).toBe("one");
  expect(await left(layer("two"))).toBe("two");
  expect(await left(`cargoArtifacts: null, ${leaves("three")}`)).toBe("three");
  expect(await left("")).toBe("nothing");
});
