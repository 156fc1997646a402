import { expect, test } from "vitest";
import { installAdvice } from "../../../src/fetch/native/packageSystem.ts";
import { nativeRig } from "./nativeRig.ts";

test.each([
  ["ID=debian\n", "sudo apt-get install bubblewrap"],
  ["ID=alpine\n", "sudo apk add bwrap"],
  ["ID=plan9\n", "install the package that has `bwrap`"],
])("on %j: %s", (release, advice) => {
  using rig = nativeRig();
  rig.write({ "root/etc/os-release": release });
  const names = { apt: ["bubblewrap"], apk: ["bwrap"] };
  expect(installAdvice(names, "bwrap", `${rig.directory}/root`)).toBe(advice);
});
