import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Ajv from "ajv-draft-04";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { expect, onTestFinished, test } from "vitest";
import { diagnostic } from "../../../src/base/diagnostic.ts";
import type { Finding } from "../../../src/command/check/evidence.ts";
import { annotation, reportToGitHub, summary } from "../../../src/command/check/gitHub.ts";
import { junit } from "../../../src/command/check/junit.ts";
import { findingsAmong, prepareReports, writeReports } from "../../../src/command/check/reports.ts";
import { sarif } from "../../../src/command/check/sarif.ts";
import type { EngineEvent } from "../../../src/engine/event.ts";
import { checked } from "./rig.ts";

const place = { file: "src/a b,c.rs", line: 1, column: 17, endLine: 1, endColumn: 18 };
const lint: Finding = {
  ...{ tool: "clippy", level: "error", rule: "clippy::needless_return", message: "unneeded `return`" },
  ...{ url: "https://example.org/lint", text: "error: unneeded `return`\n  100% `]]>` <b>", place },
};
const advice: Finding = { tool: "rustc", level: "warning", message: "no place" };
const failed = { status: "failed" as const };

test("JUnit has a case for each test, and one for a check without any or that failed beside them", () => {
  const tests = [
    { suite: "app", name: "a::b", status: "passed" as const },
    { suite: "app", name: "c", status: "failed" as const, output: "\u001b[31mleft\u001b[0m <1>\u0000 & 2" },
    { suite: "app", name: "d", status: "ignored" as const },
  ];
  const error = diagnostic("step-failed", "`app-clippy` failed", {
    causes: ["`cargo clippy` exited with 1"],
  });
  const xml = junit([
    checked("test", { tests }, failed),
    { ...checked("clippy", { findings: [lint, advice] }, failed), error },
    checked("fmt", {}, { from: "cached" }),
    checked("doc", {}, { status: "stopped" }),
  ]);
  expect(XMLValidator.validate(xml)).toBe(true);
  const parsed = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "" }).parse(xml).testsuites;
  expect([parsed.tests, parsed.failures, parsed.skipped]).toEqual(["6", "2", "2"]);
  const [ofTests, ofClippy, ofFmt, ofDoc] = parsed.testsuite;
  expect(ofTests.testcase.map((each: { name: string }) => each.name)).toEqual(["a::b", "c", "d"]);
  expect(ofTests.testcase[1]).toEqual({
    ...{ name: "c", classname: "app" },
    failure: { message: "c", "#text": "left <1> & 2" },
  });
  expect(ofClippy.testcase.failure).toEqual({
    message: "`app-clippy` failed",
    "#text": "error: unneeded `return`\n  100% `]]>` <b>\n\n`cargo clippy` exited with 1",
  });
  expect(ofFmt.properties.property[1]).toEqual({ name: "result", value: "cached" });
  expect(ofDoc.testcase.skipped).toEqual({ message: "another check failed first" });
});

test("SARIF is as its schema has it, with a run for each tool", () => {
  const packages = createRequire(import.meta.url);
  const at = join(
    dirname(packages.resolve("@microsoft/jest-sarif/package.json")),
    "lib/schemas/sarif-2.1.0-rtm.5.json",
  );
  const schema = JSON.parse(readFileSync(at, "utf8"));
  const validate = new Ajv.default({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(
    schema,
  );
  for (const findings of [[], [lint, advice, { ...lint, level: "warning" as const }]]) {
    const log = JSON.parse(sarif(findings));
    expect([validate(log), validate.errors]).toEqual([true, null]);
  }
  const { runs } = JSON.parse(sarif([lint, advice]));
  expect(runs.map((run: { tool: { driver: { name: string } } }) => run.tool.driver.name)).toEqual([
    "clippy",
    "rustc",
  ]);
  expect(runs[0].results[0].locations[0].physicalLocation).toEqual({
    artifactLocation: { uri: "src/a%20b%2Cc.rs", uriBaseId: "%SRCROOT%" },
    region: { startLine: 1, startColumn: 17, endLine: 1, endColumn: 18 },
  });
});

test("what several checks found is told once, as the worst of them has it, with paths from the repository", () => {
  const warning: Finding = { ...lint, level: "warning" };
  const found = findingsAmong(
    [{ findings: [warning] }, { findings: [lint, advice] }, { findings: [warning] }],
    {
      root: "/repository/app",
      base: "/repository",
    },
  );
  expect(found).toEqual([{ ...lint, place: { ...place, file: "app/src/a b,c.rs" } }, advice]);
});

test.each([
  [
    lint,
    "::error file=src/a b%2Cc.rs,line=1,endLine=1,col=17,endColumn=18,title=clippy%3A%3Aneedless_return" +
      "::error: unneeded `return`%0A  100%25 `]]>` <b>",
  ],
  [advice, "::warning title=rustc::no place"],
  [
    { ...lint, text: "as it was", place: { ...place, endLine: 2 } },
    "::error file=src/a b%2Cc.rs,line=1,endLine=2,title=clippy%3A%3Aneedless_return::unneeded `return`",
  ],
] as const)("an annotation is a workflow command, escaped", (finding, command) => {
  expect(annotation(finding)).toBe(command);
});

test("GitHub is told as much as it shows, and people where the rest is", () => {
  const findings = Array.from(
    { length: 14 },
    (_, at): Finding => ({ ...lint, place: { ...place, line: at + 1 } }),
  );
  const events: EngineEvent[] = [];
  reportToGitHub([checked("clippy", { findings }, failed)], {
    ...{ root: "/app", base: "/app", summaryFile: undefined },
    emit: (event) => void events.push(event),
  });
  const [commands, note] = events;
  expect(commands?.type === "commands" && commands.lines.length).toBe(10);
  expect(note).toEqual({
    type: "note",
    text: "GitHub shows 10 errors and 10 warnings of a step beside the code; 4 more are in the summary of the job",
  });
});

test("a check that failed for nothing in the code is annotated with why", () => {
  const events: EngineEvent[] = [];
  const error = diagnostic("step-failed", "`app-x` failed", { causes: ["exited with 1"] });
  reportToGitHub([{ ...checked("x", {}, failed), error }], {
    ...{ root: "/app", base: "/app", summaryFile: undefined },
    emit: (event) => void events.push(event),
  });
  expect(events).toEqual([{ type: "commands", lines: ["::error title=x::`app-x` failed%0Aexited with 1"] }]);
});

test("the summary of a job is a table, and what was found as text that no Markdown ends", () => {
  const findings = [{ ...lint, text: "error: unneeded `return`\n```\n</details>" }];
  expect(
    summary([checked("a|b", { findings }, failed), checked("fmt", {}, { from: "cached" })]),
  ).toBe(`### gantry check

| check | result | time | from | found |
| --- | --- | ---: | --- | --- |
| a\\|b | ❌ failed | 1.3 s | run | 1 error |
| fmt | ✅ passed |  | cached |  |

<details><summary>a|b</summary>

\`\`\`\`text
error: unneeded \`return\`
\`\`\`
</details>
\`\`\`\`

</details>

`);
});

test("a report that a tool left lies beside, under the name of its check, of partitions with a number", () => {
  const directory = mkdtempSync(join(tmpdir(), "gantry-reports-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const left = ["one", "two"].map((text) => {
    writeFileSync(join(directory, text), text);
    return join(directory, text);
  });
  const out = join(directory, "out");
  const checks = [
    { ...checked("nextest"), reports: left.slice(0, 1) },
    { ...checked("parts"), reports: left },
  ];
  expect(prepareReports(out, []).ok).toBe(true);
  writeReports(out, checks, { root: "/p", base: "/p" });
  expect(readdirSync(out).sort()).toEqual([
    ...[".gitignore", "findings.sarif", "junit.xml"],
    ...["nextest-junit.xml", "parts-1-junit.xml", "parts-2-junit.xml"],
  ]);
  expect(readFileSync(join(out, "parts-2-junit.xml"), "utf8")).toBe("two");
});

test("where no reports can be written is said before anything runs", () => {
  const prepared = prepareReports("/proc/reports", []);
  expect(prepared.ok ? undefined : prepared.error).toMatchObject({
    code: "report-impossible",
    message: "no reports can be written to `/proc/reports`",
  });
});

test.each(["junit.xml", "findings.sarif", "nextest-junit.xml"])("a directory in the way of %s", (name) => {
  const directory = mkdtempSync(join(tmpdir(), "gantry-reports-"));
  mkdirSync(join(directory, name));
  const prepared = prepareReports(directory, ["nextest"]);
  expect(prepared.ok || [prepared.error.code, prepared.error.message]).toEqual([
    "not-a-file",
    `\`${directory}/${name}\` is a directory, and a report would be written there`,
  ]);
  rmSync(directory, { recursive: true });
});
