import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { scanMemory } from "../../src/project/scan/scanMemory.ts";
import { scanSource } from "../../src/project/scan/scanSource.ts";
import { memoryCache, pathsOf, scan } from "./scan.ts";
import { tree } from "./tree.ts";

const everything = { kind: "everything" } as const;
const aWhile = 10_000;

let clock = 0;

/** Gives a file that was written, and its directory, times they never had, as if some time had passed. */
function passTime(...paths: string[]): void {
  for (const path of paths.flatMap((each) => [each, dirname(each)])) {
    if (existsSync(path)) utimesSync(path, ++clock, clock);
  }
}

test("files have path, size, executable bit and digest; symlinks stay symlinks", () => {
  using project = tree({
    "src/main.rs": "fn main() {}",
    "build.sh": { script: "#!/bin/sh\n" },
    data: { link: "src" },
    "src/lost": { link: "../nowhere" },
  });
  expect(scan(project.path, everything)).toEqual([
    { type: "file", path: "build.sh", size: 10, executable: true, digest: digestOf("#!/bin/sh\n") },
    { type: "symlink", path: "data", target: "src" },
    { type: "symlink", path: "src/lost", target: "../nowhere" },
    { type: "file", path: "src/main.rs", size: 12, executable: false, digest: digestOf("fn main() {}") },
  ]);
});

test("the order is that of code units and does not depend on the order on disk", () => {
  const names = [
    "a.rs",
    "a/b.rs",
    "a-b/c.rs",
    "B.rs",
    "é.rs",
    "z/ä.rs",
    "a0.rs",
    "\u{1f980}.rs",
    "\uff5e.rs",
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(names, { minLength: names.length }), (shuffled) => {
      using project = tree(Object.fromEntries(shuffled.map((name) => [name, name])));
      expect(pathsOf(project.path, "everything")).toEqual([...names].sort());
    }),
    { numRuns: 10 },
  );
});

test("version control, target directories, results and what Gantry pinned are never part of a source", () => {
  using project = tree({
    ".git/HEAD": "",
    "sub/.git": "gitdir: ../.git/modules/sub",
    "sub/a.rs": "",
    ".gantry/types.d.ts": "",
    "target/debug/app": "",
    "out/CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n# cargo",
    "out/debug/app": "",
    "data/CACHEDIR.TAG": "not one",
    "gantry.lock": "version = 1",
    "gantry.lock.1d5c0a7e.new": "version = 1",
    "target.1d5c0a7e.new/debug/app": "",
    "example/gantry.lock": "version = 1",
    result: { link: "/nix/store/x" },
    "result-doc": { link: "/nix/store/y" },
    "result.1d5c0a7e.new": { link: "/nix/store/y" },
    "result-doc.1d5c0a7e.new": { link: "/nix/store/y" },
    "src/target/mod.rs": "",
    "src/result": { link: "target" },
  });
  expect(pathsOf(project.path, "everything")).toEqual([
    "data/CACHEDIR.TAG",
    "example/gantry.lock",
    "src/result",
    "src/target/mod.rs",
    "sub/a.rs",
  ]);
});

test("an unchanged tree is not read again, and nothing is saved", () => {
  using project = tree({
    "src/main.rs": 'include_str!("../README.md")',
    "README.md": "a",
    "x/.gitignore": "y",
    "x/z": "",
  });
  const cache = memoryCache(aWhile);
  const first = scan(project.path, { kind: "automatic" }, cache);
  expect([cache.saves, first.map((file) => file.path)]).toEqual([
    1,
    ["README.md", "src/main.rs", "x/.gitignore", "x/z"],
  ]);
  const record = cache.load();
  const digests = Buffer.from(record?.files.digests ?? "", "base64")
    .fill(0xff, 0, 32)
    .toString("base64");
  cache.text = JSON.stringify({ ...record, files: { ...record?.files, digests } });
  const second = scan(project.path, { kind: "automatic" }, cache);
  expect([cache.saves, second.find((file) => file.path === "README.md")]).toEqual([
    1,
    { type: "file", path: "README.md", size: 1, executable: false, digest: "f".repeat(64) },
  ]);
});

test("edits, additions, removals, new modes and new ignore rules are seen through the cache", () => {
  using project = tree({ "src/a.rs": "a", "src/b.rs": "b", "src/c/d.rs": "d" });
  const file = (path: string): string => join(project.path, path);
  const cache = memoryCache(aWhile);
  const shown = (): string[] =>
    scan(project.path, everything, cache).map((each) =>
      each.type === "file"
        ? `${each.path} ${each.digest.slice(0, 4)}${each.executable ? " x" : ""}`
        : each.path,
    );
  const of = (text: string): string => digestOf(text).slice(0, 4);
  expect(shown()).toEqual([`src/a.rs ${of("a")}`, `src/b.rs ${of("b")}`, `src/c/d.rs ${of("d")}`]);
  writeFileSync(file("src/a.rs"), "A");
  passTime(file("src/a.rs"));
  expect(shown()).toEqual([`src/a.rs ${of("A")}`, `src/b.rs ${of("b")}`, `src/c/d.rs ${of("d")}`]);
  rmSync(file("src/b.rs"));
  writeFileSync(file("src/c/e.rs"), "e");
  passTime(file("src/b.rs"), file("src/c/e.rs"));
  expect(shown()).toEqual([`src/a.rs ${of("A")}`, `src/c/d.rs ${of("d")}`, `src/c/e.rs ${of("e")}`]);
  chmodSync(file("src/a.rs"), 0o755);
  expect(shown()).toEqual([`src/a.rs ${of("A")} x`, `src/c/d.rs ${of("d")}`, `src/c/e.rs ${of("e")}`]);
  writeFileSync(file(".gitignore"), "d.rs");
  expect(shown()).toEqual([`.gitignore ${of("d.rs")}`, `src/a.rs ${of("A")} x`, `src/c/e.rs ${of("e")}`]);
  writeFileSync(file(".gitignore"), "e.rs");
  passTime(file(".gitignore"));
  expect(shown()).toEqual([`.gitignore ${of("e.rs")}`, `src/a.rs ${of("A")} x`, `src/c/d.rs ${of("d")}`]);
});

test("a scan through a cache gives what a scan without one gives, whatever was done in between", () => {
  const names = ["a.rs", "src/b.rs", "src/c/d.rs", "README.md", ".gitignore", "docs/x.txt"];
  const texts = [
    "*.txt\n",
    'include_str!("../README.md")',
    'include_str!("docs/x.txt")',
    "d.rs\n!README.md\n",
  ];
  const edit = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...texts, undefined));
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 12 }), fc.boolean(), (edits, isAhead) => {
      using project = tree({ "Cargo.toml": "" });
      const cache = memoryCache(isAhead ? aWhile : 0);
      for (const [name, text] of edits) {
        const path = join(project.path, name);
        mkdirSync(dirname(path), { recursive: true });
        if (text === undefined) rmSync(path, { force: true });
        else writeFileSync(path, text);
        // With the scan's clock ahead everything counts as settled, so each state must have its own times.
        if (isAhead) passTime(path);
        const cached = scan(project.path, { kind: "automatic" }, cache);
        expect(cached).toEqual(scan(project.path, { kind: "automatic" }));
      }
    }),
    { numRuns: 30 },
  );
});

test("a file that changes within the clock's grain of being read is not remembered", () => {
  using project = tree({ "a.rs": "old" });
  const file = join(project.path, "a.rs");
  const time = statSync(file).mtime;
  const cache = memoryCache();
  expect(scan(project.path, everything, cache)).toMatchObject([{ digest: digestOf("old") }]);
  expect(cache.load()?.files.paths).toBe(undefined);
  writeFileSync(file, "new");
  utimesSync(file, time, time);
  expect(scan(project.path, everything, cache)).toMatchObject([{ digest: digestOf("new") }]);
});

test.each([
  "",
  "{",
  "null",
  '{"version":0}',
  '{"version":1,"files":{"paths":["a.rs"],"stats":[],"digests":"","mentions":{}},"listings":[]}',
])("a damaged cache (%j) counts as none", (text) => {
  using project = tree({ "a.rs": "a" });
  const cache = memoryCache(aWhile);
  cache.text = text;
  expect(scan(project.path, everything, cache)).toMatchObject([{ path: "a.rs", digest: digestOf("a") }]);
  expect(cache.saves).toBe(1);
});

test("a pipe is left out with a note", () => {
  using project = tree({ "a.rs": "" });
  execFileSync("mkfifo", [join(project.path, "pipe")]);
  const cache = memoryCache();
  expect(scan(project.path, everything, cache).map((file) => file.path)).toEqual(["a.rs"]);
  expect(cache.notes).toEqual(["`pipe` is neither a file nor a directory nor a link, and is left out"]);
  expect(scan(project.path, { kind: "cargo" }, cache).map((file) => file.path)).toEqual(["a.rs"]);
  expect(cache.notes).toHaveLength(1);
});

test("a name that is not UTF-8 is an error, if the filter wants the file", () => {
  using project = tree({ "\ufffd.rs": "" });
  writeFileSync(
    Buffer.concat([Buffer.from(`${project.path}/`), Buffer.from([0xff]), Buffer.from(".txt")]),
    "",
  );
  expect(pathsOf(project.path, "cargo")).toEqual(["\ufffd.rs"]);
  expect(scanSource(project.path, everything, memoryCache())).toEqual({
    ok: false,
    error: {
      code: "name-not-utf8",
      message: "the name of `\ufffd.txt` is not UTF-8",
      notes: ["the bytes that are not are shown as \ufffd; a build must see the same names on every machine"],
      help: ["rename it, or let `.gitignore` or the filter leave it out"],
      causes: [],
      status: 1,
    },
  });
});

test.each([
  ["a file", "secret.rs", "secret.rs"],
  ["a directory", "secret/a.rs", "secret"],
])("%s that may not be read is an error", (_, path, locked) => {
  using project = tree({ [path]: "" });
  chmodSync(join(project.path, locked), 0);
  const scanned = asNobody(() => scanSource(project.path, everything, memoryCache()));
  chmodSync(join(project.path, locked), 0o755);
  expect(scanned).toMatchObject({
    ok: false,
    error: {
      code: "source-unreadable",
      message: `\`${locked}\` cannot be read: permission denied`,
      help: [`chmod u+r ${locked}`, "or, if no build needs it, let `.gitignore` name it"],
    },
  });
});

test("a path that is longer than the system allows is an error, which does not show all of it, unless it is left out", () => {
  using project = tree({ "a.rs": "" });
  const deep = "directory-of-many/".repeat(227);
  // By a relative path, which the system still takes.
  execFileSync("mkdir", ["-p", deep], { cwd: project.path });
  try {
    const scanned = scanSource(project.path, everything, memoryCache());
    expect(scanned).toMatchObject({
      ok: false,
      error: {
        code: "source-unreadable",
        help: ["rename or move what it lies in, or let `.gitignore` or the filter leave it out"],
      },
    });
    const { message = "", causes = [] } = scanned.ok ? {} : scanned.error;
    expect(message).toMatch(
      /^`(directory-of-many\/)+…(\/directory-of-many)+` cannot be read: the path is longer than the system allows$/,
    );
    expect([message, ...causes].every((text) => text.length < 500)).toBe(true);
    writeFileSync(join(project.path, ".gitignore"), "/directory-of-many\n");
    expect(pathsOf(project.path, "cargo")).toEqual(["a.rs"]);
  } finally {
    execFileSync("rm", ["-r", "directory-of-many"], { cwd: project.path });
  }
});

test("a directory that does not exist, and one that is none", () => {
  using project = tree({ "a.rs": "" });
  const message = (path: string): unknown => scanSource(join(project.path, path), everything, memoryCache());
  expect(message("b")).toMatchObject({
    error: { code: "source-missing", message: `the source \`${project.path}/b\` does not exist`, status: 2 },
  });
  expect(message("a.rs")).toMatchObject({
    error: { code: "source-missing", message: `the source \`${project.path}/a.rs\` is not a directory` },
  });
});

test("what a user's filter throws is an error that names the path", () => {
  using project = tree({ "src/a.rs": "" });
  const keep = (path: string): boolean => {
    if (path === "src") return true;
    throw new Error("oh");
  };
  expect(scanSource(project.path, { kind: "where", keep }, memoryCache())).toMatchObject({
    ok: false,
    error: {
      code: "filter-threw",
      message: "the filter of the source failed on `src/a.rs`",
      causes: ["oh"],
      status: 2,
    },
  });
});

/** Root may read everything, so as root the action runs under another user's rights. */
function asNobody<T>(action: () => T): T {
  if (process.geteuid?.() !== 0) return action();
  process.seteuid?.(65534);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
  }
}

test("what changed on a whole second is not remembered, as in the image of a file system", () => {
  const memory = scanMemory(undefined, aWhile);
  const known = { digest: digestOf(""), mentions: [] };
  for (const [path, ctimeMs] of Object.entries({ image: 1000, usual: 1000.5 })) {
    memory.files.set(path, { size: 1, ino: 1, mtimeMs: 1000, ctimeMs }, known);
  }
  expect(memory.record(["image", "usual"])?.files.paths).toBe("usual");
});

test("a few changed files of many are read again rather than that all are recorded again", () => {
  const names = Array.from({ length: 300 }, (_, at) => `part${at}.rs`);
  using project = tree(Object.fromEntries(names.map((name) => [name, name])));
  const cache = memoryCache(aWhile);
  const change = (of: readonly string[], text: string) => {
    for (const name of of) {
      writeFileSync(join(project.path, name), text);
      passTime(join(project.path, name));
    }
    const scanned = scan(project.path, everything, cache);
    expect(scanned).toEqual(scan(project.path, everything));
    return cache.saves;
  };
  expect([change([], ""), change(["part7.rs"], "1"), change(["part7.rs"], "2")]).toEqual([1, 1, 1]);
  // A large one, and many.
  expect(change(["part7.rs"], "3".repeat(100_000))).toBe(2);
  expect(change(names.slice(100, 200), "4")).toBe(3);
  for (const name of names.slice(0, 200)) rmSync(join(project.path, name));
  expect([change([], ""), change([], "")]).toEqual([4, 4]);
});

test("columns that are not of the same files count as none", () => {
  using project = tree({ "a.rs": "a", "b.rs": "b" });
  const cache = memoryCache(aWhile);
  scan(project.path, everything, cache);
  const record = cache.load();
  expect(record?.files.paths).toBe("a.rs//b.rs");
  for (const files of [
    { ...record?.files, paths: "a.rs" },
    { ...record?.files, paths: "" },
    { ...record?.files, stats: "AAAA" },
    { ...record?.files, digests: "AAAA" },
    { ...record?.files, digests: "?" },
    { ...record?.files, stats: 1 },
  ]) {
    cache.text = JSON.stringify({ ...record, files });
    expect(scan(project.path, everything, cache)).toEqual(scan(project.path, everything));
  }
});
