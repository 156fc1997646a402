import type { Evidence, Finding, FindingPlace, Found, TestResult } from "./evidence.ts";

/**
 * The tests that ran, by what `cargo test` and libtest print (Rust 1.95), and the failures among them. Programs with a
 * harness of their own, and `--quiet`, print otherwise, and show no tests.
 */
export function testResults({ lines, locate }: Evidence): Partial<Found> {
  const tests: TestResult[] = [];
  const outputs = outputsIn(lines);
  let suite = "tests";
  for (const line of lines) {
    suite = suiteIn(line) ?? suite;
    const [, name = "", , end] = testLine.exec(line) ?? [];
    if (end === undefined) continue;
    const output = end === "FAILED" ? outputs.get(`${suite}\n${name}`) : undefined;
    tests.push({ suite, name, status: statuses[end] ?? "passed", ...(output !== undefined && { output }) });
  }
  const failed = tests.filter(({ status }) => status === "failed");
  return { tests, findings: failed.map((test) => findingOf(test, locate)) };
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

function findingOf({ suite, name, output = "" }: TestResult, locate: Evidence["locate"]): Finding {
  const place = panicIn(output, locate) ?? documentedIn(name, locate);
  const reason =
    /panicked at .+:\d+:\d+:\n(.+)/.exec(output)?.[1] ?? /panicked at '(.+)', /.exec(output)?.[1];
  return {
    tool: "libtest",
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
