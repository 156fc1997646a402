import { expect, test } from "vitest";
import { isWithin } from "../../src/base/paths.ts";
import { filesNamedBySettings } from "../../src/cargo/config/settings.ts";

/** The workspace lies in `rust`, and its configuration at the source's root. */
const files: Readonly<Record<string, string>> = {
  "conf/vb.txt": "",
  "rust/flags.txt": "-Clink-arg=-Tinner.x\n@more/flags.txt\n",
  "rust/more/flags.txt": "@flags.txt -Lnative=lib",
  "rust/inner.x": "",
  "rust/ld.x": "",
  "rust/lib/a.o": "",
  "rust/test/a.rs": "",
  "board.json": "{}",
  sccache: "",
  "tools/ld.sh": "",
  "tools/run.sh": "",
  "tools/wrap.sh": "",
};

const source = {
  root: "/build/source",
  workspaces: ["rust"],
  kindOf: (path: string) => {
    if (path in files) return "file";
    const isAbove = path === "." || Object.keys(files).some((file) => file.startsWith(`${path}/`));
    return isAbove ? "directory" : undefined;
  },
  textOf: (path: string) => files[path] ?? "",
  filesBelow: (directory: string) => Object.keys(files).filter((file) => isWithin(file, directory)),
} as const;

const named = (text: string, file = ".cargo/config.toml") => [
  ...filesNamedBySettings([{ file, text }], source).keys(),
];

test("programs that compile and link, from the directory that holds `.cargo`", () => {
  expect(
    named(`
[build]
rustc-wrapper = "tools/wrap.sh"
target = "board.json"
[target.'cfg(unix)']
linker = "/build/source/tools/ld.sh"
`),
  ).toEqual(["board.json", "tools/ld.sh", "tools/wrap.sh"]);
  expect(named('build.rustc-wrapper = "../tools/wrap.sh"\n', "rust/.cargo/config.toml")).toEqual([
    "tools/wrap.sh",
  ]);
});

test("no program of the `PATH`, none that runs what was compiled, nothing outside", () => {
  expect(
    named(`
build.rustc-wrapper = "sccache"
target.x86_64-unknown-linux-gnu.runner = "tools/run.sh"
target.x86_64-unknown-linux-gnu.linker = "../tools/ld.sh"
`),
  ).toEqual([]);
  expect(named('host.runner = "tools/run.sh"')).toEqual(["tools/run.sh"]);
});

test("words of flags, from the workspace", () => {
  expect(named('build.rustflags = ["-Clink-arg=-Wl,-T,ld.x"]')).toEqual(["rust/ld.x"]);
  expect(named('target.a.rustflags = "-C link-arg=-Tld.x -L lib"')).toEqual(["rust/ld.x", "rust/lib"]);
  expect(named('build.rustdocflags = ["-L", "/build/source/rust/lib"]')).toEqual(["rust/lib"]);
});

test("a file of flags, and what these name", () => {
  expect(named('build.rustflags = ["@flags.txt"]')).toEqual([
    "rust/flags.txt",
    "rust/inner.x",
    "rust/lib",
    "rust/more/flags.txt",
  ]);
});

test("neither a word that only happens to be a directory's name, nor what maps paths", () => {
  expect(named('build.rustflags = ["--cfg", "test", "-Lnative=/usr/lib"]')).toEqual([]);
  expect(named('build.rustflags = ["--remap-path-prefix", "/build/source=."]')).toEqual([]);
  expect(named('alias.tools = "run --package test"\nenv.A = "conf/vb.txt"\n')).toEqual([]);
});

test("variables that hold a path", () => {
  expect(named('env.CONF = { value = "conf/vb.txt", relative = true }')).toEqual(["conf/vb.txt"]);
  expect(named('env.CONF = { value = "conf", relative = true }')).toEqual(["conf"]);
  expect(named('env.ROOT = { value = "", relative = true }')).toEqual(["."]);
  expect(named('env.CFLAGS = "-O2 -I/build/source/conf -Irust"')).toEqual(["conf"]);
});

test("what cannot be parsed names nothing", () => {
  expect(named("[build\n")).toEqual([]);
});

const paths = [
  ".cargo/config.toml",
  "Cargo.lock",
  "Cargo.toml",
  "conf/a.txt",
  "conf/part.rs",
  "configure",
  "src/main.rs",
];

const below = (directory: string) => {
  const text = `env.D = { value = ${JSON.stringify(directory)}, relative = true }`;
  const filesBelow = (at: string) => paths.filter((path) => isWithin(path, at));
  const kindOf = () => "directory" as const;
  const named = filesNamedBySettings([{ file: ".cargo/config.toml", text }], {
    ...source,
    kindOf,
    filesBelow,
  });
  return named.get(directory);
};

test("all files of a directory", () => {
  expect(below("conf")).toEqual(["conf/a.txt", "conf/part.rs"]);
});

test("neither code nor manifests where there are packages", () => {
  expect(below(".")).toEqual(["conf/a.txt", "configure"]);
});
