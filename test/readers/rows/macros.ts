import { executable, link } from "../content.ts";
import { macroProject, manifest, type Said, saysTwo, workspace } from "../projects.ts";
import type { Reader } from "../reader.ts";

/** A macro whose body is an expression, in a project of which some file has `said one`, and then `said two`. */
function macro(reader: string, body: string, at: Said): Reader {
  return saysTwo(`a macro: ${reader}`, (more) => macroProject(body, more), at);
}

/** Macros of the project, which tell neither Cargo nor rustc what they read. */
export const macros: readonly Reader[] = [
  macro("a file of another member", 'read("../other/data.txt")', "other/data.txt"),
  macro("a file of no member", 'read("../shared/data.txt")', "shared/data.txt"),
  macro("a file of its user's package", 'read("data.txt")', "app/data.txt"),
  macro("a Rust file of its user's package that is no module", 'read("src/spare.rs")', "app/src/spare.rs"),
  macro("a Rust file of its own package that is no module", 'read("../m/src/spare.rs")', "m/src/spare.rs"),
  macro("a module of another member", 'read("../other/src/lib.rs")', "other/src/lib.rs"),
  macro("`[workspace.metadata]`", 'read("../Cargo.toml")', {
    file: "Cargo.toml",
    text: (said) => `${workspace("app", "m", "other")}[workspace.metadata]\nnote = "${said}"\n`,
  }),
  macro("another member's manifest", 'read("../other/Cargo.toml")', {
    file: "other/Cargo.toml",
    text: (said) => manifest("other", `description = "${said}"\n`),
  }),
  macro("a comment of its user's manifest", 'read("Cargo.toml")', {
    file: "app/Cargo.toml",
    text: (said) => `# ${said}\n${manifest("app", '[dependencies]\nm = { path = "../m" }\n')}`,
  }),
  macro("the lock", 'read("../Cargo.lock")', {
    file: "Cargo.lock",
    text: (said) => `# ${said}
version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "m",
]

[[package]]
name = "m"
version = "0.1.0"

[[package]]
name = "other"
version = "0.1.0"
`,
  }),
  macro("the toolchain file", 'read("../rust-toolchain.toml")', {
    file: "rust-toolchain.toml",
    text: (said) => `# ${said}\n[toolchain]\nchannel = "stable"\n`,
  }),
  macro("Clippy's settings", 'read("../clippy.toml")', {
    file: "clippy.toml",
    text: (said) => `# ${said}\ntoo-many-arguments-threshold = 5\n`,
  }),
  macro("Cargo's settings", 'read("../.cargo/config.toml")', {
    file: ".cargo/config.toml",
    text: (said) => `# ${said}\n[alias]\nb = "build"\n`,
  }),
  macro("rustfmt's settings", 'read("../rustfmt.toml")', {
    file: "rustfmt.toml",
    text: (said) => `# ${said}\nmax_width = 90\n`,
  }),
  macro("by a thread", 'std::thread::spawn(|| read("../other/data.txt")).join().unwrap()', "other/data.txt"),
  macro(
    "by a program",
    'word(&String::from_utf8(std::process::Command::new("cat").arg(at("../other/data.txt")).output().unwrap().stdout).unwrap())',
    "other/data.txt",
  ),
  macro("by a long way round", 'read("src/../../m/src/../../other/data.txt")', "other/data.txt"),
  macro(
    "by `/proc/self/cwd`",
    'word(&std::fs::read_to_string("/proc/self/cwd/other/data.txt").unwrap())',
    "other/data.txt",
  ),
  macro("a link to a file", 'read("linked.txt")', {
    file: "shared/data.txt",
    more: {
      "app/linked.txt": link("../shared/data.txt"),
    },
  }),
  macro("a file by a link to a directory", 'read("linked/data.txt")', {
    file: "shared/deep/data.txt",
    more: {
      "app/linked": link("../shared/deep"),
    },
  }),
  macro("a file by two links", 'read("linked/data.txt")', {
    file: "deep/est/data.txt",
    more: {
      "app/linked": link("../shared/deep"),
      "shared/deep": link("../deep/est"),
    },
  }),
  {
    reader: "a macro: a link to a file",
    edit: "the link leads elsewhere",
    files: macroProject('read("linked.txt")', {
      "app/linked.txt": link("../shared/one.txt"),
      "shared/one.txt": "said one",
      "shared/two.txt": "said two",
    }),
    edits: { "app/linked.txt": link("../shared/two.txt") },
    says: ["one", "two"],
  },
  {
    reader: "a macro: where a link leads, and not what is there",
    edit: "the link leads to a file of the same content",
    files: macroProject(
      'std::fs::read_link(at("../shared/link")).unwrap().into_os_string().into_string().unwrap()',
      {
        "shared/link": link("one.txt"),
        "shared/one.txt": "same",
        "shared/two.txt": "same",
      },
    ),
    edits: { "shared/link": link("two.txt") },
    says: ["one.txt", "two.txt"],
  },
  {
    reader: "a macro: the names in a directory of another member",
    edit: "a file appears",
    files: macroProject('names(at("../other/texts"))', { "other/texts/a.txt": "" }),
    edits: { "other/texts/b.txt": "" },
    says: ["a.txt", "a.txt b.txt"],
  },
  {
    reader: "a macro: the names in a directory of its user's package",
    edit: "a Rust file vanishes",
    files: macroProject('names(at("parts"))', { "app/parts/a.rs": "", "app/parts/b.rs": "" }),
    edits: { "app/parts/b.rs": null },
    says: ["a.rs b.rs", "a.rs"],
  },
  {
    reader: "a macro: the names in a directory",
    edit: "a directory appears in it",
    files: macroProject('names(at("../shared"))', { "shared/a.txt": "" }),
    edits: { "shared/b/data.txt": "" },
    says: ["a.txt", "a.txt b"],
  },
  {
    reader: "a macro: whether a file is there",
    edit: "the file appears",
    files: macroProject('at("../shared/wanted").parse::<std::path::PathBuf>().unwrap().exists().to_string()'),
    edits: { "shared/wanted": "" },
    says: ["false", "true"],
  },
  {
    reader: "a macro: whether a file is there",
    edit: "the file vanishes",
    files: macroProject('std::fs::metadata(at("../other/wanted")).is_ok().to_string()', {
      "other/wanted": "",
    }),
    edits: { "other/wanted": null },
    says: ["true", "false"],
  },
  {
    reader: "a macro: the size of a file",
    edit: "the file grows",
    files: macroProject('std::fs::metadata(at("../other/data.txt")).unwrap().len().to_string()', {
      "other/data.txt": "123",
    }),
    edits: { "other/data.txt": "12345" },
    says: ["3", "5"],
  },
  {
    reader: "a macro: whether a file may be executed",
    edit: "the file becomes a program",
    files: macroProject(
      '(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(at("../other/tool")).unwrap().permissions()) & 0o111 != 0).to_string()',
      { "other/tool": "#!/bin/sh\n" },
    ),
    edits: { "other/tool": executable("#!/bin/sh\n") },
    says: ["false", "true"],
  },
  {
    reader: "a macro: which of two files comes first",
    edit: "the one that is looked for first appears",
    files: macroProject(
      '["local.txt", "default.txt"].iter().map(|each| at(&format!("../shared/{each}"))).find_map(|each| std::fs::read_to_string(each).ok()).map(|text| word(&text)).unwrap()',
      { "shared/default.txt": "said one" },
    ),
    edits: { "shared/local.txt": "said two" },
    says: ["one", "two"],
  },
  {
    reader: "a macro: `CARGO_PRIMARY_PACKAGE`, in a library",
    edit: "`build`, then `build -p app`",
    files: {
      ...macroProject('std::env::var("CARGO_PRIMARY_PACKAGE").unwrap_or("none".into())'),
      "app/Cargo.toml": manifest("app", '[dependencies]\nother = { path = "../other" }\n'),
      "app/src/main.rs": 'fn main() {\n    println!("{}", other::SAID);\n}\n',
      "other/Cargo.toml": manifest("other", '[dependencies]\nm = { path = "../m" }\n'),
      "other/src/lib.rs": "pub const SAID: &str = m::said!();\n",
    },
    edits: {},
    commands: [["build"], ["build", "-p", "app"]],
    says: ["1", "none"],
  },
];
