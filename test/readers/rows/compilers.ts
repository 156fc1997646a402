import { link } from "../content.ts";
import { buildScript, manifest, onlyItself, program, scriptProject, workspace } from "../projects.ts";
import { fails, type Reader } from "../reader.ts";

const printsWord = 'fn main() {\n    println!("{}", part::WORD);\n}\n';
const part = (word: string) => `pub const WORD: &str = "${word}";\n`;
const included = (path: string) => `fn main() {\n    println!("{}", include_str!("${path}").trim());\n}\n`;

/** What rustc, Cargo and Clippy read themselves. */
export const compilers: readonly Reader[] = [
  {
    reader: '`#[path = "…"]`, outside of the package',
    edit: "the module",
    files: {
      "Cargo.toml": workspace("app"),
      "app/Cargo.toml": manifest("app"),
      "app/src/main.rs": `#[path = "../../shared/part.rs"]\nmod part;\n${printsWord}`,
      "shared/part.rs": part("one"),
    },
    edits: { "shared/part.rs": part("two") },
    says: ["one", "two"],
  },
  {
    reader: '`#[path = "…"]`, by a link to a directory',
    edit: "the link leads elsewhere",
    files: program(`#[path = "linked/part.rs"]\nmod part;\n${printsWord}`, {
      "src/linked": link("../parts/one"),
      "parts/one/part.rs": part("one"),
      "parts/two/part.rs": part("two"),
    }),
    edits: { "src/linked": link("../parts/two") },
    says: ["one", "two"],
  },
  {
    reader: "a module that is a link",
    edit: "what the link leads to",
    files: program(`mod part;\n${printsWord}`, {
      "src/part.rs": link("../parts/part.rs"),
      "parts/part.rs": part("one"),
    }),
    edits: { "parts/part.rs": part("two") },
    says: ["one", "two"],
  },
  {
    reader: "a module that is a link",
    edit: "a file takes the link's place",
    files: program(`mod part;\n${printsWord}`, {
      "src/part.rs": link("../parts/part.rs"),
      "parts/part.rs": part("one"),
    }),
    edits: { "src/part.rs": part("two") },
    says: ["one", "two"],
  },
  {
    reader: "a module",
    edit: "it moves to a directory, and changes",
    files: program(`mod part;\n${printsWord}`, { "src/part.rs": part("one") }),
    edits: { "src/part.rs": null, "src/part/mod.rs": part("two") },
    says: ["one", "two"],
  },
  {
    reader: "a module",
    edit: "a second file for it appears, which is an error",
    files: program(`mod part;\n${printsWord}`, { "src/part.rs": part("one") }),
    edits: { "src/part/mod.rs": part("two") },
    says: ["one", fails],
  },
  {
    reader: "a module",
    edit: "it vanishes",
    files: program(`mod part;\n${printsWord}`, { "src/part.rs": part("one") }),
    edits: { "src/part.rs": null },
    says: ["one", fails],
  },
  {
    reader: "`include_str!`, by `..` and a link",
    edit: "the file",
    files: program(included("../linked/../data.txt"), {
      linked: link("shared/deep"),
      "shared/deep/x.txt": "",
      "shared/data.txt": "one",
    }),
    edits: { "shared/data.txt": "two" },
    says: ["one", "two"],
  },
  {
    reader: "`include_str!`, by a link in `OUT_DIR`",
    edit: "the file that it leads to",
    files: scriptProject(
      `${onlyItself} let _ = std::fs::remove_file(out("link")); std::os::unix::fs::symlink(std::fs::canonicalize("../other/data.txt").unwrap(), out("link")).unwrap(); "".into()`,
      {
        "app/src/main.rs":
          'fn main() {\n    println!("{}", &include_str!(concat!(env!("OUT_DIR"), "/link"))[5..8]);\n}\n',
      },
    ),
    edits: { "other/data.txt": "said two\n" },
    says: ["one", "two"],
  },
  {
    reader: "`include_str!`, by a link in `OUT_DIR` to a directory of the source",
    edit: "a file in it",
    files: scriptProject(
      `${onlyItself} let _ = std::fs::remove_file(out("link")); std::os::unix::fs::symlink(std::fs::canonicalize("../other").unwrap(), out("link")).unwrap(); "".into()`,
      {
        "app/src/main.rs":
          'fn main() {\n    println!("{}", &include_str!(concat!(env!("OUT_DIR"), "/link/data.txt"))[5..8]);\n}\n',
      },
    ),
    edits: { "other/data.txt": "said two\n" },
    says: ["one", "two"],
  },
  {
    reader: "`include!` of what a build script generated from a directory",
    edit: "a file appears",
    files: scriptProject(
      `${onlyItself} std::fs::write(out("names.rs"), format!("{:?}", names("../other/texts"))).unwrap(); "".into()`,
      {
        "other/texts/a.txt": "",
        "app/src/main.rs":
          'fn main() {\n    println!("{}", include!(concat!(env!("OUT_DIR"), "/names.rs")));\n}\n',
      },
    ),
    edits: { "other/texts/b.txt": "" },
    says: ["a.txt", "a.txt b.txt"],
  },
  {
    reader: "Cargo: programs that it finds by their place",
    edit: "a program appears",
    files: program("fn main() {}\n"),
    edits: { "src/bin/second.rs": "fn main() {}\n" },
    says: undefined,
  },
  {
    reader: "Cargo: build scripts that it finds by their place",
    edit: "a build script appears",
    files: program('fn main() {\n    println!("{}", option_env!("SAID").unwrap_or("one"));\n}\n'),
    edits: { "build.rs": buildScript('"two".into()') },
    says: ["one", "two"],
  },
  {
    reader: "Cargo: settings",
    edit: "they appear",
    files: program('fn main() {\n    println!("{}", if cfg!(said) { "two" } else { "one" });\n}\n'),
    edits: { ".cargo/config.toml": '[build]\nrustflags = ["--cfg", "said"]\n' },
    says: ["one", "two"],
  },
  {
    reader: "Cargo: `[env]` of its settings, relative",
    edit: "another directory",
    files: program(
      'fn main() {\n    println!("{}", include_str!(concat!(env!("WORDS"), "/data.txt")));\n}\n',
      {
        ".cargo/config.toml": '[env]\nWORDS = { value = "words/one", relative = true }\n',
        "words/one/data.txt": "one",
        "words/two/data.txt": "two",
      },
    ),
    edits: { ".cargo/config.toml": '[env]\nWORDS = { value = "words/two", relative = true }\n' },
    says: ["one", "two"],
  },
  {
    reader: "a macro of rustc: the name of the file that it is in",
    edit: "the module is a link, which leads elsewhere",
    files: program('mod part;\nfn main() {\n    println!("{}", part::word());\n}\n', {
      "src/part.rs": link("one.rs"),
      "src/one.rs": 'pub fn word() -> &\'static str { "one" }\n',
      "src/two.rs": 'pub fn word() -> &\'static str { "two" }\n',
    }),
    edits: { "src/part.rs": link("two.rs") },
    says: ["one", "two"],
  },
  clippy("keywords of a member's manifest (`cargo_common_metadata`)", "the keywords go", {
    lint: "clippy::cargo_common_metadata",
    files: (isBefore) => ({
      "Cargo.toml": workspace("app"),
      "app/Cargo.toml": manifest(
        "app",
        `description = "d"\nlicense = "MIT"\nrepository = "r"\nreadme = "README.md"\ncategories = ["games"]\n${isBefore ? 'keywords = ["k"]\n' : ""}`,
      ),
      "app/src/main.rs": "fn main() {}\n",
      "app/README.md": "",
    }),
  }),
  clippy("its settings at the root", "they appear", {
    lint: "clippy::too_many_arguments",
    files: (isBefore) => ({
      "Cargo.toml": manifest("app"),
      "src/main.rs": "fn many(_: u8, _: u8, _: u8) {}\nfn main() {\n    many(1, 2, 3);\n}\n",
      "clippy.toml": isBefore ? null : "too-many-arguments-threshold = 2\n",
    }),
  }),
  clippy("its settings where `CLIPPY_CONF_DIR` points", "they appear", {
    lint: "clippy::too_many_arguments",
    env: { CLIPPY_CONF_DIR: "lints" },
    files: (isBefore) => ({
      "Cargo.toml": manifest("app"),
      "src/main.rs": "fn many(_: u8, _: u8, _: u8) {}\nfn main() {\n    many(1, 2, 3);\n}\n",
      "lints/keep.txt": "",
      "lints/clippy.toml": isBefore ? null : "too-many-arguments-threshold = 2\n",
    }),
  }),
  clippy("its settings beside the manifest of a member", "they appear", {
    lint: "clippy::too_many_arguments",
    files: (isBefore) => ({
      "Cargo.toml": workspace("app"),
      "app/Cargo.toml": manifest("app"),
      "app/src/main.rs": "fn many(_: u8, _: u8, _: u8) {}\nfn main() {\n    many(1, 2, 3);\n}\n",
      "app/.clippy.toml": isBefore ? null : "too-many-arguments-threshold = 2\n",
    }),
  }),
];

type Lint = {
  readonly lint: string;
  readonly files: (isBefore: boolean) => Reader["files"];
  readonly env?: Readonly<Record<string, string>>;
};

/** A check that passes before the edit, and must fail after it. */
function clippy(reader: string, edit: string, { lint, files, env = {} }: Lint): Reader {
  const words = ["clippy", "--", "--deny", lint];
  const check = ["check", "clippy"];
  return {
    reader: `Clippy: ${reader}`,
    edit,
    files: files(true),
    edits: files(false),
    says: ["", fails],
    commands: [check, check],
    cargo: [words, words],
    lint,
    env,
  };
}
