import { expect, onTestFinished, test, vi } from "vitest";
import { diagnostic } from "../../../src/base/diagnostic.ts";
import { plainReporter } from "../../../src/cli/reporter/plain.ts";
import type { EngineEvent } from "../../../src/engine/event.ts";
import { fakeTerminal, key, unit } from "./fakeTerminal.ts";

const built: readonly EngineEvent[] = [
  { type: "progress", what: "fetch", done: 0, total: 2 },
  { type: "progress", what: "fetch", done: 2, total: 2 },
  { type: "step-started", step: "app-deps" },
  { type: "plan", step: "app-deps", units: 4, restored: 1 },
  { type: "output", step: "app-deps", line: "   Compiling serde v1.0.228" },
  { type: "output", step: "app-deps", line: "   Compiling libc v0.2.177" },
  unit("app-deps serde 1.0.228"),
  unit("app-deps itoa 1.0.15"),
  unit("app-deps itoa 1.0.15"),
  { type: "output", step: "app-deps", line: "    Finished `release` profile [optimized] target(s) in 3.00s" },
  { type: "step", step: "app-deps", status: "built", key, seconds: 3.1449 },
  { type: "step", step: "app-vendor", status: "cached", key, seconds: 0 },
  { type: "step-started", step: "app" },
  { type: "output", step: "app", line: "   Compiling app v0.1.0 (/build/source)" },
  { type: "output", step: "app", line: "warning: unused variable: `x`" },
  {
    type: "warning",
    diagnostic: diagnostic("sandbox-none", "builds are not isolated", { help: ["install bubblewrap"] }),
  },
  {
    type: "warning",
    diagnostic: diagnostic("sandbox-none", "builds are not isolated", { help: ["install bubblewrap"] }),
  },
  { type: "note", text: "the log is kept" },
  { type: "step", step: "app", status: "built", key, seconds: 62 },
];

test("of a warning that a person needs to be told no more of, one line is", () => {
  const { context, err } = fakeTerminal();
  const whole = diagnostic("sandbox-missing", "building with less isolation", { help: ["a setting"] });
  const reporter = plainReporter(context);
  reporter.event({
    type: "warning",
    diagnostic: whole,
    shortly: "building with less isolation; see the doctor",
  });
  reporter.close();
  expect(err()).toBe("warning[sandbox-missing]: building with less isolation; see the doctor\n");
});

test("a build leaves a line for what finished, each package once", () => {
  const { context, err, pass } = fakeTerminal();
  const reporter = plainReporter(context);
  for (const event of built) reporter.event(event);
  pass(65_140);
  reporter.finish({ error: undefined, finished: "app", outputs: {} });
  expect(`\n${err()}`).toBe(`
     Fetched 2 crates
    Restored 1 unit of app-deps
   Compiling serde v1.0.228
   Compiling libc v0.2.177
   Compiling itoa v1.0.15
       Built app-deps in 3.14s
   Compiling app v0.1.0
warning: unused variable: \`x\`
warning[sandbox-none]: builds are not isolated
  = help: install bubblewrap
note: the log is kept
       Built app in 1m 02s
    Finished app in 1m 05s
`);
});

test("the output of each test program has Cargo's heading, with the program's name and without its path", () => {
  const { context, err } = fakeTerminal();
  const reporter = plainReporter(context);
  const lines = [
    "    Finished `test` profile [unoptimized + debuginfo] target(s) in 0.30s",
    "     Running unittests src/lib.rs (/build/target/debug/deps/app-757a9fdabb644403)",
    "running 0 tests",
    "   Doc-tests app",
    "     Running `rustc --crate-name app`",
  ];
  for (const line of lines) reporter.event({ type: "output", step: "app-test", line });
  reporter.close();
  expect(err()).toBe(`     Running unittests src/lib.rs (app)\nrunning 0 tests\n   Doc-tests app\n`);
});

test("two packages of one name and version: each that Cargo names, and none again for its units", () => {
  const { context, err } = fakeTerminal();
  const reporter = plainReporter(context);
  const compiling = (rest: string): EngineEvent => ({
    type: "output",
    step: "app-deps",
    line: `   Compiling ${rest}`,
  });
  reporter.event(unit("app-deps itoa 1.0.15"));
  reporter.event(compiling("itoa v1.0.15"));
  reporter.event(compiling("byteorder v1.4.1 (https://a.example/byteorder?rev=1#1)"));
  reporter.event(unit("app-deps byteorder 1.4.1"));
  reporter.event(compiling("byteorder v1.4.1 (https://b.example/byteorder?rev=2#2)"));
  reporter.event(unit("app-deps byteorder 1.4.1"));
  reporter.event(compiling("byteorder v1.4.1 (https://a.example/byteorder?rev=1#1)"));
  reporter.event(unit("app-deps ryu 1.0.20"));
  reporter.event(compiling("ryu v1.0.20 (https://a.example/ryu#1)"));
  reporter.close();
  expect(`\n${err()}`).toBe(`
   Compiling itoa v1.0.15
   Compiling byteorder v1.4.1 (https://a.example/byteorder?rev=1#1)
   Compiling byteorder v1.4.1 (https://b.example/byteorder?rev=2#2)
   Compiling ryu v1.0.20
`);
});

test("quietly, only what the compiler says and what is wrong remains", () => {
  const { context, err } = fakeTerminal({ verbosity: -1 });
  const reporter = plainReporter(context);
  for (const event of built) reporter.event(event);
  reporter.finish({ error: undefined, finished: "app", outputs: {} });
  expect(`\n${err()}`).toBe(`
warning: unused variable: \`x\`
warning[sandbox-none]: builds are not isolated
  = help: install bubblewrap
`);
});

test("a log that was shown while it came is not shown again", () => {
  const { context, err } = fakeTerminal();
  const reporter = plainReporter(context);
  reporter.event({ type: "step-started", step: "app" });
  reporter.event({ type: "output", step: "app", line: "error[E0425]: cannot find value `y`" });
  reporter.event({ type: "step", step: "app", status: "failed", key, seconds: 1 });
  const log = "error[E0425]: cannot find value `y`\n";
  reporter.finish({
    error: diagnostic("step-failed", "`app` failed", { log }),
    finished: undefined,
    outputs: {},
  });
  expect(`\n${err()}`).toBe(`
error[E0425]: cannot find value \`y\`
      Failed app in 1.00s
error[step-failed]: \`app\` failed
`);
});

test("lines of steps that run side by side come in paragraphs", () => {
  const { context, err } = fakeTerminal();
  const reporter = plainReporter(context);
  for (const step of ["a", "b"]) reporter.event({ type: "step-started", step });
  for (const line of ["warning: one", "  --> src/a.rs:1:1", ""]) {
    for (const step of ["a", "b"])
      reporter.event({ type: "output", step, line: line === "" ? "" : `${line} (${step})` });
  }
  reporter.event({ type: "output", step: "a", line: "no blank line after this" });
  reporter.event({ type: "step", step: "b", status: "built", key, seconds: 1 });
  reporter.finish({ error: undefined, finished: undefined, outputs: {} });
  expect(`\n${err()}`).toBe(`
warning: one (a)
  --> src/a.rs:1:1 (a)

warning: one (b)
  --> src/a.rs:1:1 (b)

       Built b in 1.00s
no blank line after this
`);
});

test("a difference that rustfmt shows stays whole, and of several steps each says whose package it begins", () => {
  const { context, err } = fakeTerminal();
  const reporter = plainReporter(context);
  const prints = (step: string, line: string): void => reporter.event({ type: "output", step, line });
  for (const step of ["fmt", "deps"]) reporter.event({ type: "step-started", step });
  // The second line is an empty one of the code.
  for (const line of ["Diff in /build/source/src/main.rs:1:", " ", "-a"]) prints("fmt", line);
  prints("deps", "   Compiling rayon v1.10.0");
  reporter.event({ type: "step", step: "deps", status: "built", key, seconds: 1 });
  for (const line of ["+b", ""]) prints("fmt", line);
  reporter.event({
    type: "output",
    step: "fmt",
    line: "   Compiling app v0.1.0 (/build/source)",
    isHidden: true,
  });
  reporter.close();
  expect(`\n${err()}`).toBe(`
   Compiling rayon v1.10.0 of deps
       Built deps in 1.00s
Diff in /build/source/src/main.rs:1:
 
-a
+b

`);
});

test("of steps that run side by side, lines without end are shown while they come", async () => {
  const { context, err } = fakeTerminal();
  const reporter = plainReporter(context);
  for (const step of ["a", "b"]) reporter.event({ type: "step-started", step });
  for (let line = 0; line < 2500; line++) reporter.event({ type: "output", step: "a", line: "data" });
  await Promise.resolve();
  expect(err()).toBe("data\n".repeat(2000));
  reporter.close();
});

test("lines that come at once are written at once, and before anything else is", async () => {
  const { context, err } = fakeTerminal();
  const writes: number[] = [];
  const write = (text: string): void => {
    context.err.write(text);
    writes.push(text.split("\n").length - 1);
  };
  const reporter = plainReporter({ ...context, err: { ...context.err, write } });
  const prints = (count: number): void => {
    for (let line = 0; line < count; line++) reporter.event({ type: "output", step: "a", line: "data" });
  };
  reporter.event({ type: "step-started", step: "a" });
  prints(300);
  await Promise.resolve();
  prints(200);
  reporter.event({ type: "note", text: "n" });
  prints(2);
  reporter.close();
  expect(writes).toEqual([300, 200, 1, 2]);
  expect(err().split("\n").indexOf("note: n")).toBe(500);
});

test("after ten silent seconds it says what runs", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { context, err, pass } = fakeTerminal();
  const reporter = plainReporter(context);
  reporter.event({ type: "step-started", step: "app-deps" });
  reporter.event({ type: "plan", step: "app-deps", units: 200, restored: 0 });
  reporter.event(unit("app-deps serde 1.0.228"));
  const wait = (ticks: number) => {
    for (let tick = 0; tick < ticks; tick++) {
      pass(100);
      vi.advanceTimersByTime(100);
    }
  };
  wait(150);
  for (const name of ["a", "b"])
    reporter.event({ type: "output", step: "app-deps", line: `   Compiling ${name} v1.0.0` });
  wait(110);
  for (const name of ["c", "d", "e", "f"])
    reporter.event({ type: "output", step: "app-deps", line: `   Compiling ${name} v1.0.0` });
  wait(110);
  reporter.close();
  expect(`\n${err().replace(/ +Compiling [a-f] .*\n/g, "")}`).toBe(`
   Compiling serde v1.0.228
    Building app-deps: 1/200 units, 10.0s
    Building app-deps: 1/200 units, 25.0s: a, b
    Building app-deps: 1/200 units, 36.0s: a, b, c, d, and 2 more
`);
});

test("what is read before the first step is said when it begins, each once", () => {
  const { context, err } = fakeTerminal();
  const reporter = plainReporter(context);
  for (const done of [0, 1, 2]) {
    reporter.event({ type: "progress", what: "hash", name: "toolchain 1.95.0", done, total: 2 });
    reporter.event({ type: "progress", what: "copy", name: "base system", done, total: 2 });
  }
  reporter.close();
  expect(err()).toBe("   Preparing toolchain 1.95.0\n   Preparing base system\n");
});

test("each missing package is warned of, though the warnings have one code", () => {
  const { context, err } = fakeTerminal();
  const reporter = plainReporter(context);
  for (const name of ["openssl", "sqlite", "openssl"])
    reporter.event({ type: "warning", diagnostic: diagnostic("native-missing", `no \`${name}\``) });
  reporter.close();
  expect(err()).toBe("warning[native-missing]: no `openssl`\nwarning[native-missing]: no `sqlite`\n");
});

test("what has come no further is said again after thirty seconds, and not every ten", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { context, err, pass } = fakeTerminal();
  const reporter = plainReporter(context);
  const tell = (done: number) =>
    reporter.event({ type: "progress", what: "install", name: "toolchain stable", done, total: 7 });
  const wait = (ticks: number) => {
    for (let tick = 0; tick < ticks; tick++) {
      pass(100);
      vi.advanceTimersByTime(100);
    }
  };
  tell(0);
  tell(2);
  wait(450);
  tell(3);
  wait(110);
  reporter.event({ type: "progress", what: "compile", name: "observer", done: 0, total: 1 });
  tell(7);
  wait(290);
  reporter.close();
  expect(`\n${err()}`).toBe(`
  Installing toolchain stable
  Installing toolchain stable: 2/7
  Installing toolchain stable: 2/7
  Installing toolchain stable: 3/7
   Preparing observer
`);
});

test("work outside steps says how far it is while nothing else is said, and what never began says nothing", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { context, err, pass } = fakeTerminal();
  const reporter = plainReporter(context);
  const name = "rustc of toolchain 1.95.0";
  const tell = (what: string, done: number, total: number) =>
    reporter.event({ type: "progress", what, name, done, total });
  tell("wait", 1, 1);
  tell("download", 0, 120e6);
  tell("download", 40e6, 120e6);
  pass(10_100);
  vi.advanceTimersByTime(100);
  tell("download", 120e6, 120e6);
  tell("wait", 0, 1);
  pass(30_100);
  vi.advanceTimersByTime(100);
  reporter.close();
  expect(`\n${err()}`).toBe(`
 Downloading rustc of toolchain 1.95.0
 Downloading rustc of toolchain 1.95.0: 40/120 MB
     Waiting for another process that brings rustc of toolchain 1.95.0
     Waiting for another process that brings rustc of toolchain 1.95.0, 30.1s
`);
});

test("what a build waits for is said, also of a step that waited for something else before", () => {
  const { context, err } = fakeTerminal();
  const reporter = plainReporter(context);
  for (const what of ["turn", "alone", "turn"])
    for (const done of [0, 1]) reporter.event({ type: "progress", what, name: "app", done, total: 1 });
  reporter.close();
  expect(`\n${err()}`).toBe(`
     Waiting for another build, which runs app
     Waiting with app for a step of another build: without namespaces one runs at a time in a store
`);
});
