import { expect, test } from "vitest";
import { type Diagnostic, diagnostic, placeAt } from "../../../src/base/diagnostic.ts";
import { renderDiagnostic } from "../../../src/cli/reporter/renderDiagnostic.ts";
import { paint } from "../../../src/cli/reporter/text.ts";

const render = (found: Diagnostic): string =>
  `\n${renderDiagnostic(found, { level: "error", paint: paint(false) })}\n`;

test("a diagnostic with a place, a label, a note and a help", () => {
  const text = '[patch.crates-io]\nmy-dep = { path = "../my-dep" }\n';
  const offset = text.indexOf("{");
  const found = diagnostic(
    "path-override",
    "`.cargo/config.toml` patches `my-dep` with a path outside the project",
    {
      place: { ...placeAt(".cargo/config.toml", text, offset, 22), label: "not visible to a hermetic build" },
      notes: ["it works here because `../my-dep` exists on this machine"],
      help: ["remove the line, and when you need it: gantry with my-dep=../my-dep -- cargo build"],
    },
  );
  expect(render(found)).toBe(`
error[path-override]: \`.cargo/config.toml\` patches \`my-dep\` with a path outside the project
  --> .cargo/config.toml:2:10
   |
 2 | my-dep = { path = "../my-dep" }
   |          ^^^^^^^^^^^^^^^^^^^^^^ not visible to a hermetic build
   = note: it works here because \`../my-dep\` exists on this machine
   = help: remove the line, and when you need it: gantry with my-dep=../my-dep -- cargo build
`);
});

test("the gutter is as wide as the line number", () => {
  const found = diagnostic("toml", "expected `=`", {
    place: { file: "Cargo.toml", line: 1234, column: 3, text: "ab cd" },
    notes: ["one\ntwo"],
  });
  expect(render(found)).toBe(`
error[toml]: expected \`=\`
     --> Cargo.toml:1234:3
      |
 1234 | ab cd
      |   ^
      = note: one
              two
`);
});

test("the underline stands below wide characters and tabs", () => {
  const found = diagnostic("toml", "no", {
    place: { file: "a.toml", line: 7, column: 6, length: 3, text: "\t設 = \t錯b" },
  });
  expect(render(found)).toBe(`
error[toml]: no
  --> a.toml:7:6
   |
 7 |     設 =     錯b
   |          ^^^^^^^
`);
});

test("without a place, notes and helps are indented by two", () => {
  const found = diagnostic("lock-missing", "`Cargo.lock` not found", {
    notes: ["searched `/home/me/app`"],
    help: ["cargo generate-lockfile"],
  });
  expect(render(found)).toBe(`
error[lock-missing]: \`Cargo.lock\` not found
  = note: searched \`/home/me/app\`
  = help: cargo generate-lockfile
`);
});

test("a place whose line is not known is named alone", () => {
  const found = diagnostic("toml", "no", { place: { file: "a.toml", line: 1, column: 1 } });
  expect(render(found)).toBe(`
error[toml]: no
  --> a.toml:1:1
`);
});

test("the log comes first, causes last, as Cargo shows them", () => {
  const found = diagnostic("step-failed", "`app` failed", {
    log: "running\nboom\n",
    causes: ["could not write the blob\nat `/x`", "no space left on device"],
  });
  expect(render(found)).toBe(`
running
boom
error[step-failed]: \`app\` failed

Caused by:
  could not write the blob
  at \`/x\`

Caused by:
  no space left on device
`);
});

test("of a long log the end is shown, without control codes", () => {
  const log = `${Array.from({ length: 120 }, (_, index) => `line ${index}`).join("\n")}\n\x1b[2Jlast\x07\n`;
  const lines = renderDiagnostic(diagnostic("x", "y", { log }), {
    level: "warning",
    paint: paint(false),
    logLines: 3,
  });
  expect(lines).toBe("[118 earlier lines left out]\nline 118\nline 119\nlast\nwarning[x]: y");
});

test("colours are rustc's", () => {
  const found = diagnostic("a", "b", {
    place: { file: "f", line: 1, column: 1, text: "x", label: "l" },
    help: ["h"],
  });
  expect(renderDiagnostic(found, { level: "error", paint: paint(true) })).toBe(
    [
      "\x1b[1;31merror[a]\x1b[0m\x1b[1m: b\x1b[0m",
      "  \x1b[1;34m-->\x1b[0m f:1:1",
      "   \x1b[1;34m|\x1b[0m",
      "\x1b[1;34m 1 |\x1b[0m x",
      "   \x1b[1;34m|\x1b[0m \x1b[1;31m^ l\x1b[0m",
      "   \x1b[1;34m=\x1b[0m \x1b[1mhelp:\x1b[0m h",
    ].join("\n"),
  );
});
