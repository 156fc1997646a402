import { join } from "node:path";
import { expect, test } from "vitest";
import { verbatimPaths } from "../../../src/cargo/dummy/dummySource.ts";
import { inputOf, readTree } from "./readSource.ts";

const golden = join(import.meta.dirname, "../../golden/dummy");

test("an ordinary project has none", () => {
  const tree = readTree(join(golden, "workspace-inheritance/input"));
  expect(verbatimPaths(inputOf(tree))).toEqual({ ok: true, value: [] });
});

test("a patch that a registry's package uses, with what it needs itself", () => {
  const tree = readTree(join(golden, "patch/input"));
  expect(verbatimPaths(inputOf(tree))).toEqual({
    ok: true,
    value: [
      "third-party/ranges/src/lib.rs",
      "third-party/unicode-ident/src/lib.rs",
      "third-party/unicode-ident/src/start.rs",
    ],
  });
});

test("a patch that only the project uses is a stub", () => {
  const tree = readTree(join(golden, "patch/input"));
  const lock = tree.get("Cargo.lock") ?? "";
  tree.set("Cargo.lock", lock.replace(/(name = "proc-macro2"[^[]*)dependencies = \[[^\]]*\]\n/, "$1"));
  expect(tree.get("Cargo.lock")).not.toBe(lock);
  expect(verbatimPaths(inputOf(tree))).toEqual({ ok: true, value: [] });
});

test("`paths` in Cargo's configuration, and files that it includes", () => {
  const tree = new Map([
    [".cargo/config.toml", 'paths = ["overrides"]\ninclude = ["more.toml"]\n'],
    [".cargo/more.toml", ""],
    ["Cargo.toml", '[package]\nname = "app"\n'],
    ["overrides/log/Cargo.toml", '[package]\nname = "log"\n'],
    ["overrides/log/src/lib.rs", ""],
    ["src/main.rs", ""],
  ]);
  expect(verbatimPaths(inputOf(tree))).toEqual({
    ok: true,
    value: [".cargo/more.toml", "overrides/log/Cargo.toml", "overrides/log/src/lib.rs"],
  });
});

test("`paths` outside the source is an error", () => {
  const tree = new Map([
    [".cargo/config.toml", 'paths = ["../log"]\n'],
    ["Cargo.toml", '[package]\nname = "app"\n'],
    ["src/main.rs", ""],
  ]);
  const paths = verbatimPaths(inputOf(tree));
  expect(paths.ok ? undefined : paths.error.code).toBe("path-dependency-outside");
});

test.for([
  [
    "../../conf/more.toml",
    'or begin the source above both: src: crane.cleanCargoSource(".."), sourceRoot: "<the workspace\'s directory in it>"',
  ],
  ["/etc/more.toml", undefined],
] as const)("a file of settings outside the source that is included is an error: %s", ([path, more]) => {
  const tree = new Map([
    [".cargo/config.toml", `include = ["${path}"]\n`],
    ["Cargo.toml", '[package]\nname = "app"\n'],
    ["src/main.rs", ""],
  ]);
  const paths = verbatimPaths(inputOf(tree));
  expect(paths.ok ? undefined : paths.error).toMatchObject({
    code: "include-outside",
    message: `\`.cargo/config.toml\` includes a file outside the source: \`${path}\``,
    place: { file: ".cargo/config.toml", line: 1, label: "not visible to a hermetic build" },
    notes: [`it works with plain \`cargo build\` only because \`${path}\` exists on this machine`],
    help: [
      "move the file into the source, and name it by its path there",
      ...(more === undefined ? [] : [more]),
    ],
  });
});
