import fc from "fast-check";
import { expect, test } from "vitest";
import type { Filter } from "../../src/derivation/model.ts";
import { filterPredicate } from "../../src/project/scan/filterPredicate.ts";

const name = fc.constantFrom(
  "src",
  "a.rs",
  "b.md",
  "docs",
  "c.txt",
  "Cargo.toml",
  "migrations",
  "1.sql",
  ".github",
);
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
const leaf: fc.Arbitrary<Filter> = fc.oneof(
  fc.constantFrom<Filter>({ kind: "everything" }, { kind: "cargo" }, { kind: "automatic" }),
  fc
    .array(fc.constantFrom("**/*.sql", "migrations", "docs/**", "src/*.rs", "*.toml", "!**/*.md", "*/docs"), {
      maxLength: 3,
    })
    .map((patterns): Filter => ({ kind: "globs", patterns })),
  fc
    .constantFrom("src", "docs", "c.txt", "migrations")
    .map((refused): Filter => ({ kind: "where", keep: (at) => !at.endsWith(refused) })),
);
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({
      kind: fc.constantFrom("union", "intersection"),
      of: fc.array(tie("filter"), { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant("difference"), of: tie("filter"), without: tie("filter") }),
  ),
}));

/** The set that a filter denotes, by the definition of sets and nothing else. */
function members(of: Filter, universe: readonly string[]): Set<string> {
  const all = new Set(universe);
  switch (of.kind) {
    case "union":
      return new Set(of.of.flatMap((each) => [...members(each, universe)]));
    case "intersection": {
      const sets = of.of.map((each) => members(each, universe));
      return new Set([...all].filter((at) => sets.every((set) => set.has(at))));
    }
    case "difference": {
      const removed = members(of.without, universe);
      return new Set([...members(of.of, universe)].filter((at) => !removed.has(at)));
    }
    default: {
      const keeps = filterPredicate(of);
      return new Set([...all].filter((at) => keeps(at, "file")));
    }
  }
}

test("union, intersection and difference of filters are those of the sets of paths that they keep", () => {
  fc.assert(
    fc.property(filter, fc.array(path, { maxLength: 20 }), (each, paths) => {
      const keeps = filterPredicate(each);
      expect(new Set(paths.filter((at) => keeps(at, "file")))).toEqual(members(each, paths));
    }),
  );
});

test("a directory with a kept file in it is never refused", () => {
  fc.assert(
    fc.property(filter, path, (each, at) => {
      const keeps = filterPredicate(each);
      if (!keeps(at, "file")) return;
      const names = at.split("/");
      for (let length = 1; length < names.length; length++) {
        expect([each, keeps(names.slice(0, length).join("/"), "directory")]).toEqual([each, true]);
      }
    }),
  );
});

test("`cargo` keeps what Crane's filterCargoSources keeps", () => {
  const keeps = filterPredicate({ kind: "cargo" });
  const paths = [
    "src/main.rs",
    "rustfmt.toml",
    "Cargo.lock",
    "a/Cargo.lock",
    ".cargo/config",
    ".cargo/config.toml",
  ];
  const others = [
    "README.md",
    "config",
    "My.Cargo.lock",
    "a/.cargo/credentials",
    "migrations/1.sql",
    "main.rs.bk",
  ];
  expect([...paths, ...others].filter((at) => keeps(at, "file"))).toEqual(paths);
});

test.each([
  [["migrations"], ["migrations/1.sql", "migrations/a/2.sql"]],
  [["./migrations/"], ["migrations/1.sql", "migrations/a/2.sql"]],
  [["migrations/*.sql"], ["migrations/1.sql"]],
  [["migrations/**"], ["migrations/1.sql", "migrations/a/2.sql"]],
  [["crates/*/proto"], ["crates/a/proto/x.proto"]],
  [["**/.sqlx/*.json"], [".sqlx/query.json"]],
  [["."], [".sqlx/query.json", "crates/a/proto/x.proto", "migrations/1.sql", "migrations/a/2.sql"]],
  [[], []],
])("globs %j keep %j", (patterns, expected) => {
  const paths = [".sqlx/query.json", "crates/a/proto/x.proto", "migrations/1.sql", "migrations/a/2.sql"];
  expect(paths.filter((at) => filterPredicate({ kind: "globs", patterns })(at, "file"))).toEqual(expected);
});

test("globs do not enter directories that cannot hold a match", () => {
  const keeps = filterPredicate({ kind: "globs", patterns: ["crates/a/migrations/**", "proto"] });
  const directories = [
    "crates",
    "crates/a",
    "crates/b",
    "crates/a/migrations",
    "crates/a/migrations/x",
    "proto",
    "src",
  ];
  expect(directories.filter((at) => keeps(at, "directory"))).toEqual([
    "crates",
    "crates/a",
    "crates/a/migrations",
    "crates/a/migrations/x",
    "proto",
  ]);
});

test("below a directory that a function refuses nothing is kept, and it is asked once for each directory", () => {
  const asked: string[] = [];
  const keeps = filterPredicate({
    kind: "where",
    keep(at, type) {
      asked.push(`${type} ${at}`);
      return at !== "a/b";
    },
  });
  expect(["a/x", "a/b/y", "a/b/c/z"].map((at) => keeps(at, "file"))).toEqual([true, false, false]);
  expect(asked).toEqual(["directory a", "file a/x", "directory a/b"]);
});
