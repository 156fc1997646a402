import { expect, onTestFinished, test, vi } from "vitest";
import { humanReporter } from "../../../src/cli/reporter/human.ts";
import { plainReporter } from "../../../src/cli/reporter/plain.ts";
import type { EngineEvent } from "../../../src/engine/event.ts";
import type { MissingUnit } from "../../../src/units/layout/unitMessages.ts";
import { fakeTerminal, key, unit } from "./fakeTerminal.ts";
import { screen } from "./screen.ts";

test("the region shows what runs, and is gone at the end", () => {
  const { context, err, pass } = fakeTerminal({ columns: 80 });
  const reporter = humanReporter(context);
  reporter.event({ type: "step-started", step: "app-deps" });
  pass(60);
  reporter.event({ type: "plan", step: "app-deps", units: 12, restored: 6 });
  pass(12_340);
  reporter.event({ type: "output", step: "app-deps", line: "   Compiling serde v1.0.228" });
  reporter.event({ type: "output", step: "app-deps", line: "   Compiling syn v2.0.100" });
  pass(60);
  reporter.event(unit("app-deps itoa 1.0.15"));
  expect(screen(err(), 80)).toBe(
    [
      "    Restored 6 units of app-deps",
      "   Compiling serde v1.0.228",
      "   Compiling syn v2.0.100",
      "   Compiling itoa v1.0.15",
      "    Building app-deps [=======>    ] 7/12 12.5s: serde, syn",
    ].join("\n"),
  );
  reporter.event({ type: "step", step: "app-deps", status: "built", key, seconds: 12.5 });
  reporter.finish({ error: undefined, finished: "app", outputs: {} });
  expect(screen(err(), 80)).toBe(
    [
      "    Restored 6 units of app-deps",
      "   Compiling serde v1.0.228",
      "   Compiling syn v2.0.100",
      "   Compiling itoa v1.0.15",
      "       Built app-deps in 12.5s",
      "    Finished app in 12.5s",
      "",
    ].join("\n"),
  );
});

/** The names on the line of the step `app`, when Cargo has planned these units and happened what follows. */
function namesAfter(
  plan: readonly MissingUnit[] | { readonly units: readonly MissingUnit[]; readonly jobs: number },
  ...happened: readonly EngineEvent[]
): string {
  const { units: missing, ...limit } = "units" in plan ? plan : { units: plan };
  const { context, err, pass } = fakeTerminal({ columns: 200 });
  const reporter = humanReporter(context);
  reporter.event({ type: "step-started", step: "app" });
  reporter.event({ type: "plan", step: "app", units: missing.length, restored: 0, missing, ...limit });
  for (const event of happened) {
    pass(60);
    reporter.event(event);
  }
  return (
    screen(err(), 200)
      .split("\n")
      .at(-1)
      ?.split(/\ds: |\ds$/)[1] ?? ""
  );
}

const planned = (of: string, ...needs: readonly number[]): MissingUnit => {
  const [name = "", target = "lib", mode = "build"] = of.split(" ");
  return { package: name, version: "1.0.0", target, mode, needs };
};
const begun = (name: string): EngineEvent => ({
  type: "output",
  step: "app",
  line: `   Compiling ${name} v1.0.0`,
});
const done = (of: string): EngineEvent => {
  const { needs: _, ...name } = planned(of);
  return { type: "unit", step: "app", status: "compiled", ...name };
};

const ran = (name: string): EngineEvent => ({
  ...{ type: "script-ran", step: "app" },
  ...{ package: name, version: "1.0.0" },
});

test("a run of a build script is named, and what may wait for a job comes last, or is not named", () => {
  const units = [
    planned("anyhow custom-build"),
    planned("anyhow custom-build run-custom-build", 0),
    planned("anyhow lib", 1),
    planned("syn lib"),
    planned("ring lib"),
  ];
  const events = [
    ...[begun("anyhow"), begun("syn"), done("anyhow custom-build"), ran("other"), ran("anyhow")],
    ...[begun("ring"), done("syn lib"), done("ring lib")],
  ];
  const shown = events.map((_, index) => namesAfter({ units, jobs: 2 }, ...events.slice(0, index + 1)));
  expect(shown).toEqual([
    "anyhow (build script)",
    "anyhow (build script), syn",
    "syn, anyhow (build script runs)",
    "syn, anyhow (build script runs)",
    "syn, anyhow",
    "syn, ring",
    "ring, anyhow",
    "anyhow",
  ]);
});

test("two versions of one name are told apart", () => {
  const other = { ...planned("syn lib"), version: "2.0.0" };
  const begins: EngineEvent = { type: "output", step: "app", line: "   Compiling syn v2.0.0" };
  expect(
    namesAfter([planned("syn lib"), other, planned("libc lib")], begun("syn"), begins, begun("libc")),
  ).toBe("syn v1.0.0, syn v2.0.0, libc");
  expect(namesAfter([], begun("syn"), begins)).toBe("");
});

test("where more could run than there are jobs for, and nothing has just begun, all of that is named", () => {
  const units = [
    planned("app lib"),
    planned("app bin", 0),
    planned("app bin", 0),
    planned("app test test", 0),
  ];
  const linking = [begun("app"), done("app lib")];
  expect(namesAfter({ units, jobs: 2 }, ...linking)).toBe("app (2 bins, test)");
});

test("build scripts of one package that run for two targets are counted", () => {
  const units = [
    planned("rustix custom-build"),
    planned("rustix custom-build run-custom-build", 0),
    planned("rustix custom-build run-custom-build", 0),
  ];
  const compiled = [begun("rustix"), done("rustix custom-build")];
  expect(namesAfter(units, ...compiled)).toBe("rustix (2 build scripts run)");
});

test("what begins with the metadata of a library that is not done is named", () => {
  const units = [planned("syn lib"), planned("app lib", 0), planned("app bin", 0, 1)];
  expect(namesAfter(units, begun("syn"), begun("app"))).toBe("syn, app");
});

test("what runs is named to the end: a program after its library, once nothing that it needs is missing", () => {
  const units = [
    planned("ring custom-build"),
    planned("ring custom-build run-custom-build", 0),
    planned("ring lib", 1),
    planned("app lib", 2),
    planned("app bin", 2, 3),
    planned("app bin", 2, 3),
    planned("app test test", 3),
  ];
  const events = [
    begun("ring"),
    done("ring custom-build"),
    ran("ring"),
    done("ring lib"),
    begun("app"),
    done("app lib"),
    done("app bin"),
    done("app bin"),
    done("app test test"),
  ];
  const shown = events.map((_, index) => namesAfter(units, ...events.slice(0, index + 1)));
  expect(shown).toEqual([
    "ring (build script)",
    "ring (build script runs)",
    "ring",
    "",
    "app",
    "app (2 bins, test)",
    "app (bin, test)",
    "app (test)",
    "",
  ]);
});

test("stubs of the project in a dependency layer are named, and the tests that run when all is compiled", () => {
  const units = [planned("app bin"), planned("app test test")];
  const stubs: EngineEvent = {
    ...{ type: "output", step: "app", isHidden: true },
    line: "   Compiling app v1.0.0 (/build/source)",
  };
  const tests: EngineEvent = {
    ...{ type: "output", step: "app" },
    line: "     Running unittests src/lib.rs (target/release/deps/app-1)",
  };
  expect(namesAfter(units, stubs)).toBe("stubs of app (bin, test)");
  expect(namesAfter(units, begun("app"), done("app bin"), done("app test test"), tests)).toBe(
    "unittests src/lib.rs",
  );
});

test("a package that is compiled twice is named while a compilation can run", () => {
  const units = [planned("serde"), planned("syn"), planned("serde", 1), planned("app lib check", 0)];
  const events = [begun("serde"), begun("syn"), done("serde"), done("syn"), begun("app"), done("serde")];
  const shown = events.map((_, index) => namesAfter(units, ...events.slice(0, index + 1)));
  expect(shown).toEqual(["serde", "serde, syn", "syn", "serde", "app, serde", "app"]);
  // Cargo's message has another mode than its plan.
  expect(namesAfter(units, begun("app"), done("serde"), done("app lib test"))).toBe("");
});

test.each([
  ["a terminal", humanReporter],
  ["a log", plainReporter],
])("what a command has for standard output comes last, after what was finished: %s", (_, reporterFor) => {
  const { context } = fakeTerminal();
  const written: string[] = [];
  const sink = { write: (text: string) => void written.push(text), columns: () => 80 };
  const reporter = reporterFor({ ...context, out: sink, err: sink });
  reporter.event({ type: "step-started", step: "app" });
  reporter.event({ type: "step", step: "app", status: "built", key, seconds: 1 });
  reporter.finish({ error: undefined, finished: "app", outputs: {}, result: "/store/x\n" });
  expect(screen(written.join(""), 80)).toBe(
    ["       Built app in 1.00s", "    Finished app in 0.00s", "/store/x", ""].join("\n"),
  );
});

test("no line of the region is wider than the terminal", () => {
  const { context, err, pass } = fakeTerminal({ columns: 40 });
  const reporter = humanReporter(context);
  for (const step of ["clippy", "a-step-with-a-name-that-does-not-fit-at-all", "c", "d", "e", "f"]) {
    pass(60);
    reporter.event({ type: "step-started", step });
  }
  expect(screen(err(), 40)).toBe(
    [
      "    Building clippy 0.30s",
      "    Building a-step-with-a-name-that…",
      "    Building c 0.18s",
      "    Building d 0.12s",
      "             … and 2 more",
    ].join("\n"),
  );
  reporter.close();
  expect(screen(err(), 40)).toBe("");
});

test("a compiler's lines are whole, whatever control codes they bring", () => {
  const { context, err, pass } = fakeTerminal({ colors: true });
  const reporter = humanReporter(context);
  reporter.event({ type: "step-started", step: "app" });
  pass(60);
  reporter.event({ type: "output", step: "app", line: "\x1b[2J\x1b[1;33mwarning\x1b[0m: unused\x07" });
  reporter.event({ type: "output", step: "app", line: "10%\r50%\rdone" });
  reporter.close();
  expect(err()).toContain("\x1b[1;33mwarning\x1b[0m: unused\n");
  expect(screen(err(), 80)).toBe("warning: unused\ndone\n");
});

test("a terminal that was made narrower is cleaned up in its new width", () => {
  const { context, err, pass, resize } = fakeTerminal({ columns: 80 });
  const reporter = humanReporter(context);
  pass(60);
  reporter.event({ type: "step-started", step: "a".repeat(50) });
  const wide = err();
  resize(40);
  reporter.close();
  expect(err().slice(wide.length)).toBe("\r\x1b[2K\x1b[A\x1b[2K");
});

test("the region is drawn at most every 50 ms", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { context, err, pass } = fakeTerminal();
  const reporter = humanReporter(context);
  reporter.event({ type: "step-started", step: "app" });
  for (let done = 1; done <= 100; done++) {
    pass(1);
    reporter.event({ type: "progress", what: "fetch", done, total: 1000 });
  }
  reporter.close();
  expect(err().split("Fetching").length - 1).toBe(2);
});

test("what is read before the first step has a bar, and a line that stays when it is done", () => {
  const { context, err, pass } = fakeTerminal();
  const reporter = humanReporter(context);
  const name = "toolchain 1.95.0";
  reporter.event({ type: "progress", what: "hash", name, done: 0, total: 600e6 });
  const bar = `[>${" ".repeat(11)}]`;
  expect(screen(err(), 80)).toBe(`     Reading toolchain 1.95.0 ${bar} 0/600 MB`);
  pass(12_340);
  reporter.event({ type: "progress", what: "hash", name, done: 600e6, total: 600e6 });
  // What takes less than a second has no time, and what fails at once was never begun.
  reporter.event({ type: "progress", what: "copy", name: "base system", done: 0, total: 2e6 });
  reporter.event({ type: "progress", what: "copy", name: "base system", done: 2e6, total: 2e6 });
  reporter.event({ type: "progress", what: "copy", name: "jq", done: 3, total: 3 });
  reporter.close();
  expect(screen(err(), 80)).toBe("        Read toolchain 1.95.0 in 12.3s\n      Copied base system\n");
});

test("at Ctrl-C it is said at once what stops", () => {
  const { context, err, pass } = fakeTerminal();
  const stopped = new AbortController();
  const reporter = humanReporter({ ...context, signal: stopped.signal });
  reporter.event({ type: "step-started", step: "app-deps" });
  pass(60);
  reporter.event({ type: "plan", step: "app-deps", units: 12, restored: 6 });
  expect(screen(err(), 80)).toMatch(/Building app-deps .* 6\/12 0\.06s$/);
  pass(60);
  stopped.abort();
  const restored = "    Restored 6 units of app-deps\n";
  expect(screen(err(), 80)).toBe(`${restored}    Stopping app-deps 0.00s: what is finished is kept`);
  pass(1500);
  reporter.event(unit("app-deps itoa 1.0.15"));
  expect(screen(err(), 80)).toBe(
    `${restored}   Compiling itoa v1.0.15\n    Stopping app-deps 1.50s: what is finished is kept`,
  );
  reporter.event({ type: "step", step: "app-deps", status: "stopped", key, seconds: 1.6 });
  reporter.close();
  expect(screen(err(), 80)).toBe(`${restored}   Compiling itoa v1.0.15\n     Stopped app-deps in 1.60s\n`);
});

test("crates that no server sends have seconds", () => {
  const { context, err, pass } = fakeTerminal();
  const reporter = humanReporter(context);
  reporter.event({ type: "progress", what: "fetch", done: 0, total: 1 });
  pass(12_000);
  reporter.event({ type: "note", text: "it waits" });
  expect(screen(err(), 80)).toBe(`note: it waits\n    Fetching [>${" ".repeat(11)}] 0/1 12.0s`);
  reporter.close();
});

test("what writes to the terminal itself finds nothing drawn there, and nothing is drawn into it", () => {
  const { context, err, pass } = fakeTerminal();
  const reporter = humanReporter(context);
  reporter.event({ type: "progress", what: "copy", name: "jq", done: 0, total: 3 });
  pass(10);
  reporter.event({ type: "handover" });
  expect(screen(`${err()}hello`, 80)).toBe("hello");
  pass(1000);
  reporter.event({ type: "note", text: "it runs" });
  expect(screen(err(), 80)).toBe("note: it runs\n");
  reporter.close();
});

test("what is compiled before a step has a line, and while it takes long another, without a bar", () => {
  const { context, err, pass } = fakeTerminal();
  const reporter = humanReporter(context);
  const about = { type: "progress", what: "compile", name: "observer", total: 1 } as const;
  reporter.event({ ...about, done: 0 });
  expect(screen(err(), 80)).toBe("   Preparing observer\n");
  pass(3000);
  reporter.event({ type: "note", text: "it runs" });
  expect(screen(err(), 80)).toBe("   Preparing observer\nnote: it runs\n   Preparing observer 3.00s");
  pass(60);
  reporter.event({ ...about, done: 1 });
  expect(screen(err(), 80)).toBe("   Preparing observer\nnote: it runs\n");
  reporter.close();
});
