import { chmodSync, readdirSync, rmSync } from "node:fs";
import { expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import type { Derivation } from "../../../src/derivation/model.ts";
import { type Behaviour, type EngineRig, engineRig, step } from "../rig.ts";

const copy: Behaviour = ({ read, write }) => {
  write("text", read("/in/0/text"));
  return 0;
};
const fail: Behaviour = () => 1;

const text = (value: string) => [{ ok: true, value }];
const lastReason = ({ decisions }: EngineRig) =>
  decisions.findLast(({ reason }) => reason !== undefined)?.reason;

test("a result whose output the store lost is made again", async () => {
  await using rig = engineRig({ a: copy });
  await rig.realise(step("a"));
  const trees = `${rig.store.root}/trees`;
  for (const name of readdirSync(trees)) {
    chmodSync(`${trees}/${name}`, 0o755);
    rmSync(`${trees}/${name}`, { recursive: true });
  }
  expect(await rig.realise(step("a"))).toEqual(text("first"));
  expect(rig.ran).toEqual(["a", "a"]);
  expect(lastReason(rig)).toBe("what it was built to last time is no longer in the store");
});

test("a result is that of its own key: what was built before comes back without a run", async () => {
  await using rig = engineRig({ a: copy });
  await rig.realise(step("a"));
  rig.source = "second";
  expect(await rig.realise(step("a"))).toEqual(text("second"));
  rig.source = "first";
  expect(await rig.realise(step("a"))).toEqual(text("first"));
  expect(rig.ran).toEqual(["a", "a"]);
});

test("what a step made while an input was replaced is not recorded", async () => {
  await using rig = engineRig({ a: copy });
  rig.commands.a = (command) => {
    rig.isReplaced = true;
    return copy(command);
  };
  expect(await rig.realise(step("a"))).toMatchObject([
    { error: { code: "input-changed", message: "`/in/0` was replaced while `a` was built" } },
  ]);
  rig.isReplaced = false;
  rig.commands.a = copy;
  expect(await rig.realise(step("a"))).toEqual(text("first"));
  expect(rig.ran).toEqual(["a", "a"]);
});

test("with the result the layer is recorded that the step kept, and the environment of its units", async () => {
  await using rig = engineRig({ a: copy });
  await rig.realise({ ...step("a"), targetDirectory: { plans: [], keep: "all" } });
  const [built] = rig.events.flatMap((event) => (event.type === "step" ? [event] : []));
  const digest = expect.stringMatching(/^[0-9a-f]{64}$/);
  expect(built && rig.store.records.get("result", built.key)).toEqual({
    output: digest,
    layer: { digest, environment: { whole: digest, pure: digest } },
    seconds: expect.any(Number),
  });
});

test("a step is built again upon a layer that holds other units", async () => {
  await using rig = engineRig({ a: copy, b: copy });
  const below = step("a");
  await rig.realise(below);
  const [built] = rig.events.flatMap((event) => (event.type === "step" ? [event] : []));
  const upon = { ...step("b"), targetDirectory: { plans: [], keep: "all", layer: below } } as const;
  const environment = { whole: digestOf("environment"), pure: digestOf("environment") };
  const output = await rig.store.compose([], () => "");
  if (!built || !output.ok) throw new Error("the step left nothing");
  for (const units of ["one", "other"]) {
    rig.store.records.set("result", built.key, {
      output: output.value,
      layer: { digest: digestOf(units), environment },
      seconds: 0,
    });
    await rig.realise(upon);
    await rig.realise(upon);
  }
  expect(rig.ran.filter((word) => word === "b")).toHaveLength(2);
  expect(lastReason(rig)).toBe("its dependency layer changed");
});

test("a step that failed was not built: the reason of its next run is what changed since it was", async () => {
  await using rig = engineRig({ a: fail });
  const reasons: (string | undefined)[] = [];
  const realise = async () => {
    await rig.realise(step("a"));
    reasons.push(lastReason(rig));
  };
  await realise();
  await realise();
  rig.commands.a = copy;
  await realise();
  rig.commands.a = fail;
  rig.source = "second";
  await realise();
  await realise();
  expect(reasons).toEqual([
    "it was not built here before",
    "it was not built here before",
    "it was not built here before",
    "`/in/0` changed",
    "`/in/0` changed",
  ]);
});

test("with a result that is taken the warnings of the project's own code are said again, each once, where that is asked for", async () => {
  const warn: Behaviour = ({ say, write }) => {
    const message = { level: "warning", message: "w", rendered: "warning: w\n\n" };
    say(JSON.stringify({ reason: "compiler-message", package_id: "crate", target: {}, message }));
    write("text", "");
    return 0;
  };
  await using rig = engineRig({ a: warn, b: warn, c: warn, d: warn });
  const own = { "/build/source": { type: "source", root: ".", filter: { kind: "everything" } } } as const;
  const compiling = (name: string, more: Partial<Derivation>): Derivation => ({
    ...step(name),
    phases: [{ type: "run", name: "build", argv: [name], messages: "cargo" }],
    ...more,
  });
  const steps = [
    compiling("a", { mounts: own }),
    compiling("b", { mounts: own }),
    compiling("c", { mounts: own, targetDirectory: { plans: [], keep: "dependencies" } }),
    // As of a tool, its source is none of the project's.
    compiling("d", {}),
  ];
  const said = () =>
    rig.events.splice(0).flatMap((event) => (event.type === "output" ? [`${event.step} ${event.line}`] : []));
  await rig.realise(...steps);
  expect(said().filter((line) => line.endsWith(" warning: w"))).toHaveLength(4);
  await rig.realise(...steps);
  expect(said()).toEqual([]);
  await rig.realiseWith({ repeatsWarnings: true }, ...steps);
  expect(said()).toEqual(["a warning: w", "a "]);
});
