import { expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { digestNow, meetingsOf, readsOfTest } from "../../../src/engine/tests/testReads.ts";
import type { Access, Observation, Task } from "../../../src/sandbox/observation.ts";

/** `open /build/source/a`, `write /tmp/b gone` */
const access = (text: string): Access => {
  const [kind = "", path = "", gone] = text.split(" ");
  if (kind !== "open" && kind !== "run" && kind !== "look" && kind !== "link" && kind !== "write")
    throw new Error(`no kind of access: ${kind}`);
  return { kind, path, ...(gone && { isGone: true }) };
};

const task = (...accesses: readonly string[]): Task => ({
  ...{ program: "/build/tests/run", argv: [], env: {}, cwd: "/build/source" },
  accesses: accesses.map(access),
});

type Case = {
  readonly shared?: Pick<Task, "meets" | "ports">;
  /** What other tests, and other tasks than tests, did. */
  readonly others?: readonly Task[];
  readonly compiled?: readonly Task[];
  readonly unattributed?: readonly string[];
  readonly there?: readonly string[];
  readonly changed?: readonly string[];
  readonly remains?: (path: string) => boolean;
  readonly isLookedAt?: boolean;
};

function readsOf(accesses: readonly string[], given: Case = {}) {
  const { others = [], compiled = [], unattributed = [], there = [], changed = [] } = given;
  const one = { ...task(...accesses), ...given.shared };
  const observation: Observation = {
    tasks: [...compiled, one, ...others],
    unattributed: unattributed.map(access),
  };
  return readsOfTest(one, {
    ...meetingsOf(observation, new Set([one, ...others])),
    source: { isDirectory: (path) => path === "src", workspace: "" },
    there: new Set(there),
    changes: {
      remains: given.remains ?? (() => true),
      locate: (path) => (path === "/build/target/debug" ? import.meta.dirname : undefined),
      changed: new Set(changed),
    },
    isLookedAt: given.isLookedAt ?? false,
  });
}

test("what a test read of the source, of crates, of what was compiled, and of what is thrown away", () => {
  const accesses = [
    ...[
      "open /build/source/a.txt",
      "look /build/source/b",
      "look /build/source/src",
      "open /build/vendor/x-1.0.0/y",
    ],
    ...["run /build/target/debug/app", "open /build/target/debug/libc.so.6"],
    ...["write /tmp/mine/a", "open /tmp/mine/a", "look /tmp", "look /build/home/.cargo/config.toml"],
    ...[
      "write /build/home/.cargo/.package-cache",
      "write /build/target/tmp/b",
      "look /build",
      "run /build/tests/run",
    ],
  ];
  expect(readsOf(accesses)).toEqual({
    reads: [
      "input:/build/vendor/x-1.0.0",
      "list:src",
      "look:b",
      "made:/build/target/debug/app",
      "made:/build/target/debug/libc.so.6",
      "open:a.txt",
      "scratch:/build/home/.cargo/config.toml",
      "scratch:/build/target/tmp/b",
      "scratch:/tmp/mine",
    ],
  });
});

test("a port that nobody has is read; that there is a home and temporary files of Cargo's, everybody sees", () => {
  const there = ["/build/home/.cargo", "/build/home/.cargo/.package-cache"];
  const accesses = ["look /build/home", "look /build/home/.cargo", "look /build/target/tmp"];
  const compiled = [task("write /tmp/rustc1 gone")];
  expect(readsOf(accesses, { there, compiled, shared: { ports: [8080] } })).toEqual({ reads: ["port:8080"] });
});

test("what was removed again is not left", () => {
  expect(readsOf(["write /build/source/new"], { remains: () => false })).toEqual({
    reads: ["look:", "open:new"],
  });
});

test.each<[string, readonly string[], Case, string]>([
  ["files in the source", ["write /build/source/src/out.rs"], {}, "it left `src/out.rs`"],
  ["files where Cargo compiles", ["write /build/target/insta/a"], {}, "it left `/build/target/insta/a`"],
  ["files for a hook", ["write /build/target/tmp/a"], { isLookedAt: true }, "it left `/build/target/tmp/a`"],
  [
    "a file that another test wrote",
    ["open /tmp/shared/a"],
    { others: [task("write /tmp/shared/b")] },
    "`/tmp/shared/a` was changed by others, too",
  ],
  [
    "a file that another test removed again",
    ["look /build/source/lock"],
    { others: [task("write /build/source/lock gone")] },
    "`lock` was changed by others, too",
  ],
  [
    "a file that another test read",
    ["write /tmp/shared gone"],
    { others: [task("look /tmp/shared")] },
    "it changed `/tmp/shared`, which others used",
  ],
  [
    "names among which another test wrote",
    ["open /tmp"],
    { others: [task("write /tmp/b gone")] },
    "`/tmp` was changed by others, too",
  ],
  [
    "what a compiler left in `/tmp`",
    ["open /tmp/rustc1/a"],
    { compiled: [task("write /tmp/rustc1/a")] },
    "`/tmp/rustc1/a` was changed by others, too",
  ],
  [
    "what was there",
    ["open /tmp/hook/a"],
    { there: ["/tmp/hook"] },
    "it used `/tmp/hook`, which was there before it",
  ],
  [
    "names that were there",
    ["open /tmp"],
    { there: ["/tmp/x"] },
    "it listed `/tmp`, in which others left something",
  ],
  [
    "how many directories are in one where another test made some",
    ["look /tmp"],
    { others: [task("write /tmp/b gone")] },
    "it looked at `/tmp`, in which others changed something",
  ],
  [
    "how many directories others left",
    ["look /tmp"],
    { there: ["/tmp/x"] },
    "it looked at `/tmp`, in which others left something",
  ],
  [
    "how many directories are in one where a hook wrote",
    ["look /build/source/src"],
    { changed: ["/build/source/src/a"] },
    "it used `src`, which was changed before",
  ],
  [
    "shared memory",
    [],
    { shared: { meets: ["shared memory (`shmget`)", "the list of processes (`/proc`)"] } },
    "it used shared memory (`shmget`)",
  ],
  [
    "what a hook changed",
    ["open /build/source/a"],
    { changed: ["/build/source/a"] },
    "it used `a`, which was changed before",
  ],
  [
    "names among which a hook wrote",
    ["open /build/source/src"],
    { changed: ["/build/source/src/a"] },
    "it used `src`, which was changed before",
  ],
  [
    "names where Cargo compiles",
    ["open /build/target/debug"],
    {},
    "it listed `/build/target/debug`, in which Cargo compiles",
  ],
  ["Gantry's own socket", ["look /build/tests/ask"], {}, "it used files of Gantry's own"],
  [
    "files that nobody can be told to have written",
    [],
    { unattributed: ["write /tmp/a"] },
    "processes changed files of which nobody can tell whose they are",
  ],
])("no result is kept of a test that has to do with %s", (_, accesses, given, obstacle) => {
  expect(readsOf(accesses, given)).toEqual({ obstacle });
});

test("what is compiled was there before the tests", () => {
  const compiled = [task("write /build/target/debug/app", "open /build/source/a", "look /tmp")];
  const accesses = ["run /build/target/debug/app", "open /build/source/a", "write /tmp/a"];
  expect(readsOf(accesses, { compiled })).toEqual({
    reads: ["made:/build/target/debug/app", "open:a", "scratch:/tmp/a"],
  });
});

test("what a read shows now: the content, null where nothing is, undefined where nobody can say", () => {
  const content = digestOf("a");
  const now = {
    source: {
      digestOf: (read: string) => (read === "open:a" || read === "open:hidden/b" ? content : undefined),
    },
    there: new Set(["/tmp/x", "port 80"]),
    locate: (path: string) => (path === "/build/target/debug/app" ? import.meta.filename : undefined),
    isTouched: (path: string) => path.startsWith("hidden/"),
    digestOf: () => content,
  };
  const shows = (read: Parameters<typeof digestNow>[0]) => digestNow(read, now);
  expect([shows("open:a"), shows("look:b"), shows("open:hidden/b")]).toEqual([content, null, undefined]);
  expect([shows("scratch:/tmp/x"), shows("scratch:/tmp/y")]).toEqual([undefined, null]);
  expect([shows("port:80"), shows("port:81")]).toEqual([undefined, null]);
  expect([shows("made:/build/target/debug/app"), shows("made:/build/target/debug/b")]).toEqual([
    expect.stringMatching(/^[0-9a-f]{64}$/),
    null,
  ]);
});
