import { expect, test } from "vitest";
import { settingFlags } from "../../../src/units/key/cargoSettings.ts";

test.each<[string[][], string[]]>([
  [[], []],
  [[["build", "--profile", "release", "--locked"]], []],
  [[["build", "--config", "a.b='c d'"]], ["--config a.b='c d'"]],
  [[["build", "--config=a.b=1"]], ["--config a.b=1"]],
  [
    [
      ["build", "-Z", "build-std"],
      ["test", "-Zbuild-std", "--config", "x=1"],
    ],
    ["--config x=1", "-Z build-std"],
  ],
])("%j configure %j", (plans, flags) => {
  expect(settingFlags(plans)).toEqual(flags);
});
