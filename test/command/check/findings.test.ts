import { expect, test } from "vitest";
import { tells } from "../../../src/command/check/evidence.ts";
import { findingsOf } from "../../../src/command/check/findings.ts";
import type { Derivation } from "../../../src/derivation/model.ts";
import { printed, step } from "./rig.ts";

const libtest = `   Compiling app v0.1.0
    Finished \`release\` profile [optimized] target(s) in 0.03s
     Running unittests src/lib.rs (/build/target/release/deps/app-757a9fdabb644403)

running 4 tests
test a::adds ... ok
test a::fails ... FAILED
test b ... ignored, too slow
test c - should panic ... ok

failures:

---- a::fails stdout ----

thread 'a::fails' (22) panicked at /rustc/59807616e1/library/core/src/option.rs:1:5:
called \`Option::unwrap()\` on a \`None\` value
stack backtrace, and then
thread 'a::fails' (22) panicked at app/src/lib.rs:5:14:
assertion failed


failures:
    a::fails

test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s

     Running tests/api.rs (/build/target/release/deps/api-757a9fdabb644403)

running 1 test
test a::fails ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

   Doc-tests app

running 1 test
test app/src/lib.rs - add (line 3) ... FAILED

failures:

---- app/src/lib.rs - add (line 3) stdout ----
error[E0425]: cannot find value \`x\` in this scope

failures:
    app/src/lib.rs - add (line 3)
`;

test("tests are known by the program that they are in, and failures by where the project's own code panicked", () => {
  const { findings, tests } = findingsOf(printed(libtest));
  expect(tests.map(({ suite, name, status }) => `${suite}: ${name}: ${status}`)).toEqual([
    "app: a::adds: passed",
    "app: a::fails: failed",
    "app: b: ignored",
    "app: c: passed",
    "api (tests/api.rs): a::fails: passed",
    "app (doc): app/src/lib.rs - add (line 3): failed",
  ]);
  expect(tests[1]?.output?.split("\n").at(-1)).toBe("assertion failed");
  expect(findings.map(({ message, place }) => [message, place])).toEqual([
    [
      "test `a::fails` of app failed: called `Option::unwrap()` on a `None` value",
      { file: "rust/app/src/lib.rs", line: 5, column: 14 },
    ],
    ["test `app/src/lib.rs - add (line 3)` of app (doc) failed", { file: "rust/app/src/lib.rs", line: 3 }],
  ]);
});

test.each([
  ["1.8", "Diff in /build/source/rust/src/a b.rs:7:", "Diff in /build/source/rust/src/a b.rs:20:"],
  [
    "1.5",
    "Diff in /build/source/rust/src/a b.rs at line 7:",
    "Diff in /build/source/rust/src/a b.rs at line 20:",
  ],
])(
  "a file that rustfmt %s would write otherwise is one finding, with all its differences",
  (_, first, second) => {
    const { findings } = findingsOf(printed(`${first}\n-a\n+b\n c\n${second}\n-d\n\nDiff of another kind`));
    expect(findings).toEqual([
      {
        tool: "rustfmt",
        level: "error",
        message: "not formatted: 2 places that `cargo fmt` changes",
        text: "@@ line 7 @@\n-a\n+b\n c\n@@ line 20 @@\n-d",
        place: { file: "rust/src/a b.rs", line: 7 },
      },
    ]);
  },
);

test("what taplo would write otherwise, or cannot read", () => {
  const step = ran("taplo", "fmt", "--check");
  const { findings } = findingsOf({
    ...printed(`ERROR taplo:format_files: the file is not properly formatted path="/build/source/rust/Cargo.toml"
ERROR taplo:format_files: invalid file error=\\x1b path="/build/source/a.toml"
ERROR operation failed error=some files were not properly formatted`),
    step,
  });
  expect(findings.map(({ tool, message, place }) => [tool, message, place])).toEqual([
    ["taplo", "not formatted: `taplo fmt` changes it", { file: "rust/Cargo.toml", line: 1 }],
    ["taplo", "invalid file error=\\x1b", { file: "a.toml", line: 1 }],
  ]);
});

test("what cargo-deny does not allow", () => {
  const { findings } = findingsOf({
    ...printed(`warning[no-license-field]: license expression was not specified in manifest for crate 'leaf = 1.0.0'
 ├ leaf v1.0.0

error[unlicensed]: leaf = 1.0.0 is unlicensed
 ├ leaf v1.0.0 (*)

bans ok, licenses FAILED, sources ok`),
    step: ran("cargo", "deny", "check"),
  });
  expect(findings.map(({ level, rule, message }) => [level, rule, message])).toEqual([
    [
      "warning",
      "no-license-field",
      "license expression was not specified in manifest for crate 'leaf = 1.0.0'",
    ],
    ["error", "unlicensed", "leaf = 1.0.0 is unlicensed"],
  ]);
});

test("a file that rustfmt cannot read is a finding where it stops", () => {
  const { findings } = findingsOf(printed("error: expected `;`\n --> /build/source/rust/src/main.rs:2:5\n"));
  expect(findings).toEqual([
    {
      tool: "rustfmt",
      level: "error",
      message: "expected `;`",
      place: { file: "rust/src/main.rs", line: 2, column: 5 },
    },
  ]);
});

test("a module that rustfmt does not find is a finding, without a place: it does not say who wants it", () => {
  const said =
    "Error writing files: failed to resolve mod `input`: /build/source/rust/src/input.rs does not exist\n";
  const [finding] = findingsOf(printed(said)).findings;
  expect(finding?.message).toBe("failed to resolve mod `input`: `rust/src/input.rs` does not exist");
});

const span = {
  ...{ file_name: "src/main.rs", is_primary: true },
  ...{ line_start: 1, line_end: 1, column_start: 17, column_end: 18 },
};

test("what compilers said has its lint, where that is explained, and its place from the project's root", () => {
  const link = "https://rust-lang.github.io/rust-clippy/rust-1.95.0/index.html#needless_return";
  const { findings } = findingsOf(
    printed("", [
      {
        ...{
          level: "warning",
          message: "unneeded `return` statement",
          code: { code: "clippy::needless_return" },
        },
        ...{ rendered: `\u001b[1mwarning\u001b[0m: unneeded\n  = help: visit ${link}\n\n`, spans: [span] },
      },
      {
        level: "error",
        message: "not found",
        code: { code: "E0425" },
        rendered: "error: not found\n",
        spans: [],
      },
      { level: "failure-note", message: "For more information", code: null, rendered: "", spans: [] },
    ]),
  );
  expect(findings).toEqual([
    {
      ...{ tool: "clippy", level: "warning", message: "unneeded `return` statement" },
      ...{ rule: "clippy::needless_return", url: link },
      text: `warning: unneeded\n  = help: visit ${link}`,
      place: { file: "rust/src/main.rs", line: 1, column: 17, endLine: 1, endColumn: 18 },
    },
    {
      ...{ tool: "rustc", level: "error", message: "not found", text: "error: not found" },
      ...{ rule: "E0425", url: "https://doc.rust-lang.org/error_codes/E0425.html" },
    },
  ]);
});

test("code that is not the project's has no place in it", () => {
  const other = { ...span, file_name: "/build/vendor/serde-1.0.228/src/lib.rs" };
  const message = { level: "error", message: "no", code: null, rendered: "error: no\n", spans: [other] };
  expect(findingsOf(printed("", [message])).findings).toEqual([
    { tool: "rustc", level: "error", message: "no", text: "error: no" },
  ]);
});

test("of a test program that was not run again, all tests are kept", () => {
  const kept = libtest
    .replace("test a::fails ... FAILED", "test a::works ... ok")
    .replace("\nrunning 4", "        Kept result: nothing that it is made from or read changed\n\nrunning 4");
  const { tests } = findingsOf(printed(kept));
  expect(tests.map(({ suite, name, status, isKept }) => [suite, name, status, isKept])).toEqual([
    ["app", "a::adds", "passed", true],
    ["app", "a::works", "passed", true],
    ["app", "b", "ignored", undefined],
    ["app", "c", "passed", true],
    ["api (tests/api.rs)", "a::fails", "passed", undefined],
    ["app (doc)", "app/src/lib.rs - add (line 3)", "failed", undefined],
  ]);
});

const nextest = `    Starting 4 tests across 2 binaries
        Kept result of app adds: nothing that it is made from or read changed
        PASS [   0.124s] (1/4) app adds
   TRY 1 FAIL [   0.201s] (─────────) app::api flaky
   TRY 2 PASS [   0.100s] (2/4) app::api flaky
        FAIL [   0.103s] (3/4) app::api fails
  stdout ───

    running 1 test
    test fails ... FAILED

  stderr ───

    thread 'fails' (44) panicked at tests/api.rs:5:31:
    assertion failed: 1 > 2

        PASS [   0.129s] (4/4) app is_three
────────────
     Summary [   0.402s] 4 tests run: 3 passed, 1 failed, 0 skipped
        FAIL [   0.103s] (3/4) app::api fails
error: test run failed`;

test("nextest prints a line for each test, and then what a failed one printed", () => {
  const evidence = printed(nextest);
  const argv = ["cargo", "nextest", "run"] as const;
  const step = { ...evidence.step, phases: [{ type: "run", name: "nextest", argv }] as const };
  const { tests, findings } = findingsOf({ ...evidence, step });
  expect(
    tests.map(({ suite, name, status, seconds, isKept }) => [suite, name, status, seconds, isKept]),
  ).toEqual([
    ["app", "adds", "passed", 0.124, true],
    ["app::api", "flaky", "passed", 0.1, undefined],
    ["app::api", "fails", "failed", 0.103, undefined],
    ["app", "is_three", "passed", 0.129, undefined],
  ]);
  expect(findings.map(({ text: _, ...rest }) => rest)).toEqual([
    {
      ...{ tool: "nextest", level: "error" },
      message: "test `fails` of app::api failed: assertion failed: 1 > 2",
      place: { file: "rust/tests/api.rs", line: 5, column: 31 },
    },
  ]);
});

/** A check of another program. */
function ran(...argv: [string, ...string[]]): Derivation {
  return { ...step, phases: [{ type: "run", name: "check", argv }] };
}

test.each([
  ...["test adds ... ok", "test adds - should panic ... FAILED", "failures:", "test result: ok. 1 passed;"],
  ...["---- adds stdout ----", "     Running unittests src/lib.rs (/build/target/a)", "   Doc-tests app"],
  ...["        Kept result: nothing that it read", "        PASS [   0.124s] (1/6) app::api adds"],
  ...["  TRY 2 FAIL [   0.1s] app adds", "Diff in /build/source/src/main.rs:1:", "error[vulnerability]: x"],
  ...[
    "Error writing files: failed to resolve mod",
    'ERROR taplo:format_files: x path="y"',
    "Crate:     time",
  ],
  ...[
    "--- a/src/main.rs",
    "+++ b/src/main.rs",
    "@@ -1 +1 @@",
    "\x1b[1merror\x1b[0m: the hook x changes files",
  ],
])("in a long log, this line stays: %s", (line) => {
  expect(tells(line)).toBe(true);
});

test.each(["ERR", "", "   | data", "    at src/main.rs:1:1", "tests"])(
  "and this one is one of many: %s",
  (line) => {
    expect(tells(line)).toBe(false);
  },
);
