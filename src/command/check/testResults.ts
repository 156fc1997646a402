import type { Evidence, Finding, FindingPlace, Found, TestResult } from "./evidence.ts";

/**
 * The tests that ran, by what `cargo test` and libtest print (Rust 1.95), or nextest, and the failures among them. Programs
 * with a harness of their own, and `--quiet`, print otherwise, and show no tests.
 */
export function testResults({ step, lines, locate }: Evidence): Partial<Found> {
  const isNextest = step.phases.some((phase) => phase.type === "run" && phase.argv[1] === "nextest");
  const tests = isNextest ? testsOfNextest(lines) : testsOfCargo(lines);
  const tool = isNextest ? "nextest" : "libtest";
  const failed = tests.filter(({ status }) => status === "failed");
  return { tests, findings: failed.map((test) => findingOf(test, { tool, locate })) };
}

function testsOfCargo(lines: readonly string[]): TestResult[] {
  const tests: TestResult[] = [];
  const outputs = outputsIn(lines);
  let suite = "tests";
  let isKept = false;
  for (const line of lines) {
    const next = suiteIn(line);
    if (next !== undefined) [suite, isKept] = [next, false];
    // Of Gantry itself, see `keptTests.ts`.
    if (/^ +Kept result: /.test(line)) isKept = true;
    const [, name = "", , end] = testLine.exec(line) ?? [];
    if (end === undefined) continue;
    const output = end === "FAILED" ? outputs.get(`${suite}\n${name}`) : undefined;
    const status = statuses[end] ?? "passed";
    tests.push({
      ...{ suite, name, status },
      ...(isKept && status === "passed" && { isKept: true as const }),
      ...(output !== undefined && { output }),
    });
  }
  return tests;
}

const testLine = /^test (.+?)( - should panic| - compile(?: fail)?)? \.\.\. (ok|FAILED|ignored)(?:, .*)?$/;
const statuses: Readonly<Record<string, TestResult["status"]>> = { FAILED: "failed", ignored: "ignored" };

/** `Running unittests src/lib.rs (/build/target/release/deps/app-0f68…)`, `Doc-tests app`. */
function suiteIn(line: string): string | undefined {
  const [, source, program, documented] =
    /^ +(?:Running (?:unittests )?(.+) \((.+)\)|Doc-tests (.+))$/.exec(line) ?? [];
  if (documented !== undefined) return `${documented} (doc)`;
  if (source === undefined || program === undefined) return undefined;
  const name =
    program
      .split("/")
      .at(-1)
      ?.replace(/-[0-9a-f]{16}$/, "") ?? program;
  return source.startsWith("tests/") ? `${name} (${source})` : name;
}

/** What failed tests printed: the sections that libtest closes the run of a program with, by suite and name. */
function outputsIn(lines: readonly string[]): ReadonlyMap<string, string> {
  const outputs = new Map<string, string[]>();
  let suite = "tests";
  let section: string[] | undefined;
  for (const line of lines) {
    suite = suiteIn(line) ?? suite;
    const name = /^---- (.+) stdout ----$/.exec(line)?.[1];
    if (name !== undefined) {
      section = [];
      outputs.set(`${suite}\n${name}`, section);
    } else if (line === "failures:" || line.startsWith("test result: ")) section = undefined;
    else section?.push(line);
  }
  return new Map([...outputs].map(([key, text]) => [key, text.join("\n").trim()]));
}

/**
 * The tests by the lines that nextest prints of each (0.9.148). Of a test that was tried several times the last line counts.
 * What one printed that failed follows, indented.
 */
function testsOfNextest(lines: readonly string[]): TestResult[] {
  const tests = new Map<string, TestResult>();
  const kept = new Set<string>();
  let failing: { readonly of: string; readonly output: string[] } | undefined;
  for (const line of lines) {
    // Of Gantry itself, see `keptTests.ts`.
    const keptTest = /^ +Kept result of (.+): nothing that /.exec(line)?.[1];
    if (keptTest !== undefined) kept.add(keptTest);
    const [, word = "", seconds, suite = "", name = ""] = nextestLine.exec(line) ?? [];
    const of = `${suite} ${name}`;
    const before = tests.get(of);
    if (suite !== "") {
      const status = nextestPassed.has(word) ? "passed" : "failed";
      // The summary names it once more.
      const output = status === "failed" && before?.output;
      tests.set(of, { suite, name, status, seconds: Number(seconds), ...(output && { output }) });
      failing = status === "failed" ? { of, output: [] } : undefined;
    } else if (!/^( {4}.*| {2}std(out|err) ─+)?$/.test(line)) failing = undefined;
    else if (failing && line.startsWith("    ")) {
      failing.output.push(line.slice(4));
      const test = tests.get(failing.of);
      if (test) tests.set(failing.of, { ...test, output: failing.output.join("\n") });
    }
  }
  return [...tests].map(([of, test]) =>
    kept.has(of) && test.status === "passed" ? { ...test, isKept: true } : test,
  );
}

/** `        PASS [   0.124s] (1/6) app::api adds`, `  TRY 2 FAIL [   0.1s] app adds`; older ones do not count. */
const nextestLine = /^ +(?:TRY \d+ )?([A-Z][A-Z+-]*) \[[ >]*([\d.]+)s\] (?:\([^)]*\) )?(\S+) (\S.*)$/;

/** How a test ends that is none of the failures: `LEAK` left something running, and is told. */
const nextestPassed: ReadonlySet<string> = new Set(["PASS", "LEAK", "FLAKY"]);

type Telling = { readonly tool: string; readonly locate: Evidence["locate"] };

function findingOf({ suite, name, output = "" }: TestResult, { tool, locate }: Telling): Finding {
  const place = panicIn(output, locate) ?? documentedIn(name, locate);
  const reason =
    /panicked at .+:\d+:\d+:\n(.+)/.exec(output)?.[1] ?? /panicked at '(.+)', /.exec(output)?.[1];
  return {
    tool,
    level: "error",
    message: `test \`${name}\` of ${suite} failed${reason === undefined ? "" : `: ${reason}`}`,
    ...(output !== "" && { text: output }),
    ...(place && { place }),
  };
}

/** Where the project's own code panicked. Before Rust 1.73 the message came first. */
function panicIn(output: string, locate: Evidence["locate"]): FindingPlace | undefined {
  for (const [, path = "", line, column] of output.matchAll(
    /panicked at (?:'.*', )?(.+?):(\d+):(\d+):?$/gm,
  )) {
    const file = locate(path);
    if (file !== undefined) return { file, line: Number(line), column: Number(column) };
  }
  return undefined;
}

/** An example in documentation is called after its place: `src/lib.rs - add (line 3)`. */
function documentedIn(name: string, locate: Evidence["locate"]): FindingPlace | undefined {
  const [, path, line] = /^(\S+\.\w+) - .*\(line (\d+)\)$/.exec(name) ?? [];
  const file = path === undefined ? undefined : locate(path);
  return file === undefined ? undefined : { file, line: Number(line) };
}
