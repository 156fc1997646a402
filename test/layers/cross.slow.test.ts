import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { describeWhere } from "../rig/describeWhere.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

/** `shout` is a macro built on `letters`; `plain` is a library of the program, with a build script. */
const crates = [
  publishedCrate("letters", "", {
    "src/lib.rs": "pub fn upper(text: &str) -> String {\n    text.to_uppercase()\n}\n",
  }),
  publishedCrate("shout", '[lib]\nproc-macro = true\n\n[dependencies]\nletters = "1"\n', {
    "src/lib.rs":
      "use proc_macro::TokenStream;\n\n#[proc_macro]\npub fn shout(input: TokenStream) -> TokenStream {\n" +
      '    format!("{:?}", letters::upper(&input.to_string())).parse().unwrap()\n}\n',
  }),
  publishedCrate("plain", "", {
    "build.rs": "fn main() {}\n",
    "src/lib.rs": "pub fn arch() -> &'static str {\n    std::env::consts::ARCH\n}\n",
  }),
];

const files = {
  "Cargo.toml":
    '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nplain = "1"\nshout = "1"\n',
  // As the crate `cc` does it, but that it knows no compiler that is not named.
  "build.rs": `use std::{env, process::Command};
fn main() {
    println!("cargo::rerun-if-changed=answer.c");
    let (target, out) = (env::var("TARGET").unwrap(), env::var("OUT_DIR").unwrap());
    if target.starts_with("wasm32") {
        return;
    }
    let tool = |kind: &str, usual: &str| {
        let name = format!("{kind}_{}", target.replace('-', "_"));
        Command::new(env::var(name).unwrap_or(usual.to_owned()))
    };
    let object = format!("{out}/answer.o");
    assert!(tool("CC", "cc").args(["-c", "answer.c", "-o", &object]).status().unwrap().success());
    let archive = format!("{out}/libanswer.a");
    assert!(tool("AR", "ar").args(["crs", &archive, &object]).status().unwrap().success());
    println!("cargo::rustc-link-lib=static=answer\\ncargo::rustc-link-search=native={out}");
}
`,
  "answer.c": "#include <stdlib.h>\nint answer(void) {\n    return abs(-42);\n}\n",
  "src/main.rs": `#[cfg(not(target_arch = "wasm32"))]
mod c {
    extern "C" {
        fn answer() -> i32;
    }
    pub fn get() -> i32 {
        unsafe { answer() }
    }
}
#[cfg(target_arch = "wasm32")]
mod c {
    pub fn get() -> i32 {
        42
    }
}
fn main() {
    println!("{} {} {}", shout::shout!(on), plain::arch(), c::get());
}
#[test]
fn is_right() {
    assert_eq!((c::get(), plain::arch()), (42, "aarch64"));
}
`,
};

// Each test copies a compiler or downloads a standard library, which takes its time where others build.
vi.setConfig({ testTimeout: 300_000 });

// Standard libraries are downloaded, once for all of this file.
const project = tempProject(files, { crates });
project.lock();
afterAll(() => project[Symbol.dispose]());
const network = Object.entries(process.env).filter(([name]) => /_proxy$|_CERT|^SSL_/i.test(name));
const env = { ...Object.fromEntries(network), RUSTUP_DIST_SERVER: process.env.RUSTUP_DIST_SERVER };

async function compiledFor(...options: readonly string[]): Promise<Record<string, string[]>> {
  const args = ["build", "--out-link", "out", "--log-format", "json", ...options];
  const ran = await project.gantry(args, { env });
  expect(ran.status, ran.out + ran.err).toBe(0);
  return compiledUnits(ran.events);
}

const built = (name: string) => join(project.root, "out/bin", name);
const onlyForPlatform = {
  "app-deps": ["plain lib build"],
  app: ["app bin build"],
};

const onPath = (program: string) =>
  (process.env.PATH ?? "").split(":").some((directory) => existsSync(join(directory, program)));
const needs = (programs: readonly string[], packages: string) => ({
  isThere: programs.every(onPath),
  missing: `${programs.join(", ")} (apt-get install ${packages})`,
});

test("for the machine itself", async () => {
  expect(await compiledFor()).toEqual({
    "app-deps": [
      "letters lib build",
      "plain custom-build build",
      "plain lib build",
      "shout proc-macro build",
    ],
    app: ["app bin build", "app custom-build build"],
  });
  expect(execFileSync(built("app"), { encoding: "utf8" })).toBe(
    `ON ${process.arch === "x64" ? "x86_64" : "aarch64"} 42\n`,
  );
});

test("for WASI: what runs on the machine is not compiled again", async () => {
  expect(await compiledFor("--target", "wasm32-wasip1")).toEqual(onlyForPlatform);
  expect(onWasi(built("app.wasm"))).toBe("ON wasm32 42\n");
  // Another time there is nothing to do, and nobody to ask.
  expect(await compiledFor("--target", "wasm32-wasip1", "--offline")).toEqual({});
});

function onWasi(file: string): string {
  const script = `const { readFileSync } = require("node:fs");
const { WASI } = require("node:wasi");
const wasi = new WASI({ version: "preview1", args: ["app"] });
WebAssembly.instantiate(readFileSync(process.argv[1]), wasi.getImportObject()).then(({ instance }) => wasi.start(instance));`;
  return byNode(script, file);
}

function byNode(script: string, file: string): string {
  return execFileSync(process.execPath, ["--no-warnings", "-e", script, file], { encoding: "utf8" });
}

describeWhere(needs(["musl-gcc"], "musl-tools"), "musl", () => {
  test("a program that is linked statically, with C in it", async () => {
    expect(
      await compiledFor("--target", `${process.arch === "x64" ? "x86_64" : "aarch64"}-unknown-linux-musl`),
    ).toEqual(onlyForPlatform);
    expect(execFileSync(built("app"), { encoding: "utf8" })).toMatch(/^ON \w+ 42\n$/);
    expect(readFileSync(built("app"), "latin1")).not.toContain("/ld-linux");
  });
});

const forArm = needs(
  ["aarch64-linux-gnu-gcc", "qemu-aarch64"],
  "gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user",
);
describeWhere(forArm, "AArch64", () => {
  const arm = "aarch64-unknown-linux-gnu";

  test("a program runs under QEMU, and so do its tests", async () => {
    expect(await compiledFor("--target", arm)).toEqual(onlyForPlatform);
    expect(
      execFileSync("qemu-aarch64", ["-L", "/usr/aarch64-linux-gnu", built("app")], { encoding: "utf8" }),
    ).toBe("ON aarch64 42\n");
    const ran = await project.gantry(["run", "-q", "--target", arm], { env });
    expect([ran.status, ran.out]).toEqual([0, "ON aarch64 42\n"]);
    const tested = await project.gantry(["check", "test", "--target", arm], { env });
    expect(tested.status, tested.err).toBe(0);
    expect(tested.err).toContain("test is_right ... ok");
  });

  test("the variable and the settings say the same as the option", async () => {
    project.write(".cargo/config.toml", `[build]\ntarget = "${arm}"\n`);
    expect(await compiledFor()).toEqual({});
    project.write(".cargo/config.toml", "");
  });
});

describeWhere(needs(["x86_64-w64-mingw32-gcc"], "gcc-mingw-w64-x86-64"), "Windows", () => {
  test("a program for x86-64 Windows", async () => {
    expect(await compiledFor("--target", "x86_64-pc-windows-gnu")).toEqual(onlyForPlatform);
    const bytes = readFileSync(built("app.exe"));
    const header = bytes.readUInt32LE(0x3c);
    expect([bytes.toString("latin1", 0, 2), bytes.toString("latin1", header, header + 4)]).toEqual([
      "MZ",
      "PE\0\0",
    ]);
    expect(bytes.readUInt16LE(header + 4)).toBe(0x8664);
  });
});

test("a module for the web, by `mkCrossToolchainEnv`", async () => {
  using web = tempProject(
    {
      "Cargo.toml":
        '[package]\nname = "web"\nversion = "0.1.0"\nedition = "2021"\n\n[lib]\ncrate-type = ["cdylib"]\n',
      "src/lib.rs": '#[no_mangle]\npub extern "C" fn answer() -> i32 {\n    42\n}\n',
      "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane }) => {
  const cross = crane.mkCrossToolchainEnv("wasm32-unknown-unknown");
  return {
    packages: { default: crane.buildPackage({ src: crane.cleanCargoSource("."), doCheck: false, ...cross }) },
  };
});
`,
    },
    { store: project.store },
  );
  web.lock();
  const ran = await web.gantry(["build"], { env });
  expect(ran.status, ran.err).toBe(0);
  const script = `WebAssembly.instantiate(require("node:fs").readFileSync(process.argv[1])).then(({ instance }) =>
  console.log(instance.exports.answer()));`;
  expect(byNode(script, join(web.root, "result/lib/web.wasm"))).toBe("42\n");
});
