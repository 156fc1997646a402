import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { expectWhole } from "../rig/expectWhole.ts";
import type { TempProject } from "../rig/tempProject.ts";
import { failureOf } from "./failureOf.ts";
import { smallProject } from "./smallProject.ts";

const shared = smallProject();

afterAll(async () => {
  await expectWhole(shared);
  shared[Symbol.dispose]();
});

/** What a command says of the small project after a change: all of it, and its exit status. */
async function said(change: (project: TempProject) => void, ...args: string[]): Promise<string> {
  using project = smallProject({}, shared.store);
  change(project);
  return await failureOf(project, args.length > 0 ? args : ["build"]);
}

/** The same with all that was printed on the way there. */
async function printed(change: (project: TempProject) => void, ...args: string[]): Promise<string> {
  using project = smallProject({}, shared.store);
  change(project);
  const ran = await project.gantry([...(args.length > 0 ? args : ["build"]), "--log-format", "plain"]);
  // The store's first step prepares it; and on a busy machine a log that was silent for ten seconds says what still runs.
  const said = ran.err
    .replace("   Preparing observer of what builds read\n", "")
    .replace(/^ +(?:Preparing|Building) .*, (?:\d+h )?(?:\d+m )?[\d.]+[sm].*\n/gm, "");
  return `${ran.status}\n${project.shown(said)}`;
}

describeIsolated("what only Cargo notices", () => {
  test("a dependency that the lock does not have", async () => {
    expect(
      await said((project) => project.edit("Cargo.toml", 'leaf = "1"', 'leaf = "1"\nadded = "1"')),
    ).toBe(`1
error[lock-stale]: \`Cargo.lock\` does not agree with the manifests
  = help: cargo update --workspace

Caused by:
  no matching package named \`added\` found
  location searched: the packages of registry \`crates-io\` that \`Cargo.lock\` names
  required by package \`app\`
`);
  });

  test("a version that the lock does not have", async () => {
    expect(await said((project) => project.edit("Cargo.toml", 'leaf = "1"', 'leaf = "2"'))).toBe(`1
error[lock-stale]: \`Cargo.lock\` does not agree with the manifests
  = help: cargo update --workspace

Caused by:
  failed to select a version for the requirement \`leaf = "^2"\`
  candidate versions found which didn't match: 1.0.0
  location searched: the packages of registry \`crates-io\` that \`Cargo.lock\` names
  required by package \`app\`
`);
  });

  test("an own version that the lock does not have", async () => {
    expect(await said((project) => project.edit("Cargo.toml", '"0.1.0"', '"0.2.0"'))).toBe(`1
error[lock-stale]: \`Cargo.lock\` does not agree with the manifests
  = note: \`app\` is 0.2.0 in its manifest, and 0.1.0 in the lock
  = help: cargo update --workspace
`);
  });

  test("a requirement that is none", async () => {
    expect(await said((project) => project.edit("Cargo.toml", 'leaf = "1"', 'leaf = "one"'))).toBe(`1
error[manifest-invalid]: \`one\`, which \`leaf\` shall have, is no version requirement
  --> Cargo.toml:7:8
   |
 7 | leaf = "one"
   |        ^^^^^ expected one like \`"1.2"\`, \`"=1.2.3"\`, \`">=1, <3"\`
`);
  });

  test("a feature that the dependency does not have", async () => {
    const features = 'leaf = { version = "1", features = ["mroe"] }';
    expect(await said((project) => project.edit("Cargo.toml", 'leaf = "1"', features))).toBe(`1
error[plan-failed]: cargo could not plan \`app-deps\`

Caused by:
  \`cargo build --profile release --locked\`

Caused by:
  failed to select a version for \`leaf\`.
    ... required by package \`app\`
  versions that meet the requirements \`^1\` (locked to 1.0.0) are: 1.0.0
  package \`app\` depends on \`leaf\` with feature \`mroe\` but \`leaf\` does not have that feature.
   package \`leaf\` does have feature \`more\`
  failed to select a version for \`leaf\` which could resolve this conflict
`);
  });

  test("a package without a target", async () => {
    expect(await said((project) => rmSync(join(project.root, "src/main.rs")))).toBe(`1
error[plan-failed]: cargo could not plan \`app\`

Caused by:
  \`cargo build --profile release --locked\`

Caused by:
  failed to parse manifest at \`Cargo.toml\`

Caused by:
  no targets specified in the manifest
  either src/lib.rs, src/main.rs, a [lib] section, or [[bin]] section must be present
`);
  });

  test("a package that the workspace does not have", async () => {
    expect(await said(() => undefined, "build", "-p", "ap")).toBe(`2
error[package-unknown]: the workspace has no package \`ap\`
  = note: it has \`app\`
  = help: did you mean \`app\`?
`);
  });

  test("a profile that does not exist", async () => {
    expect(await said(() => undefined, "build", "--profile", "fast")).toBe(`2
error[profile-unknown]: the profile \`fast\` is not defined
  = help: name another, or define it in \`Cargo.toml\`: [profile.fast] inherits = "release"
`);
  });
});

describeIsolated("what does not compile", () => {
  test("the project: rustc's message, with paths from the project's root", async () => {
    expect(
      await printed((project) => project.edit("src/main.rs", "leaf::leaf()", 'let _: u32 = "one"')),
    ).toBe(`1
    Restored 1 unit of app
   Compiling app v0.1.0
error[E0308]: mismatched types
 --> src/main.rs:2:18
  |
2 |     let _: u32 = "one";
  |            ---   ^^^^^ expected \`u32\`, found \`&str\`
  |            |
  |            expected due to this

For more information about this error, try \`rustc --explain E0308\`.
error: could not compile \`app\` (bin "app") due to 1 previous error
      Failed app in <time>
error[step-failed]: \`app\` failed
  = help: the whole log: gantry log app

Caused by:
  \`cargo build --profile release --locked\` exited with 101
`);
  });

  test("a dependency", async () => {
    expect(
      await printed((project) => {
        project.edit("Cargo.toml", 'leaf = "1"', 'leaf = "1"\nbroken = "1"');
        project.lock();
      }),
    ).toBe(`1
    Vendored 1 crate
    Restored 1 unit of app-deps
   Compiling broken v1.0.0
error[E0308]: mismatched types
 --> /build/vendor/broken-1.0.0/src/lib.rs:2:5
  |
1 | pub fn one() -> u32 {
  |                 --- expected \`u32\` because of return type
2 |     "one"
  |     ^^^^^ expected \`u32\`, found \`&str\`

For more information about this error, try \`rustc --explain E0308\`.
error: could not compile \`broken\` (lib) due to 1 previous error
      Failed app-deps in <time>
error[step-failed]: \`app-deps\` failed
  = help: the whole log: gantry log app-deps

Caused by:
  \`cargo build --profile release --locked\` exited with 101
`);
  });

  test("a dependency's build script", async () => {
    expect(
      await printed((project) => {
        project.edit("Cargo.toml", 'leaf = "1"', 'leaf = "1"\nscripted = "1"');
        project.lock();
      }),
    ).toBe(`1
    Vendored 1 crate
    Restored 1 unit of app-deps
   Compiling scripted v1.0.0
error: failed to run custom build command for \`scripted v1.0.0\`

Caused by:
  process didn't exit successfully: \`/build/target/release/build/scripted-<hash>/build-script-build\` (exit status: 101)
  --- stderr

  thread 'main' panicked at /build/vendor/scripted-1.0.0/build.rs:2:5:
  no suitable compiler
  note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace
      Failed app-deps in <time>
error[step-failed]: \`app-deps\` failed
  = help: the whole log: gantry log app-deps

Caused by:
  \`cargo build --profile release --locked\` exited with 101
`);
  });

  test("a test that fails, in `gantry check`", async () => {
    const text = "fn main() {\n    leaf::leaf();\n}\n\n#[test]\nfn adds() {\n    assert_eq!(1 + 1, 3);\n}\n";
    expect(await printed((project) => project.write("src/main.rs", text), "check", "test")).toBe(`1
    Restored 1 unit of app-test-deps
       Built app-test-deps in <time>
    Restored 1 unit of app-test
   Compiling app v0.1.0
     Running unittests src/main.rs (app)

running 1 test
test adds ... FAILED

failures:

---- adds stdout ----

thread 'adds' panicked at src/main.rs:7:5:
assertion \`left == right\` failed
  left: 2
 right: 3
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace


failures:
    adds

test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in <time>

error: test failed, to rerun pass \`--bin app\`
      Failed app-test in <time>
error[step-failed]: \`app-test\` failed
  = note: src/main.rs:7:5: test \`adds\` of app failed: assertion \`left == right\` failed
  = help: the whole log: gantry log app-test

Caused by:
  \`cargo test --profile release --locked --workspace\` exited with 101

Check  Result      Time  From    Found
test   failed     <time>  run     1 of 1 test failed
`);
  });

  test("a hook that fails", async () => {
    const configuration = `export default ({ crane }) => {
  const src = crane.cleanCargoSource(".");
  const postInstall = "echo no strip here; exit 3";
  return { packages: { default: crane.buildPackage({ src, doCheck: false, postInstall }) } };
};
`;
    expect(await printed((project) => project.write("gantry.config.ts", configuration))).toBe(`1
    Restored 1 unit of app
   Compiling app v0.1.0
no strip here
      Failed app in <time>
error[step-failed]: \`app\` failed
  = help: the whole log: gantry log app

Caused by:
  \`/bin/sh -euc echo no strip here; exit 3\` exited with 3
`);
  });
});

describeIsolated("names that are not UTF-8", () => {
  test("in the output of a build script: it runs in each build, and all else is kept", async () => {
    using project = smallProject();
    project.edit("Cargo.toml", 'leaf = "1"', 'leaf = "1"\nmisnaming = "1"');
    project.lock();
    const compiled = async () => {
      const ran = await project.gantry(["build", "--log-format", "json"]);
      expect(ran.status, ran.err).toBe(0);
      return compiledUnits(ran.events);
    };
    expect(await compiled()).toEqual({
      "app-deps": ["leaf lib build", "misnaming custom-build build", "misnaming lib build"],
      app: ["app bin build", "misnaming lib build"],
    });
    project.edit("src/main.rs", "fn main", "// edited\nfn main");
    expect(await compiled()).toEqual({ app: ["app bin build", "misnaming lib build"] });
    await expectWhole(project);
  });

  test.each(["bad\\377", "deep/bad\\377/file"])("in the output of a step: %s", async (name) => {
    const configuration = `export default ({ crane }) => {
  const src = crane.cleanCargoSource(".");
  const postInstall = ${JSON.stringify(`name=$(printf '${name}'); mkdir -p "$(dirname "$out/$name")"; : >"$out/$name"`)};
  return { packages: { default: crane.buildPackage({ src, doCheck: false, postInstall }) } };
};
`;
    expect(await said((project) => project.write("gantry.config.ts", configuration))).toBe(`1
error[name-not-utf8]: the name of \`$out/${name.replace(/\\377.*/, "\ufffd")}\` is not UTF-8
  = note: the bytes that are not are shown as \ufffd; what is kept has the same names on every machine
  = help: let what writes it choose another name
`);
  });
});
