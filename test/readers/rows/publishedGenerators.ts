import { onlyItself } from "../projects.ts";
import type { Reader } from "../reader.ts";
import { fetched, main, printed, published, script } from "./published.ts";

/** Crates by which build scripts make code of texts, and of what they know of the package. */
export const publishedGenerators: readonly Reader[] = [
  published("`phf_codegen`: a list of words", {
    uses: ["phf"],
    builds: ["phf_codegen"],
    files: {
      ...main(
        'static WORDS: phf::Set<&str> = include!(concat!(env!("OUT_DIR"), "/words.rs"));',
        printed("WORDS.len()"),
      ),
      ...script(
        onlyItself,
        'let text = std::fs::read_to_string("words.txt").unwrap();',
        "let mut set = phf_codegen::Set::new();",
        "for word in text.lines() {",
        "    set.entry(word);",
        "}",
        'std::fs::write(format!("{}/words.rs", std::env::var("OUT_DIR").unwrap()), set.build().to_string()).unwrap();',
      ),
      "words.txt": "one\n",
    },
    edits: { "words.txt": "one\ntwo\n" },
    says: ["1", "2"],
  }),
  published("`static-files`: a directory", {
    uses: ["static-files"],
    builds: ["static-files"],
    files: {
      ...main('include!(concat!(env!("OUT_DIR"), "/generated.rs"));', printed("generate().len()")),
      ...script('static_files::resource_dir("./static").build().unwrap();'),
      "static/a.txt": "",
    },
    edits: { "static/deep/b.txt": "" },
    says: ["1", "2"],
  }),
  published("`minijinja-embed`: a directory of templates", {
    uses: ["minijinja", "minijinja-embed"],
    builds: ["minijinja-embed"],
    files: {
      ...main(
        `fn main() {
    let mut environment = minijinja::Environment::new();
    minijinja_embed::load_templates!(&mut environment);
    println!("{}", environment.get_template("said.txt").unwrap().render(()).unwrap());
}`,
      ),
      ...script('minijinja_embed::embed_templates!("src/templates");'),
      "src/templates/said.txt": "one",
    },
    edits: { "src/templates/said.txt": "two" },
  }),
  published("`ructe`: a directory of templates", {
    builds: ["ructe"],
    files: {
      ...main(
        'include!(concat!(env!("OUT_DIR"), "/templates.rs"));',
        `fn main() {
    let mut text = Vec::new();
    templates::said_html(&mut text).unwrap();
    println!("{}", String::from_utf8(text).unwrap().trim());
}`,
      ),
      ...script('ructe::Ructe::from_env().unwrap().compile_templates("templates").unwrap();'),
      "templates/said.rs.html": "@()\none\n",
    },
    edits: { "templates/said.rs.html": "@()\ntwo\n" },
  }),
  published("`rsass`: a style that another one uses", {
    builds: ["rsass"],
    files: {
      ...main(
        printed(
          'if include_str!(concat!(env!("OUT_DIR"), "/style.css")).contains("red") { "one" } else { "two" }',
        ),
      ),
      ...script(
        onlyItself,
        'let css = rsass::compile_scss_path("style.scss".as_ref(), Default::default()).unwrap();',
        'std::fs::write(format!("{}/style.css", std::env::var("OUT_DIR").unwrap()), css).unwrap();',
      ),
      "style.scss": '@use "part";\n',
      "_part.scss": "a { color: red; }\n",
    },
    edits: { "_part.scss": "a { color: blue; }\n" },
  }),
  published("`lalrpop`: a grammar", {
    uses: ["lalrpop-util:!lexer"],
    builds: ["lalrpop:!"],
    files: {
      ...main(
        "lalrpop_util::lalrpop_mod!(said);",
        printed('if said::SaidParser::new().parse("one").is_ok() { "one" } else { "two" }'),
      ),
      ...script("lalrpop::process_src().unwrap();"),
      "src/said.lalrpop": 'grammar;\npub Said: () = "one" => ();\n',
    },
    edits: { "src/said.lalrpop": 'grammar;\npub Said: () = "two" => ();\n' },
  }),
  published("`built`: the lock", {
    builds: ["built:cargo-lock"],
    more: '[dependencies.other]\npath = "other"\n',
    files: {
      ...main(
        'mod built {\n    include!(concat!(env!("OUT_DIR"), "/built.rs"));\n}',
        printed('if built::DEPENDENCIES_STR.contains("other 0.1.0") { "one" } else { "two" }'),
      ),
      ...script(onlyItself, "built::write_built_file().unwrap();"),
      "other/Cargo.toml": '[package]\nname = "other"\nversion = "0.1.0"\nedition = "2021"\n',
      "other/src/lib.rs": "",
    },
    edits: {
      "other/Cargo.toml": '[package]\nname = "other"\nversion = "0.2.0"\nedition = "2021"\n',
      "Cargo.lock": fetched,
    },
  }),
  published("`vergen`: the lock", {
    builds: ["vergen:cargo"],
    more: '[dependencies.other]\npath = "other"\n',
    files: {
      ...main(
        printed('if env!("VERGEN_CARGO_DEPENDENCIES").contains("other 0.1.0") { "one" } else { "two" }'),
      ),
      ...script(
        "let cargo = vergen::CargoBuilder::default().dependencies(true).build().unwrap();",
        "vergen::Emitter::default().add_instructions(&cargo).unwrap().emit().unwrap();",
      ),
      "other/Cargo.toml": '[package]\nname = "other"\nversion = "0.1.0"\nedition = "2021"\n',
      "other/src/lib.rs": "",
    },
    edits: {
      "other/Cargo.toml": '[package]\nname = "other"\nversion = "0.2.0"\nedition = "2021"\n',
      "Cargo.lock": fetched,
    },
  }),
  published("`shadow-rs`: the tree of dependencies", {
    uses: ["shadow-rs:!build"],
    builds: ["shadow-rs:!build"],
    more: '[dependencies.other]\npath = "other"\n',
    files: {
      ...main(
        "shadow_rs::shadow!(build);",
        printed('if build::CARGO_TREE.contains("other v0.1.0") { "one" } else { "two" }'),
      ),
      ...script("shadow_rs::ShadowBuilder::builder().build().unwrap();"),
      "other/Cargo.toml": '[package]\nname = "other"\nversion = "0.1.0"\nedition = "2021"\n',
      "other/src/lib.rs": "",
    },
    edits: {
      "other/Cargo.toml": '[package]\nname = "other"\nversion = "0.2.0"\nedition = "2021"\n',
      "Cargo.lock": fetched,
    },
  }),
];
