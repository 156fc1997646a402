import { expect, test } from "vitest";
import { type FileSelection, type SelectableFile, selector } from "../../src/derivation/fileSelection.ts";

const file = (path: string, text = "", more: Partial<SelectableFile> = {}): SelectableFile => ({
  ...{ path, kind: "file", executable: false, head: () => Buffer.from(text) },
  ...more,
});

const all: FileSelection = { files: "", excludes: [], types: ["file"], typesOr: [], excludeTypes: [] };

const files = [
  file("src/main.rs", "fn main() {}"),
  file("Cargo.lock", "version = 4"),
  file("run", "#!/usr/bin/env -S bash -e\n", { executable: true }),
  file("tool", "#!/usr/bin/python3.12\n", { executable: true }),
  file("notes", "#!/bin/sh is what a script begins with"),
  file("setup.sh", "#!/bin/sh\n"),
  file(".envrc", "use flake"),
  file("Dockerfile.ci", "FROM debian"),
  file("data", "a\0b"),
  file("logo.PNG", "text"),
  file("link.rs", "", { kind: "symlink" }),
];

const chosen = (select: Partial<FileSelection>) => {
  const isWanted = selector({ ...all, ...select });
  return files.filter(isWanted).map(({ path }) => path);
};

test("a file has types by its name, and by what it begins with only where that tells nothing", () => {
  expect(chosen({ types: ["rust"] })).toEqual(["src/main.rs"]);
  expect(chosen({ types: ["toml"] })).toEqual(["Cargo.lock"]);
  expect(chosen({ types: ["toml"], excludeTypes: ["cargo-lock"] })).toEqual([]);
  // A script that nobody can run is one by its name alone.
  expect(chosen({ types: ["shell"] })).toEqual(["run", "setup.sh", ".envrc"]);
  expect(chosen({ types: [], typesOr: ["python", "dockerfile"] })).toEqual(["tool", "Dockerfile.ci"]);
  expect(chosen({ types: ["binary"] })).toEqual(["data", "logo.PNG"]);
  expect(chosen({ types: ["executable"] })).toEqual(["run", "tool"]);
  expect(chosen({ types: ["symlink"] })).toEqual(["link.rs"]);
});

test("a pattern is found anywhere in a path, and what one of the others finds is left out", () => {
  expect(chosen({ files: "\\.rs$" })).toEqual(["src/main.rs"]);
  expect(chosen({ files: "s", excludes: ["^setup", "notes$", "\\.lock$"] })).toEqual(["src/main.rs"]);
});
