import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Diagnostic } from "../../src/base/diagnostic.ts";
import { findPathOverrides } from "../../src/project/findPathOverrides.ts";
import { findProject } from "../../src/project/findProject.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { writeFiles } from "../rig/writeFiles.ts";

const project = {
  "repo/app/Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\n',
  "repo/app/Cargo.lock": "version = 4\n",
};
const patch = '[patch.crates-io]\nmy-dep = { path = "../my-dep" }\n';

/**
 * What is found in a tree whose project is `repo/app`, in a git repository `repo`, with Cargo's home `home`.
 */
function found(files: Readonly<Record<string, string>>, { git = true } = {}) {
  const base = mkdtempSync(join(tmpdir(), "gantry-overrides-"));
  const repository = git ? { "repo/.git/HEAD": "ref: refs/heads/main\n" } : {};
  try {
    writeFiles(base, { ...project, ...repository, ...files });
    const at = findProject(join(base, "repo/app"), { CARGO_HOME: join(base, "home") });
    const { errors, warnings } = findPathOverrides(valueOfResult(at));
    const shown = (all: readonly Diagnostic[]) =>
      all.map(({ message, place }) => `${place?.file}:${place?.line}: ${message}`.replaceAll(base, ""));
    return { errors: shown(errors), warnings: shown(warnings), all: [...errors, ...warnings], base };
  } finally {
    rmSync(base, { recursive: true });
  }
}

test("a patch in the project's own file, with the line to remove", () => {
  const { all } = found({ "repo/app/.cargo/config.toml": patch, "repo/my-dep/Cargo.toml": "" });
  expect(all).toEqual([
    {
      code: "path-override",
      message: "`.cargo/config.toml` patches `my-dep` with a path outside the project",
      place: {
        file: ".cargo/config.toml",
        line: 2,
        column: 10,
        length: 22,
        text: 'my-dep = { path = "../my-dep" }',
        label: "not visible to a hermetic build",
      },
      notes: ["it works here because `../my-dep` exists on this machine"],
      help: ["remove the line, and when you need it: gantry with my-dep=../my-dep -- cargo build"],
      causes: [],
      status: 1,
    },
  ]);
});

test("a path that is not there is said not to be", () => {
  const [first] = found({ "repo/app/.cargo/config": 'paths = ["/nowhere/my-dep"]\n' }).all;
  expect(first?.notes).toEqual(["`/nowhere/my-dep` does not exist"]);
  expect(first?.help).toEqual([
    "remove the line, and when you need it: gantry with my-dep=/nowhere/my-dep -- cargo build",
  ]);
});

test("a path inside the project is no override", () => {
  const inside = '[patch.crates-io]\na = { path = "patched/a" }\nb = { path = "./b" }\n';
  expect(found({ "repo/app/.cargo/config.toml": inside }).all).toEqual([]);
});

test("nor is one that the project's description holds", () => {
  const files = { "repo/gantry.config.ts": "", "repo/app/.cargo/config.toml": patch };
  expect(found(files).all).toEqual([]);
});

test("a file that git ignores is a warning that says what a build does", () => {
  const { errors, warnings, all } = found({
    "repo/.gitignore": ".cargo/\n",
    "repo/app/.cargo/config.toml": patch,
  });
  expect([errors, warnings]).toEqual([
    [],
    [".cargo/config.toml:2: `.cargo/config.toml` patches `my-dep` with a path outside the project"],
  ]);
  expect(all[0]?.notes[1]).toBe(
    "git ignores `.cargo/config.toml`, so a hermetic build does not see it, and builds what `Cargo.lock` says",
  );
});

test("a directory above is everybody's within the repository, and this machine's beyond", () => {
  const { errors, warnings, all, base } = found({
    "repo/.cargo/config.toml": patch,
    ".cargo/config.toml": patch,
    "home/config.toml": patch.replace("my-dep", "other"),
  });
  expect(errors).toEqual([
    "/repo/.cargo/config.toml:2: `/repo/.cargo/config.toml` patches `my-dep` with a path outside the project",
  ]);
  expect(warnings).toEqual([
    "/.cargo/config.toml:2: `/.cargo/config.toml` patches `my-dep` with a path outside the project",
    "/home/config.toml:2: `/home/config.toml` patches `other` with a path outside the project",
  ]);
  expect(all[0]?.help[0]).toBe(
    `remove the line, and when you need it: gantry with my-dep=${base}/my-dep -- cargo build`,
  );
});

test("without a repository the project's own files are everybody's", () => {
  const { errors, warnings } = found(
    { "repo/app/.cargo/config.toml": patch, "repo/.cargo/config.toml": patch },
    { git: false },
  );
  expect([errors.length, warnings.length]).toEqual([1, 1]);
});

test("a file that another includes", () => {
  const files = {
    "repo/app/.cargo/config.toml": 'include = ["local.toml", { path = "gone.toml", optional = true }]\n',
    "repo/app/.cargo/local.toml": patch,
  };
  expect(found(files).errors).toEqual([
    ".cargo/local.toml:2: `.cargo/local.toml` patches `my-dep` with a path outside the project",
  ]);
});

test("a source outside is a warning where something is taken from it, and none in Cargo's home", () => {
  const source = `[source.crates-io]
replace-with = "mirror"
[source.mirror]
local-registry = "/srv/mirror"
[source.unused]
directory = "/srv/unused"
`;
  const { errors, warnings } = found({ "repo/app/.cargo/config.toml": source, "home/config.toml": source });
  expect([errors, warnings]).toEqual([
    [],
    [".cargo/config.toml:4: `.cargo/config.toml` takes the crates of `mirror` from outside the project"],
  ]);
});

test("a file that is not TOML is left to Cargo to complain about", () => {
  expect(found({ "repo/app/.cargo/config.toml": "[patch\n" }).all).toEqual([]);
});
