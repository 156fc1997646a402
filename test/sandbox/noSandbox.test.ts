import {
  chmodSync,
  existsSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { expect, test } from "vitest";
import { noSandbox } from "../../src/sandbox/noSandbox.ts";
import { quiet, sandboxRig, shell } from "./rig.ts";

test("the world's paths in words, variables and the directory lead to the host's, and back in what is printed", async () => {
  await using at = sandboxRig(noSandbox);
  const source = at.directory("source", { "src/main.rs": "" });
  const instance = at.enter({ at: "/build/source", kind: "read-only", directories: [source] });
  const root = `${at.root}/none`;
  const script = 'ls /build/source/src; pwd; pwd >&2; (pwd; echo "$A") | tr / ,';
  const A = "-L/build/a -I=/build/b:/build/c /build/d '/build/e' /usr/build/f";
  const translated = `-L/build/a -I=${root}/build/b:${root}/build/c ${root}/build/d '${root}/build/e' /usr/build/f`;
  expect(await shell(instance, script, { cwd: "/build/source", env: { A, PATH: "/usr/bin:/bin" } })).toEqual({
    ...quiet,
    stdout: [
      "main.rs",
      "/build/source",
      ...[`${root}/build/source`, translated].map((line) => line.replaceAll("/", ",")),
    ],
    stderr: ["/build/source"],
  });
});

test("of `/usr`, paths that a declared input has lead to it, and the others stay the host's", async () => {
  await using at = sandboxRig(noSandbox);
  const [first, second] = [
    at.directory("first", { "bin/both": "1" }),
    at.directory("second", { "bin/both": "2", "bin/only": "2" }),
  ];
  const instance = at.enter({ at: "/usr", kind: "read-only", directories: [first, second, "/usr"] });
  const script = "cat $BOTH $ONLY; echo $HOST";
  const env = { BOTH: "/usr/bin/both", ONLY: "/usr/bin/only", HOST: "/usr/bin/env", PATH: "/usr/bin:/bin" };
  expect((await shell(instance, script, { env })).stdout).toEqual(["12/usr/bin/env"]);
  expect(instance.locate("/usr/bin/both")).toBe(`${at.root}/none/usr/bin/both`);
  expect(instance.locate("/usr/bin/env")).toBeUndefined();
});

test("source and target directory are copies with one time, as everything in the store has", async () => {
  await using at = sandboxRig(noSandbox);
  const source = at.directory("source", { "src/main.rs": "1" });
  symlinkSync("main.rs", `${source}/src/link`);
  chmodSync(`${source}/src/main.rs`, 0o755);
  const [lower, upper] = [at.directory("lower", { "deps/a": "1" }), at.directory("upper")];
  const vendor = at.directory("vendor", { a: "1" });
  const instance = at.enter(
    { at: "/build/source", kind: "read-only", directories: [source] },
    { at: "/build/target", kind: "layered", lower, upper },
    { at: "/build/vendor", kind: "read-only", directories: [vendor] },
  );
  const root = `${at.root}/none/build`;
  const paths = "source source/src source/src/main.rs source/src/link target target/deps target/deps/a".split(
    " ",
  );
  const seconds = paths.map((path) => lstatSync(`${root}/${path}`).mtimeMs / 1000);
  expect(new Set(seconds)).toEqual(new Set([1]));
  expect(readlinkSync(`${root}/source/src/link`)).toBe("main.rs");
  expect(lstatSync(`${root}/source/src/main.rs`).mode & 0o777).toBe(0o755);
  expect(readlinkSync(`${root}/vendor`)).toBe(vendor);
  expect(instance.written("/build/target")).toBe(`${root}/target`);
});

test("Cargo's settings name the places that there are here", async () => {
  await using at = sandboxRig(noSandbox);
  const settings = at.directory("settings", {
    "config.toml": '[source.vendored]\ndirectory = "/build/vendor"\n',
  });
  at.enter({ at: "/build/.cargo", kind: "read-only", directories: [settings] });
  expect(readFileSync(`${at.root}/none/build/.cargo/config.toml`, "utf8")).toBe(
    `[source.vendored]\ndirectory = "${at.root}/none/build/vendor"\n`,
  );
});

test("a tree of the store, which Cargo reaches by a link, is named by where it is mounted", async () => {
  await using at = sandboxRig(noSandbox);
  const digest = "0123456789abcdef".repeat(4);
  at.directory("trees");
  const tree = at.directory(`trees/${digest}`, { "src/lib.rs": "" });
  const instance = at.enter({ at: "/build/vendor/a-1.0.0", kind: "read-only", directories: [tree] });
  const other = `/elsewhere/trees/${"f".repeat(64)}/x`;
  const script = `echo "error: '$(readlink -f /build/vendor/a-1.0.0/src)' ${other}"`;
  expect((await shell(instance, script)).stdout).toEqual([`error: '/build/vendor/a-1.0.0/src' ${other}`]);
});

test.each([
  ["a build script", { "Cargo.toml": "[package]\n", "build.rs": "fn main() {}" }],
  ["one of another name", { "Cargo.toml": '[package]\nbuild = "tools/build.rs"\n' }],
])(
  "a package with %s is a copy, so that what the script writes beside it stays out of the store",
  async (_, files) => {
    await using at = sandboxRig(noSandbox);
    const tree = at.directory("tree", { ...files, "src/lib.rs": "1" });
    const instance = at.enter({ at: "/build/vendor/a-1.0.0", kind: "read-only", directories: [tree] });
    const cwd = "/build/vendor/a-1.0.0";
    expect(await shell(instance, "echo 2 >src/lib.rs; echo 2 >src/made.rs", { cwd })).toEqual(quiet);
    expect(instance.locate("/build/vendor/a-1.0.0/src/made.rs")).toBeDefined();
    expect([readFileSync(`${tree}/src/lib.rs`, "utf8"), existsSync(`${tree}/src/made.rs`)]).toEqual([
      "1",
      false,
    ]);
  },
);

test("nothing of an earlier step is left", async () => {
  await using at = sandboxRig(noSandbox);
  at.directory("none", { "build/source/old": "" });
  const instance = at.enter();
  expect(existsSync(`${at.root}/none/build/source`)).toBe(false);
  expect((await shell(instance, "ls -A /build/home /build/")).stdout).toContain("home");
});

test("the host's programs come after those that are declared, and two places are two identities", async () => {
  await using at = sandboxRig(noSandbox);
  writeFileSync(`${at.directory("tools")}/gantry-host-tool`, "#!/bin/sh\necho host\n", { mode: 0o755 });
  const before = process.env.PATH;
  process.env.PATH = `${before}:${at.root}/tools`;
  try {
    expect((await shell(at.enter(), "gantry-host-tool")).stdout).toEqual(["host"]);
  } finally {
    process.env.PATH = before;
  }
  expect(noSandbox("/a").identity).not.toBe(noSandbox("/b").identity);
});
