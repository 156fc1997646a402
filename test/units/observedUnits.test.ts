import { expect, test } from "vitest";
import type { Unit } from "../../src/cargo/plan/unitGraph.ts";
import type { Access, Observation, Task } from "../../src/sandbox/observation.ts";
import { isKeptWith, observedUnits, placeAt, showsUnits } from "../../src/units/layout/observedUnits.ts";

const hash = "0123456789abcdef";
const other = "fedcba9876543210";

const unit = (mode: Unit["mode"]): Unit => ({
  packageId: "path+file:///build/source/my-app#0.1.0",
  package: { name: "my-app", version: "0.1.0", source: { kind: "path", url: "file:///build/source/my-app" } },
  target: {
    ...{ kind: ["lib"], crateTypes: ["lib"], name: "my-app", srcPath: "/build/source/my-app/src/lib.rs" },
    ...{ edition: "2024", test: true, doctest: false, doc: true, requiredFeatures: [] },
  },
  profile: { name: "release" },
  mode,
  features: [],
  dependencies: [],
  isStd: false,
});

const task = (argv: string, accesses: readonly Access[], env: Record<string, string> = {}): Task => ({
  program: "/build/toolchain/bin/rustc",
  argv: argv.split(" "),
  env: { CARGO_PKG_NAME: "my-app", ...env },
  cwd: "/build/source",
  accesses,
});

const running = (directory: string) => ({ OUT_DIR: `/build/target/release/build/${directory}/out` });
const opened = (path: string): Access => ({ kind: "open", path });
const wrote = (path: string): Access => ({ kind: "write", path });

function observed(tasks: readonly Task[], rest: Partial<Observation> = {}, changed: readonly string[] = []) {
  return observedUnits({
    observations: [{ tasks, unattributed: [], ...rest }],
    remains: () => true,
    locate: (path) => path,
    changed: new Set(changed),
  });
}

const compiling = (directory: string, suffix: string) =>
  `rustc --crate-name my_app --out-dir /build/target/${directory} -C metadata=1 -C extra-filename=-${suffix}`;

test.each<[string, Unit["mode"], Task, string]>([
  ["a library", "build", task(compiling("release/deps", hash), [opened("/x")]), `my-app-${hash}`],
  [
    "a build script's program",
    "build",
    task(compiling(`release/build/my-app-${hash}`, "0000000000000000"), [opened("/x")]),
    `my-app-${hash}`,
  ],
  [
    "a build script's run",
    "run-custom-build",
    task("build-script-build", [opened("/x")], { OUT_DIR: `/build/target/release/build/my-app-${hash}/out` }),
    `my-app-${hash}`,
  ],
  [
    "a library in the newer layout",
    "build",
    task(compiling(`release/build/my-app/${hash}/out`, hash), [opened("/x")]),
    `my-app/${hash}`,
  ],
  [
    "a run in the newer layout",
    "run-custom-build",
    task("build-script-build", [opened("/x")], { OUT_DIR: `/build/target/release/build/my-app/${hash}/out` }),
    `my-app/${hash}`,
  ],
  [
    "a library that has no hash in its name",
    "build",
    task("rustc --crate-name my_app --out-dir=/build/target/release/deps", [opened("/x")]),
    `my-app-${hash}`,
  ],
  [
    "an artifact, whose name has no hash",
    "build",
    task(
      `rustc --crate-name my_app --out-dir /build/target/release/deps/artifact/my-app-${hash}/cdylib -C metadata=1`,
      [opened("/x")],
    ),
    `my-app-${hash}`,
  ],
])("of %s", (_, mode, of, directory) => {
  const another = task(compiling("release/deps", other), [opened("/y")]);
  const seen = observed([another, of])(unit(mode), [{ root: "release", directory }]);
  expect(seen).toEqual({ accesses: [opened("/x")], wrote: [] });
});

const place = { root: "release", directory: `my-app-${hash}` };

test("rustdoc is told the `OUT_DIR` of a package, and is no run of its build script", () => {
  const env = { OUT_DIR: `/build/target/release/build/my-app-${hash}/out` };
  const tasks = [
    task("build-script-build", [opened("/x")], env),
    task("rustdoc --crate-type lib --crate-name my_app --test src/lib.rs -L native=/y", [opened("/y")], env),
    task("rustdoc --crate-name=my_app src/lib.rs -o /build/target/doc", [wrote("/z")], env),
  ];
  expect(observed(tasks)(unit("run-custom-build"), [place])).toEqual({ accesses: [opened("/x")], wrote: [] });
});

test("what nobody can be said to have done, all may have done", () => {
  const seen = observed([task(compiling("release/deps", hash), [])], { unattributed: [opened("/x")] });
  expect(seen(unit("build"), [place]).accesses).toEqual([opened("/x")]);
});

test.each<[string, readonly Task[], Partial<Observation>]>([
  ["the command's", [task(compiling("release/deps", hash), [])], { gap: "why" }],
  ["its own", [{ ...task(compiling("release/deps", hash), []), gap: "why" }], {}],
])("a gap: %s", (_, tasks, rest) => {
  expect(observed(tasks, rest)(unit("build"), [place]).gap).toBe("why");
});

test("a gap: it asked others", () => {
  const meeting = (meets: string[]) => [{ ...task(compiling("release/deps", hash), []), meets }];
  const gapOf = (meets: string[]) => observed(meeting(meets))(unit("build"), [place]).gap;
  expect(gapOf(["the list of processes (`/proc`)", "a port"])).toBe("it met others by a port");
  expect(gapOf(["the list of processes (`/proc`)"])).toBeUndefined();
});

test("a gap: nothing was seen of it", () => {
  const seen = observed([task(compiling("release/deps", other), [])])(unit("build"), [place]);
  expect(seen.gap).toBe("none of its processes was seen");
});

test.each<[string, Access, Access, string | undefined]>([
  ["a file", wrote("/build/source/gen.rs"), opened("/build/source/gen.rs"), "/build/source/gen.rs"],
  ["whether it is there", wrote("/tmp/x"), { kind: "look", path: "/tmp/x" }, "/tmp/x"],
  ["the names beside it", wrote("/build/source/gen.rs"), opened("/build/source"), "/build/source"],
  ["a cache", wrote("/build/home/.cache/x"), opened("/build/home/.cache/x"), undefined],
  ["another file beside it", wrote("/build/source/gen.rs"), opened("/build/source/lib.rs"), undefined],
  [
    "what a unit keeps",
    wrote("/build/target/release/deps/liba.rlib"),
    opened("/build/target/release/deps/liba.rlib"),
    undefined,
  ],
  [
    "what lies beside units",
    wrote("/build/target/release/shared.txt"),
    opened("/build/target/release/shared.txt"),
    "/build/target/release/shared.txt",
  ],
])("what another unit wrote: %s", (_, write, read, expected) => {
  const tasks = [
    task(compiling("release/deps", other), [write]),
    task(compiling("release/deps", hash), [read]),
  ];
  expect(observed(tasks)(unit("build"), [place]).readOfOthers).toBe(expected);
});

test.each<[string, readonly string[], string | undefined]>([
  ["a file that it read", ["/build/source/read.rs"], "/build/source/read.rs"],
  ["a file beside it", ["/build/source/other.rs"], undefined],
  ["a file in a directory that it listed", ["/build/source/src/new.rs"], "/build/source/src"],
  ["what a unit wrote", ["/build/source/written.rs"], undefined],
])("what hooks changed: %s", (_, changed, expected) => {
  const accesses = [opened("/build/source/read.rs"), opened("/build/source/src")];
  const tasks = [
    task(compiling("release/deps", hash), accesses),
    task(compiling("release/deps", other), [wrote("/build/source/written.rs")]),
  ];
  expect(observed(tasks, {}, changed)(unit("build"), [place]).readOfHooks).toBe(expected);
});

test("what a unit leaves among the files of another one is told of this, and of who reads it", () => {
  const left = `/build/target/release/build/my-app-${hash}/out/left`;
  const tasks = [
    task("build-script-build", [wrote(left)], running(`writer-${other}`)),
    task("build-script-build", [wrote(`${left}.own`)], running(`my-app-${hash}`)),
    task(compiling("release/deps", "1111111111111111"), [opened(left), opened(`${left}.own`)]),
  ];
  const seen = observed(tasks);
  expect(seen(unit("run-custom-build"), [place]).leftByOthers).toBe(left);
  expect(seen(unit("run-custom-build"), [{ root: "release", directory: `writer-${other}` }])).toEqual({
    accesses: [wrote(left)],
    wrote: [left],
  });
  const reader = seen(unit("build"), [{ root: "release", directory: "my-app-1111111111111111" }]);
  expect(reader.readOfOthers).toBe(left);
});

test.each<[string, string | undefined]>([
  [`release/build/app-${hash}/out/gen.rs`, `release/app-${hash}`],
  [`release/build/app-${hash}/output`, `release/app-${hash}`],
  [`release/build/app/${hash}/run/stdout`, `release/app/${hash}`],
  [`x86_64/release/.fingerprint/app-${hash}/lib-app.json`, `x86_64/release/app-${hash}`],
  [`release/deps/libapp-${hash}.rlib`, undefined],
  ["release/build", undefined],
])("whose place %s is in: %s", (path, expected) => {
  expect(placeAt(`/build/target/${path}`)).toBe(expected);
});

test.each<[string, boolean]>([
  ["/build/target", true],
  ["/build/target/release", true],
  ["/build/target/x86_64", false],
  ["/build/target/release/build/", true],
  ["/build/target/x86_64/release/.fingerprint", true],
  [`/build/target/release/build/app-${hash}/out`, false],
  [`/build/target/release/build/app-${hash}/out/build`, false],
  ["/build/target/release/deps/libapp.rlib", false],
  ["/build/vendor/app-1.0.0/build", false],
])("whether %s shows which units there are: %s", (path, expected) => {
  const isThere = (each: string) => /\/release\/deps$|\/out\/build$/.test(each);
  expect(showsUnits(path, (each) => (isThere(each) ? each : undefined))).toBe(expected);
});

test("what it wrote itself is no other's", () => {
  const tasks = [task(compiling("release/deps", hash), [wrote("/tmp/x"), opened("/tmp/x")])];
  expect(observed(tasks)(unit("build"), [place])).toEqual({
    accesses: [wrote("/tmp/x"), opened("/tmp/x")],
    wrote: ["/tmp/x"],
  });
});

test("what tells which code ran is its own that it alone wrote", () => {
  const written = ["told-1.profraw", "told-2.profraw", "told.txt", "release/told-3.profraw"];
  const tasks = [
    task(
      compiling("release/deps", hash),
      written.map((path) => wrote(`/build/target/${path}`)),
    ),
    task(compiling("release/deps", other), [wrote("/build/target/told-2.profraw")]),
  ];
  expect(observed(tasks)(unit("build"), [place]).profiles).toEqual(["told-1.profraw"]);
  const anyones = { unattributed: [wrote("/build/target/told-1.profraw")] };
  expect(observed(tasks, anyones)(unit("build"), [place]).profiles).toBeUndefined();
});

test.each<[string, boolean]>([
  [`/build/target/release/build/my-app-${hash}/out/gen.rs`, true],
  [`/build/target/release/build/my-app-${hash}`, true],
  ["/build/target/release/build", true],
  [`/build/target/release/build/my-app-${other}/out/gen.rs`, false],
  ["/build/target/release/my-app.so", false],
  ["/build/out/share/man.1", false],
  ["/build/out", true],
  ["/build/source/completions/_app", false],
  ["/build/home/.config/app", false],
  ["/build/home/.cache/go-build/x", true],
  ["/build/home/.cargo/.package-cache", true],
  ["/tmp/x", false],
  ["/tmp", true],
])("whether %s is kept with a unit: %s", (path, expected) => {
  expect(isKeptWith([`release/build/my-app-${hash}`], path)).toBe(expected);
});
