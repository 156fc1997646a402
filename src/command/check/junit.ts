import { stripVTControlCharacters } from "node:util";
import Builder from "fast-xml-builder";
import type { Checked } from "./runChecks.ts";

/**
 * JUnit's XML of a run: a suite for each check, a case for each of its tests, or for the check itself where it has none.
 * The form is what Jenkins, GitLab and most others read (https://github.com/testmoapp/junitxml).
 */
export function junit(checked: readonly Checked[]): string {
  const suites = checked.map(suiteOf);
  const sum = (of: (suite: Suite) => number): number => suites.reduce((total, each) => total + of(each), 0);
  const document = {
    "?xml": { "@version": "1.0", "@encoding": "UTF-8" },
    testsuites: {
      "@name": "gantry check",
      "@tests": sum(({ cases }) => cases.length),
      "@failures": sum((suite) => count(suite, "failure")),
      "@skipped": sum((suite) => count(suite, "skipped")),
      "@time": seconds(sum((suite) => suite.seconds)),
      testsuite: suites.map((suite) => ({
        "@name": suite.name,
        "@tests": suite.cases.length,
        "@failures": count(suite, "failure"),
        "@skipped": count(suite, "skipped"),
        "@time": seconds(suite.seconds),
        properties: {
          property: suite.properties.map(([name, value]) => ({ "@name": name, "@value": value })),
        },
        testcase: suite.cases,
      })),
    },
  };
  const builder = new Builder({
    attributeNamePrefix: "@",
    ignoreAttributes: false,
    format: true,
    indentBy: "  ",
  });
  return builder.build(document);
}

type Case = Readonly<Record<string, unknown>>;

type Suite = {
  readonly name: string;
  readonly seconds: number;
  readonly properties: readonly (readonly [name: string, value: string])[];
  readonly cases: readonly Case[];
};

function suiteOf({ summary, error, findings, tests }: Checked): Suite {
  const { check, step, status, from = "run", seconds: took } = summary;
  const cases = tests.map((test): Case => {
    const { suite, name, output = "" } = test;
    const failure = { "@message": name, "#text": valid(output) };
    return {
      "@name": valid(name),
      "@classname": valid(suite),
      ...(test.seconds !== undefined && { "@time": seconds(test.seconds) }),
      ...(test.isKept && { properties: { property: [{ "@name": "result", "@value": "kept" }] } }),
      ...(test.status === "failed" && { failure }),
      ...(test.status === "ignored" && { skipped: "" }),
    };
  });
  // That a check failed, and none of its tests, is a failure of its own: its code did not compile.
  const isTold = tests.length > 0 && (status === "passed" || cases.some((each) => "failure" in each));
  const texts = findings.flatMap(({ level, text, message }) => (level === "error" ? [text ?? message] : []));
  const failure = {
    "@message": valid(error?.message ?? ""),
    "#text": valid([...texts, ...(error?.causes ?? [])].join("\n\n")),
  };
  const whole: Case = {
    ...{ "@name": check, "@classname": "gantry", "@time": seconds(took) },
    ...(status === "failed" && { failure }),
    ...(status === "stopped" && { skipped: { "@message": "another check failed first" } }),
  };
  return {
    ...{ name: check, seconds: took },
    properties: [
      ["step", step],
      ["result", from],
    ],
    cases: isTold ? cases : [...cases, whole],
  };
}

function count({ cases }: Suite, what: "failure" | "skipped"): number {
  return cases.filter((each) => what in each).length;
}

function seconds(value: number): string {
  return value.toFixed(3);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const invalid = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu;

/** Text without what XML 1.0 cannot hold, escaped or not. */
function valid(text: string): string {
  return stripVTControlCharacters(text).replace(invalid, "");
}
