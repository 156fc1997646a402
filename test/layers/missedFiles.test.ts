import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { exampleConfiguration } from "../../src/engine/explain/inConfiguration.ts";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";

const manifest = (name: string, more = "") =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${more}`;

/** `core`'s build script and, by a macro, `app` read in silence what the filter leaves out. */
const files = {
  "Cargo.toml": '[workspace]\nmembers = ["macros", "core", "app"]\nresolver = "2"\n',
  "macros/Cargo.toml": manifest("macros", "[lib]\nproc-macro = true\n"),
  "macros/src/lib.rs": `#[proc_macro]
pub fn words(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let name = ["app", "assets", "words.txt"].join("/");
    format!("{:?}", std::fs::read_to_string(name).unwrap_or_default()).parse().unwrap()
}
`,
  "core/Cargo.toml": manifest("core"),
  "core/build.rs": `fn main() {
    let path = ["..", concat!("con", "fig"), "banner.txt"].join("/");
    let _ = std::fs::read_to_string(path);
    println!("cargo::rerun-if-changed=build.rs");
}
`,
  "core/src/lib.rs": "",
  "app/Cargo.toml": manifest(
    "app",
    '[dependencies]\nmacros = { path = "../macros" }\ncore = { path = "../core" }\n',
  ),
  "app/src/main.rs": 'fn main() {\n    print!("{}", macros::words!());\n}\n',
  "app/assets/words.txt": "words\n",
  "config/banner.txt": "banner\n",
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane }) => ({
  packages: { default: crane.buildPackage({ src: crane.cleanCargoSource("."), doCheck: false }) },
}));
`,
};

const notes = [
  "the build script of `core` looked for `config/banner.txt`, which the filter of its source leaves out",
  "`app` (bin) looked for `app/assets/words.txt`, which the filter of its source leaves out",
  'to have these: src: fileset.union(crane.cleanCargoSource("."), fileset.include("config/**", "app/assets/**"))',
];

async function said(project: TempProject): Promise<{ status: number | null; notes: string[]; err: string }> {
  const { status, err } = await project.gantry(["build", "--log-format", "plain"]);
  const told = err.split("\n").flatMap((line) => /^note: (.*(?:looked for|to have).*)/.exec(line)?.[1] ?? []);
  return { status, notes: told, err: project.shown(err) };
}

/** An error up to its last help, which names the log. */
function failureIn({ err }: { readonly err: string }): string {
  return err.slice(err.indexOf("error["), err.indexOf("  = help: the whole log"));
}

describeIsolated("files that units looked for and that the source has not", () => {
  const project = tempProject(files);
  project.lock();
  afterAll(() => project[Symbol.dispose]());

  test("each unit is named with its own, when it is compiled", async () => {
    expect(await said(project)).toMatchObject({ status: 0, notes });
  });

  test("and again when the step comes from the store", async () => {
    expect(await said(project)).toMatchObject({ status: 0, notes });
  });

  test("and when the step runs, and its units come from the store", async () => {
    project.write("app/src/unused.rs", "");
    expect(await said(project)).toMatchObject({ status: 0, notes });
  });

  test("a macro that fails without naming the file: the file, and what keeps it", async () => {
    project.edit("macros/src/lib.rs", ".unwrap_or_default()", ".unwrap()");
    expect(failureIn(await said(project))).toBe(`error[step-failed]: \`project\` failed
  = note: \`app\` (bin) looked for \`app/assets/words.txt\`, which the filter of its source leaves out
  = help: in \`gantry.config.ts\`: src: fileset.union(crane.cleanCargoSource("."), fileset.include("app/assets/**"))
  = help: and take what it names: defineProject(({ crane, fileset }) => …)
`);
    project.edit("macros/src/lib.rs", ".unwrap()", ".unwrap_or_default()");
  });

  test("a build script that fails so, for a file that git ignores", async () => {
    project.write(".git/HEAD", "ref: refs/heads/main\n");
    project.write(".gitignore", "config/\n");
    project.edit(
      "core/build.rs",
      "let _ = std::fs::read_to_string(path)",
      "std::fs::read_to_string(path).unwrap()",
    );
    expect(failureIn(await said(project))).toBe(`error[step-failed]: \`project\` failed
  = note: the build script of \`core\` looked for \`config/banner.txt\`, which git ignores, so that no build has it
  = help: git add --force config/banner.txt
`);
  });

  test("but for what the build removed itself, as by a rename that leads to another mount", async () => {
    const script = project.read("core/build.rs");
    project.write(
      "core/build.rs",
      `fn main() {
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    std::fs::remove_file("Cargo.toml").unwrap();
    assert!(std::fs::read("Cargo.toml").is_err());
    std::fs::rename("src/lib.rs", out.join("lib.rs")).unwrap();
}
`,
    );
    expect(failureIn(await said(project))).toBe(`error[step-failed]: \`project\` failed
  = note: the build renames or links across mounts: the source, \`OUT_DIR\` and \`/tmp\` are others, and no directory of the source can be renamed
  = help: copy instead, and remove the original if need be: std::fs::copy, cp, mv
`);
    project.write("core/build.rs", script);
  });

  test("a program of the project that is to be executed", async () => {
    const script = project.read("core/build.rs");
    project.write("tools/gen", "#!/bin/sh\n");
    project.write(
      "core/build.rs",
      'fn main() {\n    std::process::Command::new(["..", concat!("to", "ols"), "gen"].join("/")).status().unwrap();\n}\n',
    );
    expect(failureIn(await said(project))).toContain(
      "= note: the build script of `core` looked for `tools/gen`, which the filter of its source leaves out\n",
    );
    project.write("core/build.rs", script);
  });

  test("what a build script only wrote, it did not look for", async () => {
    const script = project.read("core/build.rs");
    project.write("core/made.txt", "of an earlier build with plain Cargo\n");
    project.write("core/build.rs", 'fn main() {\n    std::fs::write("made.txt", "made").unwrap();\n}\n');
    const { status, notes: told } = await said(project);
    expect(status).toBe(0);
    expect(told.join("\n")).not.toContain("made.txt");
    project.write("core/build.rs", script);
  });

  test("without a configuration: the file to write", async () => {
    rmSync(join(project.root, "gantry.config.ts"));
    project.write("docs/banner.txt", "banner\n");
    project.edit("core/build.rs", 'concat!("con", "fig")', 'concat!("d", "ocs")');
    const unindented = failureIn(await said(project)).replace(/^ +/gm, "");
    expect(unindented).toBe(`error[step-failed]: \`project\` failed
= note: the build script of \`core\` looked for \`docs/banner.txt\`, which the filter of its source leaves out
= help: write \`gantry.config.ts\` beside \`Cargo.toml\`:
${exampleConfiguration(['src: fileset.union(fileset.automatic(), fileset.include("docs/**"))']).replace(/^ +/gm, "")}
`);
  });
});

describeIsolated("files that lie outside of the source", () => {
  const script = 'fn main() {\n    std::fs::read_to_string("../other/note.txt").unwrap();\n}\n';
  const app = { "Cargo.toml": manifest("app"), "src/main.rs": "fn main() {}\n", "build.rs": script };
  const project = tempProject(app, { directory: "work/app" });
  project.lock();
  project.write("../other/note.txt", "note\n");
  afterAll(() => project[Symbol.dispose]());

  test("beside the project, looked for by a build script that does not name it", async () => {
    expect(failureIn(await said(project))).toBe(`error[step-failed]: \`app\` failed
  = note: the build script of \`app\` looked for \`../other/note.txt\`, which lies outside of the source, so that no build has it
  = help: keep a copy in the project, where \`src\` keeps it, or begin the source above both: src: fileset.automatic(".."), sourceRoot: "app"
`);
  });

  test("included in code, by a path that leads up and over a link", async () => {
    rmSync(join(project.root, "build.rs"));
    project.write("../../token.txt", "token\n");
    symlinkSync(join(project.root, "../../token.txt"), join(project.root, "src/token.txt"));
    project.write(
      "src/main.rs",
      'fn main() {\n    print!("{}{}", include_str!("../../other/note.txt"), include_str!("token.txt"));\n}\n',
    );
    const notes = [
      "`app` (bin) looked for `../other/note.txt`, which lies outside of the source, so that no build has it",
      "`app` (bin) looked for `src/token.txt`, a link to `<base>/token.txt` outside of the source, so that no build has it",
    ];
    expect(failureIn(await said(project)).match(/(?<=note: ).*looked for.*/g)).toEqual(notes);
    // Nobody sees who it is, and what the log names is told.
    const confined = await project.gantry(["build", "--log-format", "plain", "--sandbox", "none"]);
    expect(confined.err).toContain(
      "the build looked for `../other/note.txt`, which lies outside of the source",
    );
  });

  test("a module behind a link", async () => {
    project.write("../../linked.rs", "pub fn linked() {}\n");
    symlinkSync(join(project.root, "../../linked.rs"), join(project.root, "src/linked.rs"));
    project.write("src/main.rs", "mod linked;\nfn main() {\n    linked::linked();\n}\n");
    expect(failureIn(await said(project)).match(/(?<=note: ).*looked for.*/g)).toEqual([
      "`app` (bin) looked for `src/linked.rs`, a link to `<base>/linked.rs` outside of the source, so that no build has it",
    ]);
  });

  test("read by a test, which nobody sees, where its code names the file", async () => {
    project.write("src/main.rs", "fn main() {}\n");
    project.write("tests/reads.rs", `#[test]\n${script.replace("main", "reads")}`);
    const { err } = await project.gantry(["check", "test", "--log-format", "plain"]);
    expect(err).toContain(
      "= note: the build looked for `../other/note.txt`, which lies outside of the source, so that no build has it\n",
    );
  });

  test("but not what is there in a build, nor what is looked for and not needed", async () => {
    project.write("src/main.rs", "fn main() {\n    missing();\n}\n");
    project.write("build.rs", 'fn main() {\n    let _ = std::fs::metadata("../other/note.txt");\n}\n');
    const failed = failureIn(await said(project));
    expect(failed).toContain("error[step-failed]");
    expect(failed).not.toContain("looked for");
  });
});

test("a test that finds no file, whose name its code does not spell out: what git ignores beside the sources", async () => {
  using project = tempProject({
    "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/lib.rs": "",
    "tests/reads.rs":
      '#[test]\nfn reads() {\n    let name = ["m", "in"].concat();\n    let path = format!("tests/{}.json", name);\n\n\n\n' +
      "    std::fs::read(path).unwrap();\n}\n",
    "tests/min.json": "{}",
    "tests/cases/one.txt": "",
    ".git/HEAD": "ref: refs/heads/main\n",
    ".gitignore": "*.json\n/tests/cases/\n/target\n",
  });
  project.lock();
  const { err } = await project.gantry(["check", "test"]);
  rmSync(join(project.root, "tests/min.json"));
  rmSync(join(project.root, "tests/cases"), { recursive: true });
  expect((await project.gantry(["check", "test"])).err).toContain(
    "= note: a test did not find something; what tests look for is not observed, and there is only what `src` keeps and what was declared\n" +
      '  = help: if it is a file of the project that `src` leaves out: src: fileset.union(fileset.automatic(), fileset.include("PATH/**"))\n' +
      "  = help: if it is a program: nativeBuildInputs: [pkgs.NAME]\n",
  );
  expect(err).toContain(
    "= note: a test did not find a file, and no build has what git ignores: here `tests/cases/`, `tests/min.json`\n" +
      "  = help: if that is what it reads: git add --force tests/cases/ tests/min.json\n",
  );
});
