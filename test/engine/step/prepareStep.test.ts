import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Derivation } from "../../../src/derivation/model.ts";
import { type Behaviour, engineRig, type FakeCommand, step } from "../rig.ts";

const layer: Derivation = {
  ...step("app-deps"),
  phases: [{ type: "run", name: "build", argv: ["cargo", "build", "--lib"], messages: "cargo" }],
  targetDirectory: { plans: [["build", "--lib"]], keep: "dependencies" },
};

const app: Derivation = {
  ...step("app"),
  phases: [{ type: "run", name: "build", argv: ["cargo", "build"], messages: "cargo" }],
  targetDirectory: { layer, plans: [["build"]], keep: "all" },
};

type Course = {
  /** Of those that plan and those that compile: which began, and which ended, in order. */
  readonly log: string[];
  readonly cargo: Behaviour;
};

/** Cargo, which has nothing to compile, and takes a while for the layer. */
function course(planApp: (command: FakeCommand) => Promise<number> | number): Course {
  const log: string[] = [];
  const cargo: Behaviour = async (command) => {
    const { words, say, write } = command;
    const of = words.includes("--lib") ? "layer" : "app";
    if (words.includes("--unit-graph")) {
      log.push(`plan ${of}`);
      if (of === "app") return planApp(command);
      say(noUnits);
    } else if (words[1] === "build") {
      log.push(`build ${of}`);
      if (of === "layer") await sleep(300);
      write("text", "built");
      log.push(`built ${of}`);
    }
    return 0;
  };
  return { log, cargo };
}

const noUnits = '{"version":1,"units":[],"roots":[]}';

const plans = ({ say }: FakeCommand): number => {
  say(noUnits);
  return 0;
};

test("a step is planned while its layer is made, and not once more after it", async () => {
  const { log, cargo } = course(plans);
  await using rig = engineRig({ cargo });
  expect(await rig.realise(app)).toEqual([{ ok: true, value: "built" }]);
  expect(log.toSorted()).toEqual([
    ...["build app", "build layer", "built app", "built layer"],
    ...["plan app", "plan layer"],
  ]);
  expect(log.indexOf("plan app")).toBeLessThan(log.indexOf("built layer"));
  expect(log.slice(-2)).toEqual(["build app", "built app"]);
});

test("it is planned after its layer where nobody has a job to spare", async () => {
  const { log, cargo } = course(plans);
  await using rig = engineRig({ cargo });
  rig.isBusy = true;
  expect(await rig.realise(app)).toEqual([{ ok: true, value: "built" }]);
  expect(log).toEqual([
    ...["plan layer", "build layer", "built layer"],
    ...["plan app", "build app", "built app"],
  ]);
});

test("nothing is planned ahead where the layer is known", async () => {
  const { log, cargo } = course(plans);
  await using rig = engineRig({ cargo });
  await rig.realise(layer);
  log.length = 0;
  await rig.realise(app);
  expect(log).toEqual(["plan app", "build app", "built app"]);
});

test("what goes wrong ahead of time, the step says itself", async () => {
  const { log, cargo } = course(({ print }) => {
    print("error: it cannot be planned");
    return 101;
  });
  await using rig = engineRig({ cargo });
  const [failed] = await rig.realise(app);
  expect(failed).toMatchObject({
    ok: false,
    error: { code: "plan-failed", causes: ["`cargo build`", "it cannot be planned"] },
  });
  expect(log.filter((line) => line === "plan app")).toHaveLength(2);
  expect(log).toContain("built layer");
  expect(
    rig.events.flatMap((event) => (event.type === "step" ? [`${event.step} ${event.status}`] : [])),
  ).toEqual(["app-deps built", "app failed"]);
});

test("where the layer fails, what was begun for the step is stopped", async () => {
  let isStopped = false;
  const { cargo } = course(async ({ signal }) => {
    for (let waited = 0; waited < 5000 && !signal.aborted; waited += 20) await sleep(20);
    isStopped = signal.aborted;
    return 0;
  });
  await using rig = engineRig({
    cargo: async (command) => {
      const status = await cargo(command);
      return command.words.join(" ") === "cargo build --lib" ? 101 : status;
    },
  });
  const [failed] = await rig.realise(app);
  expect(failed).toMatchObject({ ok: false, error: { code: "step-failed", message: "`app-deps` failed" } });
  expect(isStopped).toBe(true);
});
