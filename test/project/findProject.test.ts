import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findProject } from "../../src/project/findProject.ts";
import { tree } from "./tree.ts";

const home = { CARGO_HOME: "/nonexistent" };
const package_ = '[package]\nname = "a"\n';

test("everything that belongs to a package, with absolute paths", () => {
  using project = tree({
    ".git/HEAD": "",
    ".cargo/config.toml": "",
    "app/Cargo.toml": package_,
    "app/Cargo.lock": "",
    "app/gantry.config.ts": "",
    "app/rust-toolchain.toml": "",
    "app/.cargo/config": "",
    "app/.cargo/config.toml": "",
    "app/src/main.rs": "",
    "home/config.toml": "",
  });
  const at = (path: string): string => join(project.path, path);
  expect(findProject(at("app/src"), { CARGO_HOME: at("home") })).toEqual({
    ok: true,
    value: {
      root: at("app"),
      manifest: at("app/Cargo.toml"),
      nearestManifest: at("app/Cargo.toml"),
      lock: at("app/Cargo.lock"),
      configuration: at("app/gantry.config.ts"),
      toolchainFile: at("app/rust-toolchain.toml"),
      cargoConfigs: [at("app/.cargo/config"), at(".cargo/config.toml"), at("home/config.toml")],
    },
  });
});

test("with a configuration, which may name another, there need be no lock", () => {
  using project = tree({ "Cargo.toml": package_, "gantry.config.ts": "" });
  expect(findProject(project.path, home)).toMatchObject({
    value: { lock: join(project.path, "Cargo.lock") },
  });
});

test("the configuration may stand above the root in its repository, and the toolchain file anywhere above", () => {
  using project = tree({
    "gantry.config.ts": "",
    "rust-toolchain": "1.95.0",
    "rust-toolchain.toml": "",
    "repository/.git/HEAD": "",
    "repository/gantry.config.ts": "",
    "repository/rust/Cargo.toml": package_,
    "repository/rust/Cargo.lock": "",
    "elsewhere/Cargo.toml": package_,
    "elsewhere/Cargo.lock": "",
  });
  const at = (path: string): string => join(project.path, path);
  expect(findProject(at("repository/rust"), home)).toMatchObject({
    value: { configuration: at("repository/gantry.config.ts"), toolchainFile: at("rust-toolchain") },
  });
  expect(findProject(at("elsewhere"), home)).toEqual({
    ok: true,
    value: {
      root: at("elsewhere"),
      manifest: at("elsewhere/Cargo.toml"),
      nearestManifest: at("elsewhere/Cargo.toml"),
      lock: at("elsewhere/Cargo.lock"),
      toolchainFile: at("rust-toolchain"),
      cargoConfigs: [],
    },
  });
});

test.each(["gone", "."])("links to `%s` are for Cargo and rustup as if nothing was there", (target) => {
  const link = { link: target === "." ? "rust-toolchain.toml" : target };
  using project = tree({
    "Cargo.toml": package_,
    "Cargo.lock": "",
    "rust-toolchain.toml": link,
    "rust-toolchain/a": "",
    ".cargo/config": { link: target === "." ? "config" : target },
    "sub/Cargo.toml": { link: target === "." ? "Cargo.toml" : target },
  });
  const found = findProject(join(project.path, "sub"), home);
  expect(found).toMatchObject({ value: { root: project.path, cargoConfigs: [] } });
  expect(found.ok && found.value).not.toHaveProperty("toolchainFile");
});

const workspace = {
  "Cargo.toml": '[workspace]\nmembers = ["crates/*", "out/kept"]\nexclude = ["out", "other"]\n',
  "Cargo.lock": "",
  "crates/a/Cargo.toml": package_,
  "crates/a/src/lib.rs": "",
  "out/Cargo.toml": package_,
  "out/Cargo.lock": "",
  "out/kept/Cargo.toml": package_,
  "other/Cargo.toml": '[workspace]\n[package]\nname = "o"\n',
  "other/Cargo.lock": "",
  "other/b/Cargo.toml": package_,
  "pointing/ws/Cargo.toml": "[workspace]\n",
  "pointing/ws/Cargo.lock": "",
  "pointing/c/Cargo.toml": '[package]\nname = "c"\nworkspace = "../ws"\n',
  "pointing/c/inner/Cargo.toml": package_,
};

test.each([
  ["a member", "crates/a/src", ""],
  ["the root itself", ".", ""],
  ["an excluded package", "out", "out"],
  ["an explicit member in an excluded directory", "out/kept", ""],
  ["a member of a nested workspace", "other/b", "other"],
  ["a package that points to its workspace", "pointing/c", "pointing/ws"],
  ["a package below one that points to its workspace", "pointing/c/inner", "pointing/ws"],
])("the root seen from %s", (_, from, root) => {
  using project = tree(workspace);
  expect(findProject(join(project.path, from), home)).toMatchObject({
    ok: true,
    value: { root: join(project.path, root) },
  });
});

test.each([
  [
    {},
    {
      code: "manifest-missing",
      message: "could not find `Cargo.toml`",
      notes: ["location searched: DIR and the directories above it"],
      help: ["run the command in a Cargo project, or name one: gantry -C DIR …"],
      status: 2,
    },
  ],
  [
    { "Cargo.toml": package_ },
    {
      code: "lock-missing",
      message: "could not find `Cargo.lock`",
      notes: [
        "location searched: DIR",
        "the lock is all that pins dependencies, so nothing is built without it",
      ],
      help: ["cargo generate-lockfile"],
      status: 1,
    },
  ],
  [
    { "Cargo.toml": '[package]\nworkspace = "../gone"\n' },
    {
      code: "workspace-missing",
      message: '`Cargo.toml` says `workspace = "../gone"`, and there is no workspace',
      help: ["correct `package.workspace`, or remove it if a directory above holds the workspace"],
    },
  ],
  [
    { "Cargo.toml": "[package\n" },
    { code: "toml-syntax", place: { file: "Cargo.toml", line: 1, text: "[package" } },
  ],
  [
    { "Cargo.toml": package_, "Cargo.lock": "", "gantry.config.ts": { link: "gone.ts" } },
    { code: "not-a-file", message: "`gantry.config.ts` is a link that leads to no file", status: 2 },
  ],
  [
    { "Cargo.toml": package_, "Cargo.lock": "", "gantry.config.ts/a.ts": "" },
    { code: "not-a-file", message: "`gantry.config.ts` is a directory" },
  ],
  [
    { "Cargo.toml": package_, "Cargo.lock/a": "" },
    { code: "not-a-file", message: "`Cargo.lock` is a directory" },
  ],
  [
    { "Cargo.toml": package_, "Cargo.lock": "", ".cargo/config.toml/a": "" },
    { code: "not-a-file", message: "`.cargo/config.toml` is a directory" },
  ],
  [{ "Cargo.toml/a": "" }, { code: "not-a-file", message: "`Cargo.toml` is a directory" }],
])("%j is an error", (entries, expected) => {
  using project = tree(entries);
  const found = findProject(project.path, home);
  const shown: unknown = JSON.parse(JSON.stringify(found).replaceAll(project.path, "DIR"));
  expect(shown).toMatchObject({ ok: false, error: expected });
});

test.each(["Cargo.toml", "Cargo.lock", "gantry.config.ts", "rust-toolchain.toml", ".cargo/config.toml"])(
  "`%s` that is a pipe is an error, and nobody waits for who writes into it",
  (path) => {
    using project = tree({ "Cargo.toml": package_, "Cargo.lock": "", ".cargo/other": "" });
    const file = join(project.path, path);
    rmSync(file, { force: true });
    execFileSync("mkfifo", [file]);
    expect(findProject(project.path, home)).toMatchObject({
      error: { code: "not-a-file", message: `\`${path}\` is a pipe`, status: 2 },
    });
  },
);

test("a directory above that is called like a toolchain file is passed by, as rustup does", () => {
  using project = tree({ "app/Cargo.toml": package_, "app/Cargo.lock": "", "rust-toolchain/a": "" });
  const found = findProject(join(project.path, "app"), home);
  expect(found).toMatchObject({ ok: true });
  expect(found).not.toMatchObject({ value: { toolchainFile: expect.any(String) } });
});
