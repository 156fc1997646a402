import { expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { configuredEntries, reducedSource } from "../../../src/engine/inputs/reducedSource.ts";
import type { TreeFile } from "../../../src/store/treeDigest.ts";

const file = (path: string): TreeFile => ({ path, type: "file", digest: digestOf(""), executable: false });
const link = (path: string, target: string): TreeFile => ({ path, type: "symlink", target });

const files = [
  file("Cargo.toml"),
  link("around", "around/more"),
  file("conf/a.txt"),
  link("conf/b.txt", "../shared/b.txt"),
  file("other.txt"),
  file("scripts/tools/ld.sh"),
  file("scripts/tools/wrap.sh"),
  file("shared/b.txt"),
  link("tools", "scripts/latest"),
  link("scripts/latest", "/build/source/scripts/tools"),
];

function entries(text: string): string[] {
  const configs = [{ file: ".cargo/config.toml", text }];
  return [...configuredEntries(files, { configs, workspaces: ["."], textOf: () => "" })].sort();
}

test("all of a directory, with what links in it lead to", () => {
  expect(entries('env.CONF = { value = "conf", relative = true }')).toEqual([
    "conf/a.txt",
    "conf/b.txt",
    "shared/b.txt",
  ]);
});

test("the links on the way to a file", () => {
  expect(entries('build.rustc-wrapper = "tools/wrap.sh"\nbuild.rustc = "tools/ld.sh"\n')).toEqual([
    "scripts/latest",
    "scripts/tools/ld.sh",
    "scripts/tools/wrap.sh",
    "tools",
  ]);
});

test("a manifest that is named itself; no link that leads in a circle", () => {
  expect(entries('env.A = { value = "Cargo.toml", relative = true }')).toEqual(["Cargo.toml"]);
  expect(entries('env.A = { value = "around/x", relative = true }')).toEqual([]);
});

test("nothing where nothing is named", () => {
  expect(entries('build.rustflags = ["-Cdebuginfo=1"]')).toEqual([]);
});

test("links that lead nowhere are for Cargo as if nothing was there", () => {
  const text = '[package]\nname = "a"\n';
  const source = [
    { ...file("Cargo.toml"), digest: digestOf(text) },
    link(".cargo/config.toml", "gone"),
    link("rust-toolchain.toml", "gone"),
    link("sub/Cargo.toml", "gone"),
  ];
  const result = reducedSource(
    source,
    (path) => (path === "Cargo.toml" ? Buffer.from(text) : `/nonexistent/${path}`),
    {},
  );
  expect(result).toMatchObject({ ok: true });
  expect(result.ok && result.value.tree.map(({ path }) => path)).not.toContain("sub/Cargo.toml");
});

test("a manifest that is not what the source says is told of before what is wrong in it", () => {
  const source = (path: string, entries: readonly TreeFile[]) =>
    reducedSource(
      entries,
      (each) => (each === path ? Buffer.from("half of it") : `/nonexistent/${each}`),
      {},
    );
  const changed = (path: string) => ({
    ok: false,
    error: { code: "source-changed", message: `\`${path}\` changed while it was being read` },
  });
  expect(source("Cargo.toml", [file("Cargo.toml")])).toMatchObject(changed("Cargo.toml"));
  expect(source("", [file("Cargo.toml")])).toMatchObject(changed("Cargo.toml"));
  const linked = [link("Cargo.toml", "other/manifest"), file("other/manifest")];
  expect(source("Cargo.toml", linked)).toMatchObject(changed("Cargo.toml"));
});

/** A source by its texts and links (`-> target`), reduced: what is in the tree, with the text of each file. */
function reduced(source: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(source).map(([path, text]) =>
    text.startsWith("-> ") ? link(path, text.slice(3)) : { ...file(path), digest: digestOf(text) },
  );
  const result = reducedSource(entries, (path) => Buffer.from(source[path] ?? ""), {});
  if (!result.ok) throw new Error(result.error.message);
  return Object.fromEntries(
    result.value.tree.map((each) => [each.path, String(result.value.origin(each))]).sort(),
  );
}

const manifest = (name: string, more = "") =>
  `[package]\nname = "${name}"\nversion = "1.0.0"\nedition = "2021"\n${more}`;

test("a member and a directory of code that are links, to other links too; one that leads out stays away", () => {
  const paths = Object.keys(
    reduced({
      "Cargo.toml": `${manifest("app", '[dependencies]\na.path = "a"\n')}[workspace]\nmembers = ["a"]\n`,
      a: "-> ./again",
      again: "-> real/member",
      src: "-> real/code",
      out: "-> ../elsewhere",
      circle: "-> circle",
      "real/code/main.rs": "fn main() {}",
      "real/member/Cargo.toml": manifest("a"),
      "real/member/src/lib.rs": "",
      "real/member/around": "-> ..",
    }),
  );
  expect(paths).toEqual(["Cargo.toml", "a/Cargo.toml", "a/src/lib.rs", "src/bin/app.rs"]);
});

test("what the code of a package reads outside it is kept, where a crate depends on the package", () => {
  const source = {
    "Cargo.toml": `${manifest("app")}[dependencies]\ncrate = "1"\n[patch.crates-io]\nlocal = { path = "local" }\n`,
    "Cargo.lock": `version = 4\n
[[package]]\nname = "app"\nversion = "1.0.0"\ndependencies = ["crate"]\n
[[package]]\nname = "crate"\nversion = "1.0.0"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\ndependencies = ["local"]\n
[[package]]\nname = "local"\nversion = "1.0.0"\n`,
    "README.md": "read",
    "OTHER.md": "not read",
    "src/main.rs": "fn main() {}",
    "local/Cargo.toml": manifest("local", 'build = "../build/local.rs"\n[lib]\npath = "../code/lib.rs"\n'),
    "build/local.rs": "fn main() {}",
    "code/lib.rs": '#[path = "../shared/more.rs"]\nmod more;',
    "code/deeper/mod.rs": "",
    "shared/more.rs": '#![doc = include_str!("../README.md")]',
  };
  const { "Cargo.lock": _, ...tree } = reduced(source);
  const kept = Object.entries(tree).filter(([path]) => path in source && !path.endsWith("Cargo.toml"));
  expect(Object.fromEntries(kept)).toEqual(
    Object.fromEntries(
      ["README.md", "build/local.rs", "code/deeper/mod.rs", "code/lib.rs", "shared/more.rs"].map((path) => [
        path,
        new Map(Object.entries(source)).get(path),
      ]),
    ),
  );
});
