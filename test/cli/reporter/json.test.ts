import { expect, test } from "vitest";
import { diagnostic } from "../../../src/base/diagnostic.ts";
import { jsonReporter } from "../../../src/cli/reporter/json.ts";
import { fakeTerminal, key, unit } from "./fakeTerminal.ts";

test("one object a line, from start to finish", () => {
  const { context, out, err, pass } = fakeTerminal();
  const reporter = jsonReporter(context, { command: "build", project: "/home/me/app" });
  reporter.event({ type: "step-started", step: "app-deps" });
  reporter.event({ type: "plan", step: "app-deps", units: 5, restored: 3 });
  reporter.event(unit("app-deps libc 0.2.177", "restored"));
  reporter.event(unit("app-deps serde 1.0.228"));
  reporter.event({ type: "output", step: "app-deps", line: "hello" });
  reporter.event({ type: "progress", what: "fetch", done: 1, total: 2 });
  reporter.event({ type: "note", text: "n" });
  reporter.event({ type: "warning", diagnostic: diagnostic("w", "m") });
  reporter.event({ type: "step", step: "app-deps", status: "built", key, seconds: 1.23456 });
  pass(12_100);
  const outputs = { default: "/store/x" };
  reporter.finish({ error: undefined, finished: "app", outputs, result: "/store/x\n" });
  expect(err()).toBe("");
  expect(out().split("\n")).toEqual([
    '{"type":"start","version":1,"command":"build","project":"/home/me/app"}',
    '{"type":"step-started","name":"app-deps"}',
    '{"type":"plan","step":"app-deps","units":5,"restored":3}',
    '{"type":"unit","step":"app-deps","package":"libc","version":"0.2.177","target":"lib","mode":"build","status":"restored"}',
    '{"type":"unit","step":"app-deps","package":"serde","version":"1.0.228","target":"lib","mode":"build","status":"compiled"}',
    '{"type":"output","step":"app-deps","line":"hello"}',
    '{"type":"progress","what":"fetch","done":1,"total":2}',
    '{"type":"note","text":"n"}',
    '{"type":"diagnostic","level":"warning","code":"w","message":"m","notes":[],"help":[],"causes":[]}',
    `{"type":"step","name":"app-deps","status":"built","key":"${key}","seconds":1.235}`,
    '{"type":"result","text":"/store/x\\n"}',
    '{"type":"finish","status":"ok","seconds":12.1,"units":{"compiled":1,"restored":3,"fetched":0},"outputs":{"default":"/store/x"}}',
    "",
  ]);
});

test("a failure is a diagnostic and a last line", () => {
  const { context, out } = fakeTerminal();
  const reporter = jsonReporter(context, { command: "build", project: "/p" });
  const error = diagnostic("toml", "no", { place: { file: "a", line: 1, column: 2 }, help: ["h"], log: "l" });
  reporter.finish({ error, finished: undefined, outputs: {} });
  expect(out().split("\n").slice(1)).toEqual([
    '{"type":"diagnostic","level":"error","code":"toml","message":"no","place":{"file":"a","line":1,"column":2},"notes":[],"help":["h"],"causes":[],"log":"l"}',
    '{"type":"finish","status":"failed","seconds":0,"units":{"compiled":0,"restored":0,"fetched":0},"outputs":{}}',
    "",
  ]);
});
