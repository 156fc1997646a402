import { createHash } from "node:crypto";
import type { Reader } from "../reader.ts";
import { main, printed, published } from "./published.ts";

const query = "SELECT said FROM words";
const hash = createHash("sha256").update(query).digest("hex");
const prepared = `.sqlx/query-${hash}.json`;
const describedQuery = (type: string) =>
  JSON.stringify({
    db_name: "PostgreSQL",
    query,
    describe: {
      columns: [{ ordinal: 0, name: "said", type_info: type }],
      parameters: { Left: [] },
      nullable: [false],
    },
    hash,
  });

/** Macros of published crates that read files. */
export const publishedMacros: readonly Reader[] = [
  published("`rust-embed`: files of a directory", {
    uses: ["rust-embed:debug-embed"],
    files: {
      ...main(
        '#[derive(rust_embed::Embed)]\n#[folder = "assets/"]\nstruct Assets;',
        printed('String::from_utf8_lossy(&Assets::get("said.txt").unwrap().data)'),
      ),
      "assets/said.txt": "one",
    },
    edits: { "assets/said.txt": "two" },
  }),
  published("`rust-embed`: the names in a directory", {
    uses: ["rust-embed:debug-embed"],
    files: {
      ...main(
        '#[derive(rust_embed::Embed)]\n#[folder = "assets/"]\nstruct Assets;',
        printed("Assets::iter().count()"),
      ),
      "assets/said.txt": "one",
    },
    edits: { "assets/deep/more.txt": "two" },
    says: ["1", "2"],
  }),
  published("`include_dir!`", {
    uses: ["include_dir"],
    files: {
      ...main(
        'static ASSETS: include_dir::Dir = include_dir::include_dir!("$CARGO_MANIFEST_DIR/assets");',
        printed("ASSETS.files().count()"),
      ),
      "assets/said.txt": "one",
    },
    edits: { "assets/more.txt": "two" },
    says: ["1", "2"],
  }),
  published("`askama`: a template", {
    uses: ["askama"],
    files: {
      ...main(
        '#[derive(askama::Template)]\n#[template(path = "said.txt")]\nstruct Said;',
        printed("askama::Template::render(&Said).unwrap()"),
      ),
      "templates/said.txt": "one",
    },
    edits: { "templates/said.txt": "two" },
  }),
  published("`askama`: a template that another one extends", {
    uses: ["askama"],
    files: {
      ...main(
        '#[derive(askama::Template)]\n#[template(path = "said.txt")]\nstruct Said;',
        printed("askama::Template::render(&Said).unwrap()"),
      ),
      "templates/said.txt": '{% extends "base.txt" %}',
      "templates/base.txt": "one",
    },
    edits: { "templates/base.txt": "two" },
  }),
  published("`askama`: its settings", {
    uses: ["askama"],
    files: {
      ...main(
        '#[derive(askama::Template)]\n#[template(path = "said.txt")]\nstruct Said;',
        printed("askama::Template::render(&Said).unwrap()"),
      ),
      "templates/said.txt": "one",
      "others/said.txt": "two",
    },
    edits: { "askama.toml": '[general]\ndirs = ["others"]\n' },
  }),
  published("`sqlx`: a query that was prepared", {
    uses: ["sqlx:!macros,postgres"],
    env: { SQLX_OFFLINE: "true" },
    files: {
      ...main(
        "fn kind<D: sqlx::Database, T, A>(_: sqlx::query::QueryScalar<'_, D, T, A>) -> &'static str {\n    std::any::type_name::<T>()\n}",
        printed(`kind(sqlx::query_scalar!(${JSON.stringify(query)}))`),
      ),
      [prepared]: describedQuery("Int4"),
    },
    edits: { [prepared]: describedQuery("Int8") },
    edit: "`.sqlx/query-….json`",
    says: ["i32", "i64"],
  }),
  published("`sailfish`: a template that another one includes", {
    uses: ["sailfish"],
    files: {
      ...main(
        "use sailfish::TemplateSimple;",
        '#[derive(TemplateSimple)]\n#[template(path = "said.stpl")]\nstruct Said;',
        printed("Said.render_once().unwrap().trim()"),
      ),
      "templates/said.stpl": '<% include!("part.stpl"); %>',
      "templates/part.stpl": "one",
    },
    edits: { "templates/part.stpl": "two" },
  }),
  published("`pest_derive`: a grammar", {
    uses: ["pest", "pest_derive"],
    files: {
      ...main(
        'use pest::Parser;\n#[derive(pest_derive::Parser)]\n#[grammar = "said.pest"]\nstruct Said;',
        printed('if Said::parse(Rule::said, "one").is_ok() { "one" } else { "two" }'),
      ),
      "src/said.pest": 'said = { "one" }\n',
    },
    edits: { "src/said.pest": 'said = { "two" }\n' },
  }),
  published("`graphql_client`: a schema", {
    uses: ["graphql_client", "serde"],
    files: {
      ...main(
        '#[derive(graphql_client::GraphQLQuery)]\n#[graphql(schema_path = "schema.graphql", query_path = "query.graphql")]\npub struct Said;',
        "fn kind<T>(_: fn(said::ResponseData) -> T) -> &'static str {\n    std::any::type_name::<T>()\n}",
        printed("kind(|data| data.said)"),
      ),
      "schema.graphql": "schema { query: Query }\ntype Query { said: Int! }\n",
      "query.graphql": "query Said { said }\n",
    },
    edits: { "schema.graphql": "schema { query: Query }\ntype Query { said: Float! }\n" },
    says: ["i64", "f64"],
  }),
  published("`typify`: a JSON schema", {
    uses: ["typify", "serde:derive", "serde_json"],
    files: {
      ...main('typify::import_types!("schema.json");', printed("std::mem::size_of::<Said>()")),
      "schema.json":
        '{"title": "Said", "type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]}',
    },
    edits: {
      "schema.json":
        '{"title": "Said", "type": "object", "properties": {"a": {"type": "boolean"}, "b": {"type": "boolean"}}, "required": ["a", "b"]}',
    },
    says: ["1", "2"],
  }),
  published("`dotenvy_macro`: `.env`", {
    uses: ["dotenvy_macro"],
    files: { ...main(printed('dotenvy_macro::dotenv!("SAID")')), ".env": "SAID=one\n" },
    edits: { ".env": "SAID=two\n" },
  }),
  published("`rust-i18n`: a directory of texts", {
    uses: ["rust-i18n"],
    files: {
      ...main('rust_i18n::i18n!("locales");', printed('rust_i18n::t!("said")')),
      "locales/en.yml": "_version: 1\nsaid: one\n",
    },
    edits: { "locales/en.yml": "_version: 1\nsaid: two\n" },
  }),
  published("`fluent-templates`: a directory of texts", {
    uses: ["fluent-templates"],
    files: {
      ...main(
        'use fluent_templates::Loader;\nfluent_templates::static_loader! {\n    static TEXTS = { locales: "./locales", fallback_language: "en-US" };\n}',
        printed('TEXTS.lookup(&"en-US".parse().unwrap(), "said")'),
      ),
      "locales/en-US/main.ftl": "said = one\n",
    },
    edits: { "locales/en-US/main.ftl": "said = two\n" },
  }),
  published("`i18n-embed-fl`: which texts there are", {
    uses: ["i18n-embed-fl", "i18n-embed:fluent-system", "rust-embed"],
    files: {
      ...main(
        "use i18n_embed::fluent::FluentLanguageLoader;",
        '#[derive(rust_embed::RustEmbed)]\n#[folder = "i18n"]\nstruct Texts;',
        `fn main() {
    let loader: FluentLanguageLoader = i18n_embed::fluent::fluent_language_loader!();
    i18n_embed::LanguageLoader::load_languages(&loader, &Texts, &["en-US".parse().unwrap()]).unwrap();
    println!("{}", i18n_embed_fl::fl!(loader, "said"));
}`,
      ),
      "i18n.toml": 'fallback_language = "en-US"\n\n[fluent]\nassets_dir = "i18n"\n',
      "i18n/en-US/app.ftl": "said = one\n",
    },
    edits: { "i18n/en-US/app.ftl": "other = two\n" },
    says: ["one", "(fails)"],
  }),
  published("`include-flate`", {
    uses: ["include-flate"],
    files: {
      ...main('include_flate::flate!(static SAID: str from "said.txt");', printed("SAID.as_str()")),
      "said.txt": "one",
    },
    edits: { "said.txt": "two" },
  }),
  published("`include-lines`", {
    uses: ["include-lines"],
    files: {
      ...main(printed('include_lines::include_lines!("said.txt")[0]')),
      "said.txt": "one\n",
    },
    edits: { "said.txt": "two\n" },
  }),
  published("`refinery`: a directory of migrations", {
    uses: ["refinery"],
    files: {
      ...main(
        'mod embedded {\n    refinery::embed_migrations!("migrations");\n}',
        printed("embedded::migrations::runner().get_migrations().len()"),
      ),
      "migrations/V1__first.sql": "SELECT 1;\n",
    },
    edits: { "migrations/V2__second.sql": "SELECT 2;\n" },
    says: ["1", "2"],
  }),
  published("`iftree`: the names in a directory", {
    uses: ["iftree"],
    files: {
      ...main(
        "#[iftree::include_file_tree(\"paths = '/assets/**'\")]\npub struct Asset {\n    relative_path: &'static str,\n}",
        printed("ASSETS.iter().map(|each| each.relative_path.len()).count()"),
      ),
      "assets/a.txt": "",
    },
    edits: { "assets/b.txt": "" },
    says: ["1", "2"],
  }),
  published("`static-toml`", {
    uses: ["static-toml"],
    files: {
      ...main(
        'static_toml::static_toml! {\n    static SAID = include_toml!("said.toml");\n}',
        printed("SAID.said"),
      ),
      "said.toml": 'said = "one"\n',
    },
    edits: { "said.toml": 'said = "two"\n' },
  }),
  published("`automod`: the names in a directory of modules", {
    uses: ["automod"],
    files: {
      ...main("mod parts;", printed('"one"')),
      "src/parts/mod.rs": 'automod::dir!("src/parts");\n',
      "src/parts/a.rs": "",
    },
    edits: { "src/parts/b.rs": 'compile_error!("b");\n' },
    says: ["one", "(fails)"],
  }),
  published("`grass::include!`: a style that another one uses", {
    uses: ["grass:macro"],
    files: {
      ...main(
        'static STYLE: &str = grass::include!("style.scss");',
        printed('if STYLE.contains("red") { "one" } else { "two" }'),
      ),
      "style.scss": '@use "part";\n',
      "_part.scss": "a { color: red; }\n",
    },
    edits: { "_part.scss": "a { color: blue; }\n" },
  }),
  published("`document-features`: comments of the manifest", {
    edit: "a comment",
    uses: ["document-features"],
    more: "[features]\n## one\nsaid = []\n",
    moreAfter: "[features]\n## two\nsaid = []\n",
    files: main(printed('document_features::document_features!().split(" — ").last().unwrap().trim()')),
    edits: {},
  }),
];
