import { expect, test } from "vitest";
import { tableOf } from "../../src/cargo/toml/toml.ts";
import { planUnits } from "../../src/units/key/unitPlan.ts";
import { recordedGraph, recording } from "./recording.ts";

const plainly = { words: [], hasPlatformSettings: false, manifest: tableOf([]) };

test("each unit comes after those that it is compiled against", () => {
  for (const name of ["cross", "check"] as const) {
    using of = recording(name);
    const seen = new Set<string>();
    for (const { id, dependencies } of of.plan) {
      expect(dependencies.filter((each) => !seen.has(each.id))).toEqual([]);
      seen.add(id);
    }
  }
});

test("a target and its tests, which the graph writes alike, are two units, the target's own first", () => {
  using of = recording("check");
  const own = of.plan.filter(({ unit }) => unit.mode === "check" && unit.package.name === "app");
  expect(own.map(({ unit, test: isTest }) => [unit.target.kind[0], isTest])).toEqual([
    ["lib", false],
    ["lib", true],
    ["bin", false],
    ["bin", true],
    ["test", true],
  ]);
  expect(new Set(of.plan.map(({ id }) => id)).size).toBe(of.plan.length);
});

test("graphs that overlap are planned as one", () => {
  const [cross, check] = [recordedGraph("cross"), recordedGraph("check")];
  const both = planUnits([cross, check], plainly);
  const alone = [planUnits([cross], plainly), planUnits([check], plainly)];
  const ids = new Set(alone.flat().map(({ id }) => id));
  expect(both.map(({ id }) => id).sort()).toEqual([...ids].sort());
  expect(both.length).toBeLessThan(cross.units.length + check.units.length);
  expect(planUnits([check, check], plainly)).toEqual(planUnits([check], plainly));
});

test("`cargo test` has another name for the profile, and not another unit", () => {
  const check = recordedGraph("check");
  const renamed = (name: string) => ({
    ...check,
    units: check.units.map((unit) => ({ ...unit, profile: { ...unit.profile, name } })),
  });
  const idsOf = (...names: string[]) => planUnits(names.map(renamed), plainly).map(({ id }) => id);
  expect(idsOf("dev", "test")).toEqual(idsOf("dev"));
  expect(idsOf("release", "bench")).toEqual(idsOf("release"));
  expect(idsOf("dev", "release")).toHaveLength(2 * check.units.length);
});

test("what links a library that passes a macro on may use it; a build script's macros do not count", () => {
  using of = recording("cross");
  const users = of.plan.filter(({ usesProcMacro }) => usesProcMacro);
  expect(users.map(({ unit }) => `${unit.package.name} ${unit.target.kind[0]} ${unit.mode}`)).toEqual([
    "shared lib build",
    "app custom-build build",
    "shared lib build",
    "app lib build",
    "app bin build",
  ]);
});

test("an integration test is not compiled against the program that it runs", () => {
  using of = recording("check");
  const tests = of.plan.filter(({ unit }) => unit.target.kind[0] === "test");
  const names = tests.map(({ dependencies }) =>
    dependencies.map(({ id }) => of.plan.find((each) => each.id === id)?.unit.target.kind[0]).sort(),
  );
  expect(names).toEqual([["custom-build", "lib", "lib"]]);
});
