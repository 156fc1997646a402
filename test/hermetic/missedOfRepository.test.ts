import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { below, type Content, gitRepository, library, testerEnv } from "../rig/gitRepository.ts";
import { tempProject } from "../rig/tempProject.ts";
import { describeIsolated } from "./describeIsolated.ts";

const project = tempProject({});
const repository = gitRepository(join(project.root, "../repositories/deps"));
const url = `file://${repository.directory}`;

afterAll(() => project[Symbol.dispose]());

type Files = Readonly<Record<string, Content>>;

const macros = '[package]\nname = "dep"\nversion = "1.0.0"\nedition = "2021"\n\n[lib]\nproc-macro = true\n';

function script(code: string): Files {
  return { ...library("dep", "1.0.0"), "build.rs": `fn main() {\n    ${code}\n}\n` };
}

/** The error of a build, up to its last help, which names the log, where `dep` comes from a repository with these files. */
async function failureOf(files: Files, { code = "", words = [] as readonly string[] } = {}): Promise<string> {
  repository.git("rm", "-r", "--quiet", "--ignore-unmatch", ".");
  const commit = repository.commit({ "oth/note.txt": "note\n", ...files });
  project.write("src/main.rs", `fn main() {\n    ${code}\n}\n`);
  project.write(
    "Cargo.toml",
    `[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\ndep = { git = "${url}" }\n`,
  );
  project.write(
    "Cargo.lock",
    `version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "dep",
]

[[package]]
name = "dep"
version = "1.0.0"
source = "git+${url}#${commit}"
`,
  );
  const { err } = await project.gantry(["build", "--log-format", "plain", ...words], { env: testerEnv() });
  const shown = project.shown(err);
  return shown.includes("error[")
    ? shown.slice(shown.indexOf("error["), shown.indexOf("  = help: the whole log"))
    : "";
}

const told = (step: string, who: string, place = "oth/note.txt") => `error[step-failed]: \`${step}\` failed
  = note: ${who} looked for \`${place}\` in the repository of \`dep\`, of which a build has only that package, as \`cargo vendor\` has it
  = help: have a copy in \`crates/dep\` there, or a link to it, which a package takes along, and have that read
  = help: where the repository is not yours: change its checkout, overrideVendorGitCheckout with \`patches\` or \`postPatch\`
`;

const ofScript = told("app-deps", "the build script of `dep`");
const read = 'std::fs::read_to_string("../../oth/note.txt").unwrap();';

describeIsolated("what a package from git misses of its repository", () => {
  test("its build script reads a file in a directory beside it", async () => {
    expect(await failureOf(below("crates/dep", script(read)))).toBe(ofScript);
  });

  test("by a path that no line of code has, after it looked for the directory", async () => {
    const code = `let place = std::env::current_dir().unwrap().join(["..", "..", "oth"].join("/"));
    assert!(place.is_dir() && place.join("note.txt").is_file());`;
    const looked = await failureOf(below("crates/dep", script(code)));
    expect(looked).toBe(told("app-deps", "the build script of `dep`", "oth"));
  });

  test("it includes one by a path that begins at the package", async () => {
    const code =
      'pub const NOTE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../", "../oth/note.txt"));\n';
    const files = below("crates/dep", library("dep", "1.0.0", code));
    expect(await failureOf(files)).toBe(told("app-deps", "`dep`"));
  });

  test("its macro reads one, in the project that calls it", async () => {
    const code = `#[proc_macro]
pub fn note(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let at = concat!(env!("CARGO_MANIFEST_DIR"), "/../", "../oth/note.txt");
    format!("{:?}", std::fs::read_to_string(at).unwrap()).parse().unwrap()
}
`;
    const files = below("crates/dep", { "Cargo.toml": macros, "src/lib.rs": code });
    expect(await failureOf(files, { code: 'print!("{}", dep::note!());' })).toBe(told("app", "`app` (bin)"));
  });

  test("at a level that does not observe, what the code before the panic names", async () => {
    const files = below("crates/dep", script(read));
    expect(await failureOf(files, { words: ["--sandbox", "none"] })).toBe(ofScript);
  });

  test("nothing of what the repository has not, either", async () => {
    const files = below("crates/dep", script('std::fs::read_to_string("../../oth/other.txt").unwrap();'));
    expect(await failureOf(files)).toBe("error[step-failed]: `app-deps` failed\n");
  });

  test("as the help says: by a link in the package", async () => {
    const files = below("crates/dep", {
      ...script('assert_eq!(std::fs::read_to_string("oth/note.txt").unwrap(), "note\\n");'),
      oth: { link: "../../oth" },
    });
    expect(await failureOf(files)).toBe("");
  });
});
