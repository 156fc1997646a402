import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { tempProject } from "../rig/tempProject.ts";

const manifest = (name: string, more: string) =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${more}`;

/** A macro and a build script that say nothing of what they read, and a script that writes what another unit reads. */
const files = {
  "Cargo.toml": '[workspace]\nmembers = ["macros", "app", "writer"]\nresolver = "2"\n',
  "macros/Cargo.toml": manifest("macros", "[lib]\nproc-macro = true\n"),
  "macros/src/lib.rs": `#[proc_macro]
pub fn text(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let [data, notes] = ["shared/data.txt", "notes.md"].map(|path| std::fs::read_to_string(path).unwrap_or_default());
    format!("{:?}", format!("{} {}", data.trim(), notes.trim())).parse().unwrap()
}
`,
  "app/Cargo.toml": manifest(
    "app",
    '[dependencies]\nmacros = { path = "../macros" }\nwriter = { path = "../writer" }\n',
  ),
  "app/build.rs": `fn main() {
    let names = std::fs::read_dir("../shared").unwrap().count();
    let out = std::env::var("OUT_DIR").unwrap();
    std::fs::write(out + "/names.txt", names.to_string()).unwrap();
}
`,
  "app/src/main.rs": `fn main() {
    let names = include_str!(concat!(env!("OUT_DIR"), "/names.txt"));
    println!("{}, {names}, {}, {}", macros::text!(), writer::WRITTEN, writer::HOOKED);
}
`,
  "writer/Cargo.toml": manifest("writer", ""),
  "writer/build.rs": `fn main() {
    println!("cargo::rerun-if-changed=proto.txt");
    std::fs::copy("proto.txt", "src/written.txt").unwrap();
}
`,
  "writer/proto.txt": "written 1",
  "writer/src/lib.rs":
    'pub const WRITTEN: &str = include_str!("written.txt");\npub const HOOKED: &str = include_str!("hooked.txt");\n',
  "writer/src/written.txt": "never",
  "writer/src/hooked.txt": "never",
  "writer/hook.txt": "hooked 1",
  "shared/data.txt": "data 1",
  "unread.txt": "",
  "notes.md": "notes",
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset }) => ({
  packages: {
    default: crane.buildPackage({
      src: fileset.exclude("notes.md"),
      preBuild: "cp writer/hook.txt writer/src/hooked.txt",
      doCheck: false,
    }),
  },
}));
`,
};

describeIsolated("what own units read is observed", () => {
  test("what was read in silence, what was listed, what was written into the source, and what a filter left out", async () => {
    using project = tempProject(files);
    project.lock();
    const run = async () => project.gantry(["run", "--log-format", "plain"]);
    const why = async () => (await project.gantry(["why"])).out;
    const first = await run();
    expect(first.out).toBe("data 1 , 1, written 1, hooked 1\n");
    expect(first.err).toContain(
      "`app` (bin) looked for `notes.md`, which the filter of its source leaves out",
    );

    project.edit("shared/data.txt", "1", "2");
    expect((await run()).out).toBe("data 2 , 1, written 1, hooked 1\n");
    expect(await why()).toContain("`app 0.1.0` (bin) compiled: `shared/data.txt` changed");
    expect(await why()).not.toContain("`app 0.1.0` (build script)");

    project.write("shared/more.txt", "");
    expect((await run()).out).toBe("data 2 , 2, written 1, hooked 1\n");
    expect(await why()).toContain(
      "`app 0.1.0` (build script) ran: a file was added to `shared` or removed from it",
    );

    project.edit("writer/proto.txt", "1", "2");
    expect((await run()).out).toBe("data 2 , 2, written 2, hooked 1\n");
    project.edit("writer/hook.txt", "1", "2");
    expect((await run()).out).toBe("data 2 , 2, written 2, hooked 2\n");
    const reasons = await why();
    expect(reasons).toContain(
      "`writer 0.1.0` (build script) ran: each time, since it left `writer/src/written.txt`",
    );
    expect(reasons).toContain("a hook wrote `writer/src/hooked.txt`");
    expect(reasons).not.toContain("`macros 0.1.0`");

    project.write("unread.txt", "new");
    expect((await run()).out).toBe("data 2 , 2, written 2, hooked 2\n");
    expect(await why()).not.toMatch(/`(macros|app) 0.1.0` \((proc-macro|build script)\)/);
  });

  test("what rustdoc looks into for the examples of a package is no read of the package's build script", async () => {
    using project = tempProject({
      "Cargo.toml": '[workspace]\nmembers = ["app", "native"]\nresolver = "2"\n',
      "native/Cargo.toml": manifest("native", ""),
      "native/build.rs": `fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-link-search=native={}", std::env::var("OUT_DIR").unwrap());
}
`,
      "native/src/lib.rs": "",
      "app/Cargo.toml": manifest("app", '[dependencies]\nnative = { path = "../native" }\n'),
      "app/build.rs": 'fn main() { println!("cargo::rerun-if-changed=build.rs") }\n',
      "app/src/lib.rs": "/// ```\n/// app::runs();\n/// ```\npub fn runs() {}\n",
      "examples.md": "1",
      "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset }) => ({
  packages: {},
  checks: { examples: crane.cargoDocTest({ src: fileset.exclude(), cargoTestExtraArgs: ["--workspace"] }) },
}));
`,
    });
    project.lock();
    const check = async () => project.gantry(["check", "--log-format", "plain"]);
    const first = await check();
    expect(first.status, first.err).toBe(0);
    project.write("examples.md", "2");
    const { err } = await check();
    expect(err).toContain("test result: ok. 1 passed");
    expect(err).not.toContain("Compiling");
  });

  test("what an instrumented script or macro tells of its run is kept with the unit", async () => {
    using project = tempProject({
      "Cargo.toml": '[workspace]\nmembers = ["app", "macros", "other"]\nresolver = "2"\n',
      "macros/Cargo.toml": manifest("macros", "[lib]\nproc-macro = true\n"),
      "macros/src/lib.rs":
        '#[proc_macro]\npub fn one(_: proc_macro::TokenStream) -> proc_macro::TokenStream { "1".parse().unwrap() }\n',
      "app/Cargo.toml": manifest("app", '[dependencies]\nmacros = { path = "../macros" }\n'),
      "app/build.rs": 'fn main() { println!("cargo::rerun-if-changed=build.rs") }\n',
      "app/src/lib.rs": "pub const ONE: u32 = macros::one!();\n",
      "other/Cargo.toml": manifest("other", '[dependencies]\napp = { path = "../app" }\n'),
      "other/src/main.rs": 'fn main() { println!("{}", app::ONE) }\n',
      "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane }) => ({
  packages: {
    default: crane.buildPackage({
      src: crane.cleanCargoSource("."),
      cargoArtifacts: null,
      doCheck: false,
      env: { RUSTFLAGS: "-Cinstrument-coverage", LLVM_PROFILE_FILE: "/build/target/told-%p-%m.profraw" },
      postInstall: "mkdir $out/told && cp /build/target/*.profraw $out/told",
    }),
  },
}));
`,
    });
    project.lock();
    const build = async () => {
      const { status, err } = await project.gantry(["build", "--log-format", "plain"]);
      expect(status, err).toBe(0);
      const compiled = [...err.matchAll(/^ +Compiling (\S+)/gm)].map(([, name]) => name).sort();
      return { compiled, told: readdirSync(`${project.root}/result/told`).length };
    };
    const { compiled, told } = await build();
    expect(compiled).toEqual(["app", "macros", "other"]);
    // The build script, and each compiler that loads the macro.
    expect(told).toBeGreaterThanOrEqual(2);
    project.edit("other/src/main.rs", "{}", "{}!");
    expect(await build()).toEqual({ compiled: ["other"], told });
    project.edit("app/src/lib.rs", "ONE", "TWO");
    project.edit("other/src/main.rs", "ONE", "TWO");
    expect(await build()).toEqual({ compiled: ["app", "other"], told });
  });
});

/** A build script that starts a server, of which another one asks what it bakes in. Neither depends on the other. */
const talking = {
  "Cargo.toml": '[workspace]\nmembers = ["app", "server"]\nresolver = "2"\n',
  "server/Cargo.toml": manifest("server", ""),
  "server/src/lib.rs": "",
  "server/build.rs": `use std::{env, fs, io::Write, net::TcpListener, process::{Command, Stdio}};
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::args().len() == 1 {
        let mut this = Command::new(env::current_exe().unwrap());
        this.arg("serve").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        return;
    }
    for stream in TcpListener::bind("127.0.0.1:47123").unwrap().incoming() {
        stream.unwrap().write_all(&fs::read("../shared.txt").unwrap()).unwrap();
    }
}
`,
  "app/Cargo.toml": manifest("app", '[dependencies]\nserver = { path = "../server" }\n'),
  "app/build.rs": `use std::{env, fs, io::Read, net::TcpStream, thread::sleep, time::Duration};
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let mut said = String::new();
    for _ in 0..3000 {
        sleep(Duration::from_millis(10));
        let Ok(mut stream) = TcpStream::connect("127.0.0.1:47123") else { continue };
        stream.read_to_string(&mut said).unwrap();
        break;
    }
    fs::write(env::var("OUT_DIR").unwrap() + "/said.txt", said).unwrap();
}
`,
  "app/src/main.rs":
    'fn main() {\n    println!("{}", include_str!(concat!(env!("OUT_DIR"), "/said.txt")).trim());\n}\n',
  "shared.txt": "one\n",
};

describeIsolated("what a server reads for who asks it", () => {
  test("is read by that one, as far as anybody knows", async () => {
    using project = tempProject(talking);
    project.lock();
    const run = async () => (await project.gantry(["run", "-q", "-j", "2"])).out;
    expect(await run()).toBe("one\n");
    project.edit("shared.txt", "one", "two");
    expect(await run()).toBe("two\n");
    expect((await project.gantry(["why", "app"])).out).toContain(
      "which it reads is not known: it met others by port 47123, which others used, too",
    );
  });
});
