import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";

/** One for all, since the first build in a store reads the whole toolchain. */
const store = mkdtempSync(join(tmpdir(), "gantry-how-compiled-"));
afterAll(() => rmSync(store, { recursive: true }));

const common = publishedCrate("common", "", { "src/lib.rs": "pub fn word() -> u32 { 7 }\n" });

/** What a build compiles; it has to succeed. */
async function compiles(project: TempProject, ...words: readonly string[]): Promise<string[]> {
  const ran = await project.gantry(["build", ...words, "--log-format", "json"]);
  expect(ran.status, ran.out + ran.err).toBe(0);
  return Object.values(compiledUnits(ran.events)).flat().sort();
}

const manifest = (name: string, more = "") =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\ncommon = "1"\n\n${more}`;
const lto = "[profile.release]\nlto = true\n";

test("a crate that one project links into a program and another one into libraries, with `lto`", async () => {
  const setting = { crates: [common], store };
  using program = tempProject(
    { "Cargo.toml": manifest("program", lto), "src/main.rs": "fn main() {\n    common::word();\n}\n" },
    setting,
  );
  using libraries = tempProject(
    {
      "Cargo.toml": manifest("libraries", `[lib]\ncrate-type = ["cdylib", "rlib"]\n\n${lto}`),
      "src/lib.rs": "pub fn word() -> u32 { common::word() }\n",
    },
    setting,
  );
  for (const project of [program, libraries]) project.lock();
  expect(await compiles(program)).toEqual(["common lib build", "program bin build"]);
  expect(await compiles(libraries)).toEqual(["common lib build", "libraries cdylib build"]);
  program.edit("src/main.rs", "fn main", "// edited\nfn main");
  expect(await compiles(program)).toEqual(["program bin build"]);
  libraries.edit("src/lib.rs", "pub fn", "// edited\npub fn");
  expect(await compiles(libraries)).toEqual(["libraries cdylib build"]);
});

test("a `dylib` of the project, which Cargo links otherwise where it was asked for itself", async () => {
  using project = tempProject(
    {
      "Cargo.toml": '[workspace]\nmembers = ["app", "lib"]\nresolver = "2"\n',
      "app/Cargo.toml": `[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nlib = { path = "../lib" }\n`,
      "app/src/main.rs": 'fn main() {\n    println!("{}", lib::word());\n}\n',
      "lib/Cargo.toml": `[package]\nname = "lib"\nversion = "0.1.0"\nedition = "2021"\n\n[lib]\ncrate-type = ["dylib"]\n`,
      "lib/src/lib.rs": "pub fn word() -> u32 { 7 }\n",
    },
    { store },
  );
  project.lock();
  const own = await project.gantry(["build", "-p", "lib"]);
  expect(own.status, own.out + own.err).toBe(0);
  expect(await compiles(project, "-p", "app")).toEqual(["app bin build", "lib dylib build"]);
  expect(await compiles(project, "-p", "app")).toEqual([]);
  project.edit("app/src/main.rs", "fn main", "// edited\nfn main");
  expect(await compiles(project, "-p", "app")).toEqual(["app bin build"]);
});

test("a macro that asks whether the package was asked for", async () => {
  using project = tempProject(
    {
      "Cargo.toml": '[workspace]\nmembers = ["app", "lib", "macros"]\nresolver = "2"\n',
      "app/Cargo.toml": `[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nlib = { path = "../lib" }\n`,
      "app/src/main.rs": 'fn main() {\n    println!("{}", lib::PRIMARY);\n}\n',
      "lib/Cargo.toml": `[package]\nname = "lib"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nmacros = { path = "../macros" }\n`,
      "lib/src/lib.rs": "pub const PRIMARY: bool = macros::primary!();\n",
      "macros/Cargo.toml": `[package]\nname = "macros"\nversion = "0.1.0"\nedition = "2021"\n\n[lib]\nproc-macro = true\n`,
      "macros/src/lib.rs": `#[proc_macro]
pub fn primary(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    std::env::var_os("CARGO_PRIMARY_PACKAGE").is_some().to_string().parse().unwrap()
}
`,
    },
    { store },
  );
  project.lock();
  const prints = async (...words: readonly string[]) => {
    expect((await project.gantry(["build", ...words])).status).toBe(0);
    return execFileSync(join(project.root, "result/bin/app"), { encoding: "utf8" }).trim();
  };
  expect(await prints()).toBe("true");
  expect(await prints("-p", "app")).toBe("false");
  expect(await prints()).toBe("true");
});

test("`harness` of a test", async () => {
  using project = tempProject(
    {
      "Cargo.toml": `[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[[test]]\nname = "it"\n# harness = false\n`,
      "src/lib.rs": "",
      "tests/it.rs":
        '#[allow(dead_code)]\nfn main() {\n    println!("no harness");\n}\n\n#[test]\nfn works() {}\n',
    },
    { store },
  );
  project.lock();
  const says = async () => {
    const ran = await project.gantry(["check", "test"]);
    expect(ran.status, ran.out + ran.err).toBe(0);
    return (await project.gantry(["log", "app-test"])).out.includes("no harness");
  };
  expect(await says()).toBe(false);
  project.edit("Cargo.toml", "# harness", "harness");
  expect(await says()).toBe(true);
});

test("a program that is added to a package with an integration test", async () => {
  using project = tempProject(
    {
      "Cargo.toml": `[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n`,
      "src/main.rs": "fn main() {}\n",
      "tests/it.rs": '#[test]\nfn works() {\n    assert!(env!("CARGO_BIN_EXE_app").ends_with("app"));\n}\n',
    },
    { store },
  );
  project.lock();
  const tests = async () => {
    const ran = await project.gantry(["check", "test", "--log-format", "json"]);
    expect(ran.status, ran.out + ran.err).toBe(0);
    return Object.values(compiledUnits(ran.events)).flat().sort();
  };
  expect(await tests()).toEqual(["app bin build", "app bin test", "app test test"]);
  project.write("src/bin/more.rs", "fn main() {}\n");
  const both = ["app bin build", "app bin test", "app test test"];
  expect(await tests()).toEqual(both);
  project.edit("tests/it.rs", "#[test]", "// edited\n#[test]");
  expect(await tests()).toEqual(["app test test"]);
});

test("a dependency whose build script names a missing file, and writes another time with each run", async () => {
  const forgetful = publishedCrate("forgetful", "", {
    "build.rs": `fn main() {
    println!("cargo::rerun-if-changed=none.txt");
    println!("cargo::rustc-env=NOW={:?}", std::time::SystemTime::now());
}
`,
    "src/lib.rs": 'pub const NOW: &str = env!("NOW");\n',
  });
  using project = tempProject(
    {
      "Cargo.toml": manifest("program").replace("common", "forgetful"),
      "src/main.rs": 'fn main() {\n    println!("{}", forgetful::NOW);\n}\n',
    },
    { crates: [forgetful], store },
  );
  project.lock();
  expect(await compiles(project)).toContain("program bin build");
  project.edit("src/main.rs", "fn main", "// edited\nfn main");
  expect(await compiles(project)).toEqual(["forgetful lib build", "program bin build"]);
  const why = await project.gantry(["why"]);
  expect(why.out).toContain("each time, since it names `none.txt`, which is not there");
});

test("a `cdylib` of the project that its build script uses with other features: each has its own file", async () => {
  using project = tempProject(
    {
      "Cargo.toml": `[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nshared = { path = "shared", features = ["x"] }\n\n[build-dependencies]\nshared = { path = "shared" }\n`,
      "build.rs": `fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=SAID={}", shared::word());
}
`,
      "src/main.rs": 'fn main() {\n    println!("{} {}", env!("SAID"), shared::word());\n}\n',
      "shared/Cargo.toml": `[package]\nname = "shared"\nversion = "0.1.0"\nedition = "2021"\n\n[features]\nx = []\n\n[lib]\ncrate-type = ["cdylib", "rlib"]\n`,
      "shared/src/lib.rs":
        'pub fn word() -> &\'static str {\n    if cfg!(feature = "x") { "with" } else { "without" }\n}\n',
    },
    { store },
  );
  project.lock();
  const prints = () => execFileSync(join(project.root, "result/bin/app"), { encoding: "utf8" }).trim();
  await compiles(project);
  expect(prints()).toBe("without with");
  project.edit("src/main.rs", "fn main", "// edited\nfn main");
  expect(await compiles(project)).toEqual(["app bin build"]);
  expect(prints()).toBe("without with");
});
