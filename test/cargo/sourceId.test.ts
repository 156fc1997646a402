import fc from "fast-check";
import { expect, test } from "vitest";
import { formatSourceId, parseSourceId, type SourceId } from "../../src/cargo/sourceId.ts";

const cases: readonly (readonly [string, SourceId])[] = [
  [
    "registry+https://github.com/rust-lang/crates.io-index",
    { kind: "registry", url: "https://github.com/rust-lang/crates.io-index" },
  ],
  ["sparse+https://crates.example.com/index/", { kind: "sparse", url: "https://crates.example.com/index/" }],
  [
    "git+https://github.com/a/b#0123abc",
    { kind: "git", url: "https://github.com/a/b", reference: { kind: "default" }, commit: "0123abc" },
  ],
  [
    "git+ssh://git@github.com/a/b.git?branch=feature%2Fnew+ui#0123abc",
    {
      kind: "git",
      url: "ssh://git@github.com/a/b.git",
      reference: { kind: "branch", name: "feature/new ui" },
      commit: "0123abc",
    },
  ],
  [
    "git+https://h/a?tag=v1.0%2Bx",
    { kind: "git", url: "https://h/a", reference: { kind: "tag", name: "v1.0+x" } },
  ],
  [
    "git+https://h/a?rev=abc#abc",
    { kind: "git", url: "https://h/a", reference: { kind: "rev", name: "abc" }, commit: "abc" },
  ],
  ["path+file:///build/source/x", { kind: "path", url: "file:///build/source/x" }],
];

test.each(cases)("%s", (text, source) => {
  expect(parseSourceId(text)).toEqual(source);
  expect(formatSourceId(source)).toBe(text);
});

test("before version 4, lock files do not encode", () => {
  const text = "git+https://h/a?branch=feature/a+b%20#0123abc";
  const source = parseSourceId(text, { encoded: false });
  expect(source).toEqual({
    kind: "git",
    url: "https://h/a",
    reference: { kind: "branch", name: "feature/a+b%20" },
    commit: "0123abc",
  });
  expect(source && formatSourceId(source, { encoded: false })).toBe(text);
});

test("`ref` is an old name of `branch`", () => {
  expect(parseSourceId("git+https://h/a?ref=x")).toEqual({
    kind: "git",
    url: "https://h/a",
    reference: { kind: "branch", name: "x" },
  });
});

test.each(["", "https://h/a", "svn+https://h/a", "git+", "registry", "+https://h/a"])(
  "%j is none",
  (text) => {
    expect(parseSourceId(text)).toBeUndefined();
  },
);

const url = fc.webUrl({ validSchemes: ["https", "ssh"] });
const commit = fc.option(fc.stringMatching(/^[0-9a-f]{40}$/), { nil: undefined });
const reference = fc.oneof(
  fc.constant({ kind: "default" } as const),
  fc.record({
    kind: fc.constantFrom("branch", "tag", "rev"),
    name: fc.string({ minLength: 1, unit: "grapheme" }),
  }),
);
const source: fc.Arbitrary<SourceId> = fc.oneof(
  fc.record({ kind: fc.constantFrom("registry", "sparse", "path"), url }),
  fc.record({ kind: fc.constant("git"), url, reference, commit }).map(({ commit, ...rest }) => ({
    ...rest,
    ...(commit !== undefined && { commit }),
  })),
);

test("what is written is read back", () => {
  fc.assert(
    fc.property(source, (id) => {
      expect(parseSourceId(formatSourceId(id))).toEqual(id);
    }),
  );
});

test("any text is read without throwing, and what was read is stable", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const id = parseSourceId(`git+https://h/a${text}`);
      expect(id && parseSourceId(formatSourceId(id))).toEqual(id);
    }),
  );
});
