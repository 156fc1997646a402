import { expect, test } from "vitest";
import { parseMessage } from "../../src/cargo/plan/message.ts";

const packageId = "path+file:///build/source#app@0.1.0";
const target =
  '"target":{"kind":["bin"],"crate_types":["bin"],"name":"app","src_path":"/build/source/src/main.rs","edition":"2021","doc":true,"doctest":false,"test":true}';
const parsedTarget = {
  name: "app",
  kind: ["bin"],
  crateTypes: ["bin"],
  srcPath: "/build/source/src/main.rs",
};

test("an artifact", () => {
  const line = `{"reason":"compiler-artifact","package_id":"${packageId}","manifest_path":"/build/source/Cargo.toml",${target},"profile":{"opt_level":"0","debuginfo":2,"debug_assertions":true,"overflow_checks":true,"test":false},"features":["default"],"filenames":["/build/target/debug/app"],"executable":"/build/target/debug/app","fresh":true}`;
  expect(parseMessage(line)).toEqual({
    type: "compiler-artifact",
    packageId,
    target: parsedTarget,
    test: false,
    profile: { optLevel: "0", debuginfo: "2", debugAssertions: true, overflowChecks: true },
    features: ["default"],
    filenames: ["/build/target/debug/app"],
    executable: "/build/target/debug/app",
    fresh: true,
  });
});

test("a build script that ran", () => {
  const line = `{"reason":"build-script-executed","package_id":"${packageId}","linked_libs":["static=z"],"linked_paths":["native=/build/target/debug/build/z/out"],"cfgs":["foo"],"env":[["A","b"]],"out_dir":"/build/target/debug/build/z/out"}`;
  expect(parseMessage(line)).toEqual({
    type: "build-script-executed",
    packageId,
    outDir: "/build/target/debug/build/z/out",
    linkedLibs: ["static=z"],
    linkedPaths: ["native=/build/target/debug/build/z/out"],
    cfgs: ["foo"],
  });
});

test("a diagnostic of the compiler", () => {
  const line = `{"reason":"compiler-message","package_id":"${packageId}","manifest_path":"/build/source/Cargo.toml",${target},"message":{"rendered":"warning: unused\\n","$message_type":"diagnostic","children":[],"code":{"code":"dead_code","explanation":null},"level":"warning","message":"unused","spans":[]}}`;
  expect(parseMessage(line)).toEqual({
    type: "compiler-message",
    packageId,
    target: parsedTarget,
    level: "warning",
    message: "unused",
    rendered: "warning: unused\n",
    code: "dead_code",
  });
});

test("the end", () => {
  expect(parseMessage('{"reason":"build-finished","success":false}')).toEqual({
    type: "build-finished",
    success: false,
  });
});

test("a reason that is not known", () => {
  expect(parseMessage('{"reason":"timing-info","duration":1}')).toEqual({
    type: "other",
    reason: "timing-info",
  });
});

test.each(["", "running 1 test", '{"a":1}', '{"reason":"build-fin'])("%j is no message", (line) => {
  expect(parseMessage(line)).toBeUndefined();
});

test("a compiler's message has its main place, and that of a macro is where the project called it", () => {
  const span = (file: string, more: object) => ({
    file_name: file,
    ...{ line_start: 2, line_end: 2, column_start: 5, column_end: 9, is_primary: false, ...more },
  });
  const inProject = span("src/lib.rs", { line_start: 7, line_end: 8, column_start: 3, column_end: 1 });
  const placeOf = (...spans: object[]) => {
    const message = { rendered: "", level: "error", message: "", code: null, spans };
    const parsed = parseMessage(JSON.stringify({ reason: "compiler-message", package_id: "", message }));
    return parsed?.type === "compiler-message" ? parsed.place : parsed;
  };
  const main = { file: "src/lib.rs", line: 2, column: 5, endLine: 2, endColumn: 9 };
  expect([
    placeOf(span("src/other.rs", {}), span("src/lib.rs", { is_primary: true })),
    placeOf(span("/build/toolchain/macros.rs", { is_primary: true, expansion: { span: inProject } })),
    placeOf(),
  ]).toEqual([main, { file: "src/lib.rs", line: 7, column: 3, endLine: 8, endColumn: 1 }, undefined]);
});
