import { expect, test } from "vitest";
import type { Diagnostic } from "../../../src/base/diagnostic.ts";
import { dummySource } from "../../../src/cargo/dummy/dummySource.ts";
import { inputOf } from "./readSource.ts";

function failure(tree: Readonly<Record<string, string>>): Diagnostic | undefined {
  const dummy = dummySource(inputOf(new Map(Object.entries(tree))));
  return dummy.ok ? undefined : dummy.error;
}

const app = '[package]\nname = "app"\n';

test("a path dependency outside the source", () => {
  const manifest = `${app}\n[dependencies]\nmy-dep = { path = "../my-dep" }\n`;
  expect(failure({ "Cargo.toml": manifest, "src/main.rs": "" })).toEqual({
    code: "path-dependency-outside",
    message: "`my-dep` is a path dependency outside the source: `../my-dep`",
    place: {
      file: "Cargo.toml",
      line: 5,
      column: 19,
      length: 11,
      text: 'my-dep = { path = "../my-dep" }',
      label: "not visible to a hermetic build",
    },
    notes: ["it works with plain `cargo build` only because `../my-dep` exists on this machine"],
    help: [
      "move `my-dep` into the source, or depend on it by `git` or by version",
      'or begin the source above both: src: crane.cleanCargoSource(".."), sourceRoot: "<the workspace\'s directory in it>"',
      "to try a local checkout now and then: gantry with my-dep=../my-dep -- cargo build",
    ],
    causes: [],
    status: 1,
  });
});

test.for([
  ["an absolute one", `${app}[dependencies]\na = { path = "/a" }\n`],
  ["one that leaves and comes back", `${app}[dependencies]\na = { path = "../here/a" }\n`],
  ["one for a platform", `${app}[target.'cfg(windows)'.dependencies]\na = { path = "../a" }\n`],
  ["one for tests", `${app}[dev-dependencies]\na = { path = ".." }\n`],
  ["a patch", `${app}[patch.crates-io]\na = { path = "../a" }\n`],
  ["a replacement", `${app}[replace]\n"a:1.0.0" = { path = "../a" }\n`],
  [
    "an inherited one",
    `${app}[dependencies]\na.workspace = true\n[workspace.dependencies]\na = { path = "../a" }\n`,
  ],
] as const)("%s is outside, too", ([, manifest]) => {
  expect(failure({ "Cargo.toml": manifest, "src/main.rs": "" })?.code).toBe("path-dependency-outside");
});

test("in words that the project has for its source", () => {
  const tree = {
    "Cargo.toml": '[workspace]\nmembers = ["a"]\n',
    "a/Cargo.toml": `${app}[dependencies]\nb = { path = "../../b" }\n`,
    "a/src/main.rs": "",
  };
  const result = dummySource({
    files: new Map(Object.entries(tree)),
    paths: Object.keys(tree),
    words: { typed: (path) => `typed:${path}`, beginningAt: (above) => `beginning at ${above}` },
  });
  expect(result.ok ? [] : result.error.help.slice(1)).toEqual([
    "or begin the source above both: beginning at ..",
    "to try a local checkout now and then: gantry with b=typed:../b -- cargo build",
  ]);
});

test("one that is listed for members and that none inherits does no harm", () => {
  const manifest = `${app}[workspace.dependencies]\na = { path = "../a" }\n`;
  expect(failure({ "Cargo.toml": manifest, "src/main.rs": "" })).toBeUndefined();
});

test("a patch in the configuration, outside the source", () => {
  const config = '[patch.crates-io]\nlog = { path = "../log" }\n';
  const tree = { ".cargo/config.toml": config, "Cargo.toml": app, "src/main.rs": "" };
  const { code, place } = failure(tree) ?? {};
  expect([code, place?.file, place?.line, place?.column]).toEqual([
    "path-dependency-outside",
    ".cargo/config.toml",
    2,
    16,
  ]);
});

test("a path dependency whose manifest is not in the source", () => {
  const manifest = `${app}\n[dependencies]\npart = { path = "part" }\n`;
  expect(failure({ "Cargo.toml": manifest, "src/main.rs": "", "part/src/lib.rs": "" })).toEqual({
    code: "path-dependency-missing",
    message: "`part` is a path dependency, and `part/Cargo.toml` is not in the source",
    place: {
      file: "Cargo.toml",
      line: 5,
      column: 17,
      length: 6,
      text: 'part = { path = "part" }',
      label: "`part` has no `Cargo.toml`",
    },
    notes: ["either it does not exist, or the source's filter drops it, or git ignores it"],
    help: ["ls part/Cargo.toml"],
    causes: [],
    status: 1,
  });
});

test("a path dependency through a link that leads out of the source", () => {
  const manifest = `${app}\n[dependencies]\npart = { path = "crates/part" }\n`;
  // A link is a path of the source like a file.
  const tree = { "Cargo.toml": manifest, "src/main.rs": "", "crates/part": "" };
  expect(failure(tree)).toEqual({
    code: "path-dependency-missing",
    message: "`part` is a path dependency through the link `crates/part`",
    place: {
      file: "Cargo.toml",
      line: 5,
      column: 17,
      length: 13,
      text: 'part = { path = "crates/part" }',
      label: "`crates/part` leads to no directory of the source",
    },
    notes: ["what lies outside the source is not visible to a hermetic build"],
    help: ["look where it leads, and move what is there into the project: readlink crates/part"],
    causes: [],
    status: 1,
  });
});

test("a member that is not there", () => {
  const { code, message, place } = failure({ "Cargo.toml": '[workspace]\nmembers = ["a"]\n' }) ?? {};
  expect([code, message, place?.line]).toEqual([
    "workspace-member",
    "workspace member `a` has no `Cargo.toml`",
    2,
  ]);
});

test("no manifest at a root that was asked for", () => {
  const dummy = dummySource({ files: new Map(), paths: [], roots: ["app"] });
  expect(dummy.ok ? undefined : [dummy.error.code, dummy.error.message]).toEqual([
    "manifest-missing",
    "`app/Cargo.toml` is not in the source",
  ]);
});

test("a lock from the future", () => {
  const tree = { "Cargo.toml": app, "Cargo.lock": "version = 5\n", "src/main.rs": "" };
  expect(failure(tree)?.code).toBe("lock-version");
});
