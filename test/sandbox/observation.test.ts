import { expect, test } from "vitest";
import { parseObservation } from "../../src/sandbox/observation.ts";

const log = (...fields: readonly string[]) => Buffer.from(fields.map((field) => `${field}\0`).join(""));

test("tasks have what was done for them, and what nobody can tell stands by itself", () => {
  const began = ["t1", "/build/toolchain/bin/rustc", "/build/source", "2", "rustc", "", "2", "A=b=c", "N=\n"];
  expect(
    parseObservation(
      log(
        ...began,
        "o1",
        "/build/source/a b",
        "l1",
        "/x",
        "t2",
        "/b",
        "/",
        "0",
        "0",
        "w0",
        "/y",
        "k2",
        "/z",
        "e0",
      ),
    ),
  ).toEqual({
    tasks: [
      {
        program: "/build/toolchain/bin/rustc",
        cwd: "/build/source",
        argv: ["rustc", ""],
        env: { A: "b=c", N: "\n" },
        accesses: [
          { kind: "open", path: "/build/source/a b" },
          { kind: "look", path: "/x" },
        ],
      },
      { program: "/b", cwd: "/", argv: [], env: {}, accesses: [{ kind: "link", path: "/z" }] },
    ],
    unattributed: [{ kind: "write", path: "/y" }],
  });
});

test("a gap is one task's or everybody's", () => {
  expect(
    parseObservation(log("t1", "/b", "/", "0", "0", "g1", "mounts", "g0", "refused", "e0")),
  ).toMatchObject({
    tasks: [{ gap: "mounts" }],
    gap: "refused",
  });
});

test("a log without an end has a gap, unless the command was stopped", () => {
  expect(parseObservation(log("o0", "/a")).gap).toBe("what observes a build ended before it");
  expect(parseObservation(log("o0", "/a"), { wasStopped: true })).toEqual({
    tasks: [],
    unattributed: [{ kind: "open", path: "/a" }],
    wasStopped: true,
  });
});

test("the pipe that all have inherited is no file of the world", () => {
  const opened = log(
    "t1",
    "/b",
    "/",
    "0",
    "0",
    "o1",
    "/tmp/jobs",
    "w1",
    "/tmp/jobs",
    "u1",
    "/tmp/jobs",
    "e0",
  );
  expect(parseObservation(opened, { pipe: "/tmp/jobs" }).tasks[0]?.accesses).toEqual([]);
  expect(parseObservation(opened).tasks[0]?.accesses).toHaveLength(2);
});

test("names that are not UTF-8 stay different, and variables may have any name", () => {
  const bytes = Buffer.from([
    ...log("t1", "/b", "/ä", "0", "1", "__proto__=1", "o1"),
    ...[0x2f, 0xff, 0, 0x6f, 0x31, 0, 0x2f, 0xfe, 0],
    ...log("e0"),
  ]);
  const [task] = parseObservation(bytes).tasks;
  expect(task?.accesses.map(({ path }) => path)).toEqual(["/\\xff", "/\\xfe"]);
  expect(task?.cwd).toBe("/ä");
  expect(Object.entries(task?.env ?? {})).toEqual([["__proto__", "1"]]);
});

test("what is no record is a bug", () => {
  expect(() => parseObservation(log("z9"))).toThrow('"z9"');
});
