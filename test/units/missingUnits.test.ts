import { expect, test } from "vitest";
import { missingUnits } from "../../src/units/openTarget.ts";
import { recording } from "./recording.ts";

test("of what is missing each unit names what it needs of it, and not what is there", () => {
  using of = recording("release");
  const shown = (plan: typeof of.plan) => {
    const missing = missingUnits(plan);
    return missing.map(({ package: name, target, needs }) => {
      const needed = needs.map((at) => `${missing[at]?.package} ${missing[at]?.target}`);
      return [`${name} ${target}`, ...needed].join(" < ");
    });
  };
  expect(shown(of.plan)).toMatchInlineSnapshot(`
    [
      "macros proc-macro",
      "shared custom-build",
      "shared custom-build < shared custom-build",
      "shared lib < macros proc-macro < shared custom-build",
      "app custom-build < shared lib",
      "app custom-build < app custom-build",
      "shared custom-build < shared custom-build",
      "shared lib < macros proc-macro < shared custom-build",
      "app lib < app custom-build < shared lib",
      "app bin < app lib < app custom-build < shared lib",
      "macros proc-macro",
    ]
  `);
  expect(shown(of.plan.slice(1))).toMatchInlineSnapshot(`
    [
      "shared custom-build",
      "shared custom-build < shared custom-build",
      "shared lib < shared custom-build",
      "app custom-build < shared lib",
      "app custom-build < app custom-build",
      "shared custom-build < shared custom-build",
      "shared lib < shared custom-build",
      "app lib < app custom-build < shared lib",
      "app bin < app lib < app custom-build < shared lib",
      "macros proc-macro",
    ]
  `);
});
