import { resolve } from "node:path";
import type { BuildOptions } from "../../command/buildOptions.ts";
import type { CommandArguments } from "../commandArguments.ts";

export const buildArguments: CommandArguments<BuildOptions> = {
  name: "build",
  summary: "build a package output and leave `./result` as a link to it",
  details:
    "Dependencies are built first, in their own layer; what was built before, here or in another " +
    "project, is taken from the store. Without a gantry.config.ts any Cargo project with a Cargo.lock has " +
    "the output `default`.",
  operands: [{ syntax: "[NAME]", summary: "the output to build [default: default]" }],
  options: [
    { flags: "-p, --package <PKG>", summary: "build only this package of the workspace", repeat: true },
    { flags: "--profile <PROFILE>", summary: "build with this Cargo profile" },
    { flags: "--target <TRIPLE>", summary: "build for this target" },
    { flags: "--out-link <PATH>", summary: "where to leave the link to the output [default: result]" },
  ],
  examples: [
    ["gantry build", "build the default output"],
    ["gantry build -C ../app --profile dev", "build another project with Cargo's dev profile"],
    ["gantry build --rebuild", "build again and compare the bytes"],
  ],
  read: (parsed) => {
    const outLink = parsed.value("out-link");
    return {
      name: parsed.operands[0],
      packages: parsed.values("package"),
      profile: parsed.value("profile"),
      target: parsed.value("target"),
      outLink: outLink === undefined ? undefined : resolve(parsed.cwd, outLink),
    };
  },
};
