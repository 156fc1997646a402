import { expect, test } from "vitest";
import type { Message } from "../../src/cargo/plan/message.ts";
import { locateUnits } from "../../src/units/keep/locateUnits.ts";
import type { PlannedUnit } from "../../src/units/key/unitPlan.ts";
import { writtenUnits } from "../../src/units/layout/writtenUnits.ts";
import { type Recording, recording } from "./recording.ts";

const target = "x86_64-unknown-linux-gnu";

function shown({ unit, test: isTest }: PlannedUnit): string {
  const words = [unit.package.name, unit.target.kind[0], unit.mode, unit.platform ?? "host"];
  return [...words, ...(isTest ? ["test"] : [])].join(" ");
}

function located(of: Recording, messages: readonly Message[] = of.messages): Record<string, string> {
  const { plan, reader, directory } = of;
  const found = locateUnits(plan, { messages, reader, written: writtenUnits(directory) });
  return Object.fromEntries(
    plan.flatMap((planned) => {
      const places = found.get(planned.id) ?? [];
      const texts = places.map(({ root, directory }) => `${root} ${directory}`);
      return texts.length > 0 ? [[shown(planned), texts.join(" | ")]] : [];
    }),
  );
}

/** `shared`'s build script runs for both, and no message says for which. */
const cross = {
  "macros proc-macro build host": "debug macros-29b72fa5b001e02d",
  "shared custom-build build host": "debug shared-b08a4a7ff7a7bf89",
  "shared custom-build run-custom-build host": "debug shared-2dcb52c4433c0998",
  "shared lib build host": "debug shared-5958389f1ecbb5be",
  "app custom-build build host": "debug app-47a87096e269b2b5",
  [`app custom-build run-custom-build ${target}`]: `${target}/debug app-e00953cf23f6f88e`,
  [`shared custom-build run-custom-build ${target}`]: `${target}/debug shared-197913e81b33d17d`,
  [`shared lib build ${target}`]: `${target}/debug shared-114e1511e8384a98`,
  [`app lib build ${target}`]: `${target}/debug app-ccda53e079c8bc61`,
  [`app bin build ${target}`]: `${target}/debug app-191a91c1f794d19d`,
};

test("a unit for the host and the same for the target", () => {
  using of = recording("cross");
  expect(located(of)).toEqual(cross);
});

test("a check of a target and that of its tests, which the graph writes alike", () => {
  using of = recording("check");
  expect(located(of)).toEqual({
    "macros proc-macro build host": "debug macros-29b72fa5b001e02d",
    "shared custom-build build host": "debug shared-b08a4a7ff7a7bf89",
    "shared custom-build run-custom-build host": "debug shared-2dcb52c4433c0998",
    "shared lib build host": "debug shared-5958389f1ecbb5be",
    "app custom-build build host": "debug app-47a87096e269b2b5",
    "app custom-build run-custom-build host": "debug app-87b913936dc8b8a8",
    "shared lib check host": "debug shared-1c82d922b3e45bed",
    "app lib check host": "debug app-1d9cb2238fb5e2f3",
    "app lib check host test": "debug app-887eb7831291ea8c",
    "app bin check host": "debug app-fa33e54d3344a2e5",
    "app bin check host test": "debug app-cca246906784c442",
    "app test check host test": "debug app-c61748ca39e09087",
  });
});

test("a build that stopped: what was reported by then", () => {
  using of = recording("cross");
  const libraries = (message: Message) =>
    message.type === "compiler-artifact" &&
    message.packageId.includes("shared") &&
    message.target.kind[0] === "lib";
  const until = of.messages.findIndex(libraries);
  const names = Object.keys(located(of, of.messages.slice(0, until)));
  expect(names.every((name) => name in cross)).toBe(true);
  expect(names).not.toContain("app bin build x86_64-unknown-linux-gnu");
});

test("twins with nothing around them that tells them apart are left out", () => {
  using of = recording("cross");
  const runs = of.messages.filter(
    (message) => message.type === "build-script-executed" && message.packageId.includes("shared"),
  );
  expect(runs.length).toBe(2);
  expect(located(of, runs)).toEqual({});
});

const macros = (planned: PlannedUnit) => planned.unit.target.kind[0] === "proc-macro";

test("a proc macro that others use, and the same for its own sake, whose files have one name", () => {
  using of = recording("release");
  const { plan, reader, messages, directory } = of;
  const found = locateUnits(plan, { messages, reader, written: writtenUnits(directory) });
  const places = plan
    .filter(macros)
    .map(({ id, unit }) => [unit.profile.opt_level, found.get(id)?.[0]?.directory]);
  expect(places).toEqual([
    ["0", "macros-bdeb158e3211743d"],
    ["3", "macros-a16400ec29b59fdb"],
  ]);
  expect(found.size).toBe(plan.length);
});

test("a unit that was there already does not lie where another one was just compiled", () => {
  using of = recording("release");
  const { plan, reader, directory } = of;
  const messages = of.messages.map((message) =>
    message.type === "compiler-artifact" && message.profile.optLevel === "3"
      ? { ...message, fresh: true }
      : message,
  );
  const found = locateUnits(plan, { messages, reader, written: writtenUnits(directory) });
  const [used, own] = plan.filter(macros).map(({ id }) => found.get(id)?.[0]?.directory);
  expect([used, own]).toEqual(["macros-bdeb158e3211743d", undefined]);
});
