import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { failedReport, lastStep, logFile } from "../../../src/engine/why/journal.ts";
import { holder } from "../../store/holder.ts";
import { type Behaviour, engineRig, step } from "../rig.ts";

/** Writes what it reads from its inputs, with its own name. */
const concatenate =
  (name: string, inputs = 1): Behaviour =>
  ({ read, write }) => {
    const texts = Array.from({ length: inputs }, (_, index) => read(`/in/${index}/text`));
    write("text", `${name}(${texts.join(",")})`);
    return 0;
  };

const value = (text: string) => ({ ok: true, value: text });
const statuses = (rig: ReturnType<typeof engineRig>) =>
  rig.events.flatMap((event) => (event.type === "step" ? [`${event.step} ${event.status}`] : []));

test("a step sees its inputs; the second run takes all from the store", async () => {
  await using rig = engineRig({ a: concatenate("a"), b: concatenate("b") });
  const b = step("b", step("a"));
  expect(await rig.realise(b)).toEqual([value("b(a(first))")]);
  expect(await rig.realise(b)).toEqual([value("b(a(first))")]);
  expect(rig.ran).toEqual(["a", "b"]);
  expect(statuses(rig)).toEqual(["a built", "b built", "a cached", "b cached"]);
});

test("each step runs once, however many need it", async () => {
  await using rig = engineRig({
    a: concatenate("a"),
    b: concatenate("b"),
    c: concatenate("c"),
    d: concatenate("d", 2),
  });
  const a = step("a");
  expect(await rig.realise(step("d", step("b", a), step("c", a)), a)).toEqual([
    value("d(b(a(first)),c(a(first)))"),
    value("a(first)"),
  ]);
  expect(rig.ran.toSorted()).toEqual(["a", "b", "c", "d"]);
  expect(statuses(rig).toSorted()).toEqual(["a built", "b built", "c built", "d built"]);
});

test("steps that are described twice and are the same run once", async () => {
  await using rig = engineRig({ a: concatenate("a") });
  expect(await rig.realise(step("a"), { ...step("a"), name: "other" })).toEqual([
    value("a(first)"),
    value("a(first)"),
  ]);
  expect(rig.ran).toEqual(["a"]);
});

test("an edited source runs what depends on it", async () => {
  await using rig = engineRig({ a: concatenate("a"), b: concatenate("b") });
  const b = step("b", step("a"));
  await rig.realise(b);
  rig.source = "second";
  expect(await rig.realise(b)).toEqual([value("b(a(second))")]);
  expect(rig.ran).toEqual(["a", "b", "a", "b"]);
});

test("an input that was built again to the same bytes stops the rebuild there", async () => {
  const constant: Behaviour = ({ write }) => {
    write("text", "constant");
    return 0;
  };
  await using rig = engineRig({ a: constant, b: concatenate("b") });
  const b = step("b", step("a"));
  await rig.realise(b);
  rig.source = "second";
  expect(await rig.realise(b)).toEqual([value("b(constant)")]);
  expect(rig.ran).toEqual(["a", "b", "a"]);
});

test("steps that do not need each other run at the same time", async () => {
  const { promise: both, resolve } = Promise.withResolvers<void>();
  let running = 0;
  const meet: Behaviour = async ({ write }) => {
    running += 1;
    if (running === 2) resolve();
    await both;
    write("text", "met");
    return 0;
  };
  await using rig = engineRig({ a: meet, b: meet });
  expect(await rig.realise(step("a"), step("b"))).toEqual([value("met"), value("met")]);
});

test("what tells of a failure runs after it, and its report is kept; the step has failed all the same", async () => {
  await using rig = engineRig({
    tests: () => 3,
    install: () => 0,
    report({ write }) {
      write("junit.xml", "<testsuites/>");
      return 0;
    },
  });
  const phase = (name: string) => ({ type: "run", name, argv: [name] }) as const;
  const phases = [phase("tests"), phase("install"), { ...phase("report"), isAlways: true } as const];
  const [failed] = await rig.realise({ ...step("a"), phases });
  expect(failed).toMatchObject({ ok: false, error: { causes: ["`tests` exited with 3"] } });
  expect(rig.ran).toEqual(["tests", "report"]);
  const key = lastStep(rig.store, { project: "/project", step: "a" });
  expect(key && readFileSync(failedReport(rig.store, key), "utf8")).toBe("<testsuites/>");
});

test("a failure reaches all that need the step, and nothing else", async () => {
  const fail: Behaviour = ({ print }) => {
    print("it does not work");
    return 3;
  };
  await using rig = engineRig({ a: fail, b: concatenate("b"), c: concatenate("c") });
  const [b, c] = await rig.realise(step("b", step("a")), step("c"));
  expect(b).toEqual({
    ok: false,
    error: {
      code: "step-failed",
      message: "`a` failed",
      notes: [],
      help: ["the whole log: gantry log a"],
      causes: ["`a` exited with 3"],
      log: "it does not work",
      status: 1,
    },
  });
  expect(c).toEqual(value("c(first)"));
  expect(rig.ran.toSorted()).toEqual(["a", "c"]);
  rig.commands.a = concatenate("a");
  expect(await rig.realise(step("b", step("a")))).toEqual([value("b(a(first))")]);
});

test("the log of the last run is found by the step's name, whether it failed or not", async () => {
  await using rig = engineRig({
    a: ({ print }) => {
      print("oh no");
      return 1;
    },
  });
  await rig.realise(step("a"));
  const key = lastStep(rig.store, { project: "/project", step: "a" });
  expect(key && readFileSync(logFile(rig.store, key), "utf8")).toBe("oh no\n");
  expect(lastStep(rig.store, { project: "/elsewhere", step: "a" })).toBeUndefined();
});

test("a step that comes from the store has the log of its last run in the project, or else that of the result", async () => {
  await using rig = engineRig({ a: concatenate("a") });
  const logOf = (project: string) => lastStep(rig.store, { project, step: "a" });
  await rig.realise(step("a"));
  const first = logOf("/project");
  rig.source = "second";
  await rig.realise(step("a"));
  const second = logOf("/project");
  rig.source = "first";
  await rig.realise(step("a"));
  await rig.realiseWith({ project: "/elsewhere" }, step("a"));
  expect(first).not.toBe(second);
  expect([logOf("/project"), logOf("/elsewhere")]).toEqual([second, first]);
  const reason = "its result was in the store";
  expect(rig.decisions.slice(2)).toEqual([
    { step: "a", status: "cached", reason, units: [] },
    { step: "a", status: "cached", reason, units: [] },
  ]);
});

test("a step is compared with the last build, not with the last that ran, nor with one that failed", async () => {
  await using rig = engineRig({ a: concatenate("a") });
  const reasons = async (env: Readonly<Record<string, string>>) => {
    await rig.realise({ ...step("a"), env });
    return rig.decisions.at(-1)?.reason;
  };
  await reasons({ A: "1" });
  expect(await reasons({ A: "2" })).toBe("the variable `A` changed");
  expect(await reasons({ A: "1" })).toBe("its result was in the store");
  expect(await reasons({ A: "1" })).toBeUndefined();
  expect(await reasons({ A: "1", B: "1" })).toBe("the variable `B` was added");
  rig.commands.a = () => 1;
  expect(await reasons({ C: "1" })).toBe("the variable `A` was removed");
  rig.commands.a = concatenate("a");
  expect(await reasons({ A: "1", B: "2" })).toBe("the variable `B` changed");
});

test("what is interrupted is not recorded, and what comes after it does not begin", async () => {
  const controller = new AbortController();
  const interrupt: Behaviour = ({ write }) => {
    write("text", "half");
    controller.abort();
    return 0;
  };
  await using rig = engineRig({ a: interrupt, b: concatenate("b") });
  const b = step("b", step("a"));
  expect(await rig.realiseWith({ signal: controller.signal }, b)).toMatchObject([
    { error: { code: "interrupted" } },
  ]);
  expect([rig.ran, statuses(rig)]).toEqual([["a"], ["a stopped"]]);
  expect(lastStep(rig.store, { project: "/project", step: "a" })).toBeUndefined();
  rig.commands.a = concatenate("a");
  expect(await rig.realise(b)).toEqual([value("b(a(first))")]);
});

test("to rebuild is to run all again and to compare", async () => {
  await using rig = engineRig({ a: concatenate("a"), b: concatenate("b") });
  const b = step("b", step("a"));
  await rig.realise(b);
  expect(await rig.realiseWith({ rebuild: true }, b)).toEqual([value("b(a(first))")]);
  expect(rig.ran).toEqual(["a", "b", "a", "b"]);
  expect(rig.decisions.slice(2).map(({ reason }) => reason)).toEqual([
    "`--rebuild` was asked for",
    "`--rebuild` was asked for",
  ]);
});

test("a step that leaves something else the second time is named, with the files", async () => {
  let runs = 0;
  const random: Behaviour = ({ write }) => {
    runs += 1;
    write("text", `run ${runs}`);
    write(`only/${runs}`, "");
    write("same", "same");
    return 0;
  };
  await using rig = engineRig({ a: random, b: concatenate("b") });
  const b = step("b", step("a"));
  await rig.realise(b);
  const [found] = await rig.realiseWith({ rebuild: true }, b);
  expect(found).toMatchObject({
    error: {
      code: "not-reproducible",
      message: "`a` gave another result than before",
      notes: [
        "`only/1` is not there any more",
        "`only/2` was not there before",
        "`text` differs",
        expect.stringMatching(/^before: .*\/trees\/[0-9a-f]{64}$/),
        expect.stringMatching(/^now: .*\/trees\/[0-9a-f]{64}$/),
      ],
    },
  });
  expect(await rig.realise(b)).toEqual([value("b(run 1)")]);
});

test("that another build runs the step is told after a second, and then what it left is looked for", async () => {
  await using before = engineRig({ a: concatenate("a") });
  await before.realise(step("a"));
  const [key] = before.events.flatMap((event) => (event.type === "step" ? [event.key] : []));
  await using rig = engineRig({ a: concatenate("a") });
  const other = holder(rig.store.root, `step ${key}`);
  await once(other.stdout, "data");
  const built = rig.realise(step("a"));
  const about = { type: "progress", what: "turn", name: "a", total: 1 };
  await vi.waitFor(() => expect(rig.events).toEqual([{ ...about, done: 0 }]), 5000);
  other.kill("SIGKILL");
  expect(await built).toEqual([value("a(first)")]);
  expect(rig.events[1]).toEqual({ ...about, done: 1 });
});
