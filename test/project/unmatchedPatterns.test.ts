import { expect, test } from "vitest";
import type { Filter } from "../../src/derivation/model.ts";
import { unmatchedPatterns } from "../../src/project/scan/unmatchedPatterns.ts";

const files = ["Cargo.toml", "src/main.rs", "config/banner.txt", "proto/a/b.proto"];
const include = (...patterns: string[]): Filter => ({ kind: "globs", patterns });
const told = (filter: Filter) =>
  unmatchedPatterns(filter, files).map(({ message, help }) => [message, ...help].join("; "));

test("patterns that match something, and those whose files another part may have taken away", () => {
  expect(told(include("config/**", "proto", "**/*.rs"))).toEqual([]);
  expect(told({ kind: "intersection", of: [include("gone"), { kind: "cargo" }] })).toEqual([]);
  expect(told({ kind: "difference", of: { kind: "everything" }, without: include("gone") })).toEqual([]);
});

test("a pattern that matches nothing, with what may be meant", () => {
  expect(told({ kind: "union", of: [{ kind: "cargo" }, include("confg/**", "*.sql")] })).toEqual([
    "`confg/**` of `fileset.include` matches no file; did you mean `config/**`?",
    "`*.sql` of `fileset.include` matches no file; correct it, or take it out",
  ]);
});
