import { expect, test } from "vitest";
import { diagnostic } from "../../../src/base/diagnostic.ts";
import { warnOfLevel } from "../../../src/command/open/warnOfLevel.ts";
import type { EngineEvent } from "../../../src/engine/event.ts";
import { storeRig } from "../../store/rig.ts";

test("less isolation is told whole once a store, and then shortly, as to who wants it quiet", async () => {
  await using rig = storeRig();
  const { store } = rig;
  const refused = diagnostic("sandbox-missing", "building with less isolation: no namespaces", {
    help: ["sudo sysctl --write user.max_user_namespaces=15000"],
  });
  const told = (warning = refused, verbosity = 0) => {
    const events: EngineEvent[] = [];
    warnOfLevel(warning, { store, verbosity, emit: (event) => void events.push(event) });
    return events;
  };
  const whole = (warning = refused) => [{ type: "warning", diagnostic: warning }];
  const shortly = (warning = refused) => [
    { type: "warning", diagnostic: warning, shortly: `${warning.message}; what helps: gantry doctor` },
  ];
  expect(told(refused, -1)).toEqual(shortly());
  expect(told()).toEqual(whole());
  expect(told()).toEqual(shortly());
  expect(told(refused, 1)).toEqual(shortly());
  const other = { ...refused, help: ["podman run --security-opt unmask=ALL"] };
  expect(told(other)).toEqual(whole(other));
  expect(told(other)).toEqual(shortly(other));
  expect(told()).toEqual(shortly());
});
