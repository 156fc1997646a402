import { expect, test } from "vitest";
import type { Filter } from "../../src/derivation/model.ts";
import { explainFilteredFile } from "../../src/project/filtered/explainFilteredFile.ts";
import { scan } from "./scan.ts";
import { type TreeEntry, tree } from "./tree.ts";

const cargo: Filter = { kind: "cargo" };

function explain(entries: Readonly<Record<string, TreeEntry>>, output: string, filter = cargo) {
  using project = tree({ "Cargo.toml": "", ...entries });
  const files = scan(project.path, filter);
  return explainFilteredFile({
    output,
    source: { type: "source", root: ".", filter },
    directory: project.path,
    files,
  });
}

test("a file of `include_str!`, with the place and the line of the configuration", () => {
  const found = explain(
    {
      "src/main.rs": 'fn main() {}\nconst A: &str = include_str!("../migrations/1.sql");\n',
      "migrations/1.sql": "",
    },
    `   Compiling app v0.1.0 (/build/source)
\u001b[1m\u001b[31merror\u001b[0m: couldn't read \`src/../migrations/1.sql\`: No such file or directory (os error 2)
 --> src/main.rs:2:17
  |
2 | const A: &str = include_str!("../migrations/1.sql");
  |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
`,
  );
  expect(found).toEqual({
    code: "file-filtered",
    message: "the build reads `migrations/1.sql`, which the filter of its source leaves out",
    place: {
      file: "src/main.rs",
      line: 2,
      column: 17,
      length: 35,
      text: 'const A: &str = include_str!("../migrations/1.sql");',
      label: "read here",
    },
    notes: ["it exists on disk, but only what the filter keeps reaches a build"],
    help: [
      'in `gantry.config.ts`: src: fileset.union(crane.cleanCargoSource("."), fileset.include("migrations/**"))',
    ],
    causes: [],
    status: 1,
  });
});

test.each<[string, Record<string, TreeEntry>, string, string, string]>([
  [
    "prost-build",
    { "proto/x.proto": "", "proto/y.proto": "" },
    'Error: Custom { kind: Other, error: "protoc failed: Could not make proto path relative: proto/x.proto: No such file or directory\\n" }',
    "proto/x.proto",
    '"proto/**"',
  ],
  [
    "a build script of a member",
    { "crates/a/proto/x.proto": "", "crates/a/Cargo.toml": "" },
    "error: failed to run custom build command for `a v0.1.0 (/build/source/crates/a)`\nproto/x.proto: No such file or directory",
    "crates/a/proto/x.proto",
    '"crates/a/proto/**"',
  ],
  [
    "sqlx::migrate!",
    { "migrations/1.sql": "" },
    "error: error canonicalizing migration directory /build/source/./migrations: No such file or directory (os error 2)",
    "migrations/",
    '"migrations/**"',
  ],
  [
    "refinery",
    { "db/migrations/V1__a.sql": "" },
    'error: proc macro panicked: InvalidMigrationPath("/build/source/db/migrations", Os { code: 2, kind: NotFound, message: "No such file or directory" })',
    "db/migrations/",
    '"db/migrations/**"',
  ],
  [
    "sqlx offline",
    { ".sqlx/query-1.json": "" },
    "error: `DATABASE_URL` must be set, or `cargo sqlx prepare` must have been run and .sqlx must exist",
    ".sqlx/",
    '".sqlx/**"',
  ],
  [
    "trunk",
    { "styles/page.css": "" },
    'Caused by:\n    0: error getting canonical path for "/build/source/styles/page.css"\n    1: No such file or directory (os error 2)',
    "styles/page.css",
    '"styles/**"',
  ],
  [
    "askama",
    { "templates/hello.html": "" },
    'error: template "hello.html" not found in directories ["/build/source/templates"]',
    "templates/hello.html",
    '"templates/**"',
  ],
  [
    "rust-embed",
    { "assets/a/b.css": "" },
    "error: #[derive(RustEmbed)] folder '/build/source/assets/' does not exist. cwd: '/build/source'",
    "assets/",
    '"assets/**"',
  ],
  [
    "a file beside files that are kept",
    { "src/lib.rs": "", "src/query.graphql": "" },
    "error: couldn't read `src/query.graphql`: No such file or directory (os error 2)",
    "src/query.graphql",
    '"src/query.graphql"',
  ],
  [
    "a panic that names no file",
    {
      "build.rs": 'fn main() {\n    let x = std::fs::read("schema/a.json")\n        .unwrap();\n}\n',
      "schema/a.json": "",
    },
    "thread 'main' (7) panicked at build.rs:3:10:\ncalled `Result::unwrap()` on an `Err` value: Os { code: 2, kind: NotFound, message: \"No such file or directory\" }",
    "schema/a.json",
    '"schema/**"',
  ],
])("%s", (_, entries, output, path, pattern) => {
  const found = explain(entries, output);
  const names = [...(found?.message ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1]);
  expect(names).toContain(path);
  expect(found?.help).toEqual([
    `in \`gantry.config.ts\`: src: fileset.union(crane.cleanCargoSource("."), fileset.include(${pattern}))`,
  ]);
});

test.each<[string, Filter, string]>([
  [
    "a union grows",
    { kind: "union", of: [cargo, { kind: "globs", patterns: ["proto/**"] }] },
    'fileset.union(crane.cleanCargoSource("."), fileset.include("proto/**", "a.sql"))',
  ],
  ["globs grow", { kind: "globs", patterns: ["src/**"] }, 'fileset.include("src/**", "a.sql")'],
  [
    "a difference becomes part of a union",
    { kind: "difference", of: { kind: "everything" }, without: { kind: "globs", patterns: ["*.sql"] } },
    'fileset.union(fileset.exclude("*.sql"), fileset.include("a.sql"))',
  ],
  [
    "a function becomes part of a union",
    { kind: "where", keep: (path) => path.endsWith(".rs") },
    'fileset.union(fileset.where(…), fileset.include("a.sql"))',
  ],
])("%s", (_, filter, expression) => {
  const found = explain({ "a.sql": "" }, "error: a.sql: No such file or directory", filter);
  expect(found?.help).toEqual([`in \`gantry.config.ts\`: src: ${expression}`]);
});

test("what no build reads by its name is taken beside the rest", () => {
  const found = explain({ "docs/a.txt": "" }, "could not open docs/a.txt", { kind: "automatic" });
  expect(found).toMatchObject({
    message: "the build reads `docs/a.txt`, which the filter of its source leaves out",
    help: ['in `gantry.config.ts`: src: fileset.union(fileset.automatic(), fileset.include("docs/**"))'],
  });
});

test("a file that git ignores is said to be that", () => {
  const found = explain(
    {
      "src/lib.rs": 'include_str!("../config/local.json");\n',
      "config/local.json": "",
      "config/.gitignore": "*.json\n",
    },
    "error: couldn't read `src/../config/local.json`: No such file or directory (os error 2)\n --> src/lib.rs:1:1\n",
  );
  expect(found).toEqual({
    code: "file-ignored",
    message: "the build reads `config/local.json`, which git ignores",
    place: {
      file: "src/lib.rs",
      line: 1,
      column: 1,
      length: 36,
      text: 'include_str!("../config/local.json");',
      label: "read here",
    },
    notes: [
      "the pattern is `*.json`",
      "what git ignores is in nobody else's checkout, so no build can have it",
    ],
    help: ["git add --force config/local.json"],
    causes: [],
    status: 1,
  });
});

test.each([
  [
    "another failure",
    "error[E0433]: cannot find module or crate `server` in this scope\n --> src/main.rs:1:1",
  ],
  [
    "a package called like a directory",
    'error: could not compile `server` (bin "server") due to 1 previous error',
  ],
  [
    "a package that fails to build",
    "error: failed to run custom build command for `server v0.1.0 (/build/source/server)`",
  ],
  [
    "a file that does not exist",
    "error: couldn't read `src/gone.txt`: No such file or directory (os error 2)",
  ],
  [
    "a file outside of the source",
    "error: couldn't read `/etc/passwd`: No such file or directory (os error 2)",
  ],
  [
    "a file that the build had",
    "error: couldn't read `server/src/main.rs`: No such file or directory (os error 2)",
  ],
  ["a directory that the build had", "error: `server/` does not exist"],
])("%s is not explained", (_, output) => {
  expect(
    explain({ "server/src/main.rs": "", "server/README.md": "", "README.md": "" }, output),
  ).toBeUndefined();
});
