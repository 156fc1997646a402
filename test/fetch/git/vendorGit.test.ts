import { existsSync, readdirSync, rmSync } from "node:fs";
import { expect, test } from "vitest";
import { vendorTrees } from "../../../src/fetch/vendor/vendorTrees.ts";
import { below, library } from "../../rig/gitRepository.ts";
import { craftLibrary } from "../registry/craftCrate.ts";
import { cratesIoCache, cratesIoSource } from "../registry/rig.ts";
import { gitRig, locked } from "./gitRig.ts";

const manifest = (name: string, version: string) =>
  `[package]\nedition = "2021"\nname = "${name}"\nversion = "${version}"\n`;

test.each([
  ["the default branch", "", ""],
  ["a branch", "?branch=main", ""],
  ["a branch whose name must be encoded", "?branch=feature%2Fone+two", "branch feature/one+two"],
  ["a tag", "?tag=v1.0.0", "tag v1.0.0"],
  ["a revision", "?rev=REV", ""],
])("a package by %s", async (_, query, named) => {
  await using it = gitRig();
  const repository = it.repository("dep");
  const commit = repository.commit(library("dep", "1.0.0"));
  if (named.startsWith("tag")) repository.git(...named.split(" "));
  repository.commit({ "src/lib.rs": "// newer\n" });
  const source = `git+file://${repository.directory}${query.replace("REV", commit.slice(0, 8))}#${commit}`;
  expect(await it.vendor([locked("app", "0.1.0", source)])).toMatchObject({ code: "git-package-missing" });
  expect(await it.vendor([locked("dep", "1.0.0", source)])).toEqual({
    "dep 1.0.0": {
      "Cargo.toml": manifest("dep", "1.0.0"),
      "src/lib.rs": library("dep", "1.0.0")["src/lib.rs"],
    },
  });
});

const workspace = {
  "Cargo.toml": `[workspace]
members = ["crates/*"]

[workspace.package]
version = "1.2.3"
edition = "2021"
authors = ["A. Author"]
readme = "README.md"
license-file = "LICENSE"

[workspace.dependencies]
beta = { path = "crates/beta", default-features = false, features = ["std"] }

[workspace.lints.rust]
unused = "allow"
`,
  "README.md": "# The workspace\n",
  LICENSE: "do what you like\n",
  "Cargo.lock": "version = 4\n",
  ...below("crates/alpha", {
    "Cargo.toml": `[package]
name = "alpha"
version.workspace = true
edition.workspace = true
authors.workspace = true
readme.workspace = true
license-file.workspace = true

[dependencies]
beta = { workspace = true, features = ["extra"] }

[target."cfg(unix)".build-dependencies]
beta.workspace = true

[lints]
workspace = true
`,
    "src/lib.rs": "pub use beta::*;\n",
  }),
  ...below("crates/beta", {
    "Cargo.toml": `[package]\nname = "beta"\nversion = "0.2.0"\n\n[features]\nstd = []\nextra = []\n`,
    "src/lib.rs": "// beta\n",
  }),
  ...below("crates/unused", library("unused", "9.9.9")),
};

test("packages of a workspace stand alone, without what they are not", async () => {
  await using it = gitRig();
  const repository = it.repository("team");
  const source = `git+file://${repository.directory}#${repository.commit(workspace)}`;
  const vendored = await it.vendor([locked("alpha", "1.2.3", source), locked("beta", "0.2.0", source)]);
  expect(vendored).toEqual({
    "alpha 1.2.3": {
      "Cargo.toml": `[dependencies.beta]
default-features = false
features = [ "std", "extra" ]
path = "../../crates/beta"

[lints.rust]
unused = "allow"

[package]
authors = [ "A. Author" ]
edition = "2021"
license-file = "LICENSE"
name = "alpha"
readme = "README.md"
version = "1.2.3"

[target."cfg(unix)".build-dependencies.beta]
default-features = false
features = [ "std" ]
path = "../../crates/beta"
`,
      LICENSE: workspace.LICENSE,
      "README.md": workspace["README.md"],
      "src/lib.rs": "pub use beta::*;\n",
    },
    "beta 0.2.0": {
      "Cargo.toml": `[features]\nextra = []\nstd = []\n\n[package]\nname = "beta"\nversion = "0.2.0"\n`,
      "src/lib.rs": "// beta\n",
    },
  });
});

test("a package at the root of its workspace leaves the other packages out", async () => {
  await using it = gitRig();
  const repository = it.repository("root");
  const commit = repository.commit({
    "Cargo.toml": `[package]\nname = "root"\nversion = "1.0.0"\n\n[workspace]\nmembers = ["macros"]\n\n[profile.release]\nlto = true\n`,
    "src/lib.rs": "// root\n",
    ...below("macros", library("macros", "1.0.0")),
    ...below("template", library("made-from-template", "0.0.0", "// template\n")),
  });
  expect(await it.vendor([locked("root", "1.0.0", `git+file://${repository.directory}#${commit}`)])).toEqual({
    "root 1.0.0": {
      "Cargo.toml": `[package]\nname = "root"\nversion = "1.0.0"\n`,
      "src/lib.rs": "// root\n",
      "template/Cargo.toml": library("made-from-template", "0.0.0")["Cargo.toml"],
      "template/src/lib.rs": "// template\n",
    },
  });
});

test("files that are called as what JavaScript objects inherit", async () => {
  await using it = gitRig();
  const repository = it.repository("dep");
  const names = ["constructor", "toString", "__proto__"];
  const files = Object.fromEntries(
    names.flatMap((name) => [name, `below/${name}/${name}`].map((path) => [path, name])),
  );
  const commit = repository.commit({ ...library("dep", "1.0.0"), ...files });
  const vendored = await it.vendor([locked("dep", "1.0.0", `git+file://${repository.directory}#${commit}`)]);
  expect(Object.values(vendored ?? {}).map((one) => Object.keys(one).sort())).toEqual([
    ["Cargo.toml", "src/lib.rs", ...Object.keys(files)].sort(),
  ]);
});

test("links that leave the package become what they lead to, and what leads out of the repository is left out", async () => {
  await using it = gitRig();
  const repository = it.repository("linked");
  const commit = repository.commit({
    "shared/a.txt": "a\n",
    "shared/deep/b.txt": "b\n",
    "shared/again": { link: "deep" },
    ...below("dep", {
      ...library("dep", "1.0.0"),
      "own.rs": { link: "src/lib.rs" },
      sources: { link: "src" },
      "a.txt": { link: "../shared/a.txt" },
      shared: { link: "../shared" },
      "around.rs": { link: "../dep/src/lib.rs" },
      passwd: { link: "/etc/passwd" },
      outside: { link: "../../.." },
      nowhere: { link: "missing" },
      circle: { link: "circle" },
      parent: { link: ".." },
    }),
  });
  const { "Cargo.toml": _, ...files } = library("dep", "1.0.0");
  expect(await it.vendor([locked("dep", "1.0.0", `git+file://${repository.directory}#${commit}`)])).toEqual({
    "dep 1.0.0": {
      "Cargo.toml": manifest("dep", "1.0.0"),
      ...files,
      "own.rs": "-> src/lib.rs",
      sources: "-> src",
      "a.txt": "a\n",
      "around.rs": files["src/lib.rs"],
      "shared/a.txt": "a\n",
      "shared/again/b.txt": "b\n",
      "shared/deep/b.txt": "b\n",
    },
  });
});

test("submodules come with the repository, at their recorded commits, also by relative URLs and in each other", async () => {
  await using it = gitRig();
  const [inner, outer, dep] = ["inner", "outer", "dep"].map((name) => it.repository(`team/${name}`));
  if (!inner || !outer || !dep) throw new Error("no repositories");
  const add = (to: typeof dep, url: string, path: string) => {
    to.git("submodule", "--quiet", "add", `file://${it.repositories}/team/${url}`, path);
    to.git("config", "--file", ".gitmodules", `submodule.${path}.url`, `../${url}`);
  };
  inner.commit({ "inner.txt": "inner\n" });
  add(outer, "inner", "in");
  outer.commit({ "outer.txt": "outer\n" });
  dep.commit(library("dep", "1.0.0"));
  add(dep, "outer", "data/out");
  const commit = dep.commit({});
  inner.commit({ "inner.txt": "newer\n" });
  expect(await it.vendor([locked("dep", "1.0.0", `git+file://${dep.directory}#${commit}`)])).toMatchObject({
    "dep 1.0.0": { "data/out/outer.txt": "outer\n", "data/out/in/inner.txt": "inner\n" },
  });
});

test("the same repository at two revisions, and a crate of the same name from a registry", async () => {
  await using it = gitRig();
  const repository = it.repository("dep");
  const first = repository.commit(library("dep", "1.0.0", "// first\n"));
  const second = repository.commit(library("dep", "1.0.0", "// second\n"));
  const { bytes, checksum } = craftLibrary("dep", "1.0.0", "// published\n");
  it.write(`home/${cratesIoCache}/dep-1.0.0.crate`, bytes);
  const url = `git+file://${repository.directory}`;
  const packages = [
    { ...locked("dep", "1.0.0", cratesIoSource), checksum },
    locked("dep", "1.0.0", `${url}?rev=${first}#${first}`),
    locked("dep", "1.0.0", `${url}#${second}`),
  ];
  const crates = await vendorTrees(packages, it.store, { workspaceDir: it.workspace, env: it.env });
  const paths = crates.ok ? crates.value.map(({ path }) => path) : [];
  expect(paths).toEqual([
    "dep-1.0.0",
    expect.stringMatching(/^dep-[0-9a-f]{8}\/dep-1\.0\.0$/),
    expect.stringMatching(/^dep-[0-9a-f]{8}\/dep-1\.0\.0$/),
  ]);
  expect(new Set(paths).size).toBe(3);
  expect(new Set(crates.ok ? crates.value.map(({ digest }) => digest) : []).size).toBe(3);
});

test("what was fetched is there without the server; what was not is an error that says so", async () => {
  await using it = gitRig();
  const repository = it.repository("dep");
  const commit = repository.commit(library("dep", "1.0.0"));
  const one = locked("dep", "1.0.0", `git+file://${repository.directory}#${commit}`);
  expect(await it.vendor([one], { offline: true })).toEqual({
    code: "git-offline",
    message: `\`file://${repository.directory}\` is not fetched yet, and \`--offline\` forbids to`,
    notes: [`required by \`dep v1.0.0\`, at commit \`${commit.slice(0, 12)}\``],
    help: ["fetch once with the network: the same command without `--offline`"],
    causes: [],
    status: 1,
  });
  const events: unknown[] = [];
  const fetched = await it.vendor([one], { emit: (event) => events.push(event) });
  expect(events).toEqual([0, 1].map((done) => ({ type: "progress", what: "git", done, total: 1 })));
  rmSync(repository.directory, { recursive: true });
  expect(await it.vendor([one], { offline: true })).toEqual(fetched);
  expect(readdirSync(`${it.store.root}/tmp`)).toEqual([]);
});

test("Cargo's own copy of a repository serves, without any server", async () => {
  await using it = gitRig();
  const repository = it.repository("Dep.git");
  const commit = repository.commit(library("dep", "1.0.0"));
  repository.git(
    "clone",
    "--quiet",
    "--bare",
    repository.directory,
    `${it.home}/git/db/dep-0123456789abcdef`,
  );
  rmSync(repository.directory, { recursive: true });
  const source = `git+https://example.invalid/team/Dep.git?branch=main#${commit}`;
  expect(await it.vendor([locked("dep", "1.0.0", source)])).toMatchObject({
    "dep 1.0.0": { "src/lib.rs": /./ },
  });
});

test("a revision that a forced push removed", async () => {
  await using it = gitRig();
  const repository = it.repository("dep");
  repository.commit(library("dep", "1.0.0"));
  const gone = "0123456789012345678901234567890123456789";
  expect(
    await it.vendor([locked("dep", "1.0.0", `git+file://${repository.directory}?tag=v9#${gone}`)]),
  ).toEqual({
    code: "git-revision-gone",
    message: `\`file://${repository.directory}\` does not have commit \`${gone}\``,
    notes: [
      "required by `dep v1.0.0`, at commit `012345678901`",
      "it was probably removed by a forced push; no branch or tag leads to it",
    ],
    help: ["lock another one: cargo update -p dep"],
    causes: [],
    status: 1,
  });
});

test("a lock that is not that of the manifests is refused before a server is asked", async () => {
  await using it = gitRig();
  const dead = locked("dep", "1.0.0", `git+file:///nowhere/dep#${"0".repeat(40)}`);
  it.write("workspace/src/lib.rs", "");
  it.write("workspace/Cargo.toml", '[package]\nname = "app"\nversion = "0.1.0"\n');
  it.write(
    "workspace/Cargo.lock",
    `version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\n\n[[package]]\nname = "dep"\nversion = "1.0.0"\nsource = "${dead.source}"\n`,
  );
  expect(await it.vendor([dead])).toMatchObject({ code: "lock-stale" });
  expect(await it.vendor([dead], { isWorkspaceLock: false })).toMatchObject({
    code: "git-repository-missing",
  });
  it.write("workspace/Cargo.toml", "[package");
  expect(await it.vendor([dead])).toMatchObject({ code: "git-repository-missing" });
});

test("a package that the repository does not have", async () => {
  await using it = gitRig();
  const repository = it.repository("dep");
  const commit = repository.commit(library("dep", "1.0.0"));
  const source = `git+file://${repository.directory}#${commit}`;
  expect(await it.vendor([locked("dep", "2.0.0", source)])).toEqual({
    code: "git-package-missing",
    message: `\`file://${repository.directory}\` has no package \`dep v2.0.0\``,
    notes: [`at commit \`${commit.slice(0, 12)}\`, which \`Cargo.lock\` names`, "`.` is `dep v1.0.0`"],
    help: ["cargo update -p dep"],
    causes: [],
    status: 1,
  });
});

test("a checkout that is replaced as a whole is not fetched", async () => {
  await using it = gitRig();
  const repository = it.repository("fork");
  const commit = repository.commit(library("dep", "1.0.0", "// fork\n"));
  const fork = await vendorTrees(
    [locked("dep", "1.0.0", `git+file://${repository.directory}#${commit}`)],
    it.store,
    { workspaceDir: it.workspace, env: it.env },
  );
  const [crate] = fork.ok ? fork.value : [];
  if (!crate) throw new Error("no fork");
  const source = `git+https://example.invalid/dep#${"0".repeat(40)}`;
  const seen: unknown[] = [];
  const vendored = await it.vendor([locked("dep", "1.0.0", source)], {
    change: {
      checkout: async ({ source, packages }) => {
        seen.push({ source, packages });
        return { ok: true, value: crate.digest };
      },
    },
  });
  expect(vendored).toMatchObject({ "dep 1.0.0": { "src/lib.rs": "// fork\n" } });
  expect(seen).toEqual([{ source, packages: [{ name: "dep", version: "1.0.0", source }] }]);
  expect(existsSync(`${it.home}/git`)).toBe(false);
});

test("a package is the same, whatever else the store took from its checkout before", async () => {
  await using it = gitRig();
  const repository = it.repository("dep");
  const commit = repository.commit({
    ...library("outer", "1.0.0"),
    ...below("inner", library("inner", "1.0.0")),
  });
  const source = `git+file://${repository.directory}#${commit}`;
  const [outer, inner] = ["outer", "inner"].map((name) => locked(name, "1.0.0", source));
  if (!outer || !inner) throw new Error("there are two");
  const filesOfOuter = async (packages: readonly (typeof outer)[]) => {
    const vendored = Object.entries((await it.vendor(packages)) as object);
    return Object.keys(vendored.find(([name]) => name === "outer 1.0.0")?.[1]).sort();
  };
  const alone = ["Cargo.toml", "inner/Cargo.toml", "inner/src/lib.rs", "src/lib.rs"];
  expect(await filesOfOuter([outer])).toEqual(alone);
  expect(await filesOfOuter([inner, outer])).toEqual(["Cargo.toml", "src/lib.rs"]);
  expect(await filesOfOuter([outer])).toEqual(alone);
});
