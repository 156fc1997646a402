import { resolve } from "node:path";
import type { BuildOptions } from "../command/build.ts";
import type { CheckOptions } from "../command/check.ts";
import type { CommandArguments } from "../command/command.ts";
import type { GraphOptions } from "../command/graph.ts";
import type { LogOptions } from "../command/log.ts";
import type { RunOptions } from "../command/run.ts";
import type { ShowOptions } from "../command/show.ts";
import type { StoreGcOptions } from "../command/store/gc.ts";
import type { StoreStatsOptions } from "../command/store/stats.ts";
import type { StoreVerifyOptions } from "../command/store/verify.ts";
import type { VendorOptions } from "../command/vendor/vendor.ts";
import type { WhyOptions } from "../command/why.ts";
import type { WithOptions } from "../command/with/with.ts";

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

export const runArguments: CommandArguments<RunOptions> = {
  name: "run",
  summary: "build a package output, then run its binary",
  operands: [{ syntax: "[NAME]", summary: "the output to run [default: default]" }],
  rest: "arguments for the binary",
  examples: [
    ["gantry run", "build and run the default output"],
    ["gantry run server -- --port 8080", "pass arguments to it"],
  ],
  read: (parsed) => ({ name: parsed.operands[0], args: parsed.rest }),
};

export const checkArguments: CommandArguments<CheckOptions> = {
  name: "check",
  summary: "realise all checks, or those named, in parallel",
  operands: [{ syntax: "[NAME...]", summary: "the checks to realise [default: all]" }],
  examples: [
    ["gantry check", "everything that CI asks for"],
    ["gantry check clippy fmt", "these two only"],
    ["gantry check --keep-going", "report every failure, not the first alone"],
  ],
  read: (parsed) => ({ names: parsed.operands }),
};

export const vendorArguments: CommandArguments<VendorOptions> = {
  name: "vendor",
  summary: "write a vendor directory and its Cargo configuration",
  details:
    "Every crate that Cargo.lock names, verified against its checksum, as `cargo vendor` would leave it.",
  operands: [{ syntax: "[DIR]", summary: "where to write [default: vendor]" }],
  examples: [["gantry vendor", "then `cargo build --offline` needs no network"]],
  read: (parsed) => ({ directory: resolve(parsed.cwd, parsed.operands[0] ?? "vendor") }),
};

export const withArguments: CommandArguments<WithOptions> = {
  name: "with",
  summary: "run a command with local packages in the place of dependencies",
  details:
    "Finds in Cargo.lock where each dependency comes from, and has this one command build against the local " +
    "directory instead. Nothing of it lasts: Cargo.lock is put back when the command ends.",
  operands: [
    {
      syntax: "<DEP=PATH...>",
      summary: "a dependency and the directory of its package, or of a workspace that has it",
    },
  ],
  rest: "the command: cargo with any verb, or gantry build, check, run",
  examples: [
    ["gantry with my-dep=../my-dep -- cargo test", "test against a local checkout"],
    ["gantry with a=../repo b=../repo -- cargo build", "two packages of one repository"],
    ["gantry with my-dep@1.2.3=../my-dep -- gantry build", "of two locked versions, one; in the sandbox"],
  ],
  read: (parsed) => ({
    overrides: parsed.operands,
    command: parsed.rest,
    self: [process.execPath, ...process.execArgv, process.argv[1] ?? ""],
  }),
};

export const showArguments: CommandArguments<ShowOptions> = {
  name: "show",
  summary: "list what the project offers: packages and checks",
  options: [
    { flags: "--format <FORMAT>", summary: "how to print it [default: text]", choices: ["text", "json"] },
  ],
  examples: [["gantry show --format json", "for a program"]],
  read: (parsed) => ({ format: parsed.value("format") === "json" ? "json" : "text" }),
};

export const graphArguments: CommandArguments<GraphOptions> = {
  name: "graph",
  summary: "print the graph of steps",
  options: [
    {
      flags: "--format <FORMAT>",
      summary: "how to print it [default: text]",
      choices: ["text", "json", "dot"],
    },
  ],
  examples: [["gantry graph --format dot | dot -Tsvg > steps.svg", "draw it with Graphviz"]],
  read: (parsed) => {
    const format = parsed.value("format");
    return { format: format === "json" || format === "dot" ? format : "text" };
  },
};

export const whyArguments: CommandArguments<WhyOptions> = {
  name: "why",
  summary: "say why the last build did what it did",
  operands: [{ syntax: "[NAME]", summary: "a step, or a package whose units were compiled" }],
  examples: [
    ["gantry why", "which inputs changed since the build before"],
    ["gantry why serde", "why `serde` was compiled again"],
  ],
  read: (parsed) => ({ name: parsed.operands[0] }),
};

export const logArguments: CommandArguments<LogOptions> = {
  name: "log",
  summary: "print the log of a step",
  operands: [{ syntax: "<NAME>", summary: "the step, as the build named it" }],
  examples: [["gantry log app-deps", "what the last build of the dependency layer printed"]],
  read: (parsed) => ({ name: parsed.operands[0] ?? "" }),
};

export const storeGcArguments: CommandArguments<StoreGcOptions> = {
  name: "store gc",
  summary: "remove what was not used lately",
  details:
    "What `./result` and other links of a build point to is kept, and so is whatever a build that runs at the " +
    "moment may use.",
  options: [
    {
      flags: "--max-size <SIZE>",
      summary: "keep the most recently used up to this size (`500M`, `20G`)",
      check: (value) => (parseSize(value) === undefined ? "not a size like `500M` or `20G`" : undefined),
    },
    {
      flags: "--keep-days <N>",
      summary: "keep what was used within so many days [default: 30]",
      check: (value) => (/^\d+$/.test(value) ? undefined : "not a number of days"),
    },
    { flags: "-n, --dry-run", summary: "say what would go, and remove nothing" },
  ],
  examples: [
    ["gantry store gc --max-size 20G", "for a build server, once a night"],
    ["gantry store gc --keep-days 30 --dry-run", "what a month without use would free"],
  ],
  read: (parsed) => {
    const size = parsed.value("max-size");
    const days = parsed.value("keep-days");
    return {
      maxBytes: size === undefined ? undefined : parseSize(size),
      keepDays: days === undefined ? undefined : Number(days),
      dryRun: parsed.flag("dry-run"),
    };
  },
};

export const storeVerifyArguments: CommandArguments<StoreVerifyOptions> = {
  name: "store verify",
  summary: "read every file of the store and compare it with its digest",
  options: [{ flags: "--repair", summary: "remove what is damaged, so that it is made again" }],
  examples: [
    ["gantry store verify", "exits with 1 if something is damaged"],
    ["gantry store verify --repair", "and removes it"],
  ],
  read: (parsed) => ({ repair: parsed.flag("repair") }),
};

export const storePathArguments: CommandArguments<object> = {
  name: "store path",
  summary: "print where the store lies",
  examples: [['du -sh "$(gantry store path)"', "how much it holds"]],
  read: () => ({}),
};

export const storeStatsArguments: CommandArguments<StoreStatsOptions> = {
  name: "store stats",
  summary: "count what the store holds",
  options: [
    { flags: "--format <FORMAT>", summary: "how to print it [default: text]", choices: ["text", "json"] },
  ],
  examples: [["gantry store stats", "results, units, trees and bytes"]],
  read: (parsed) => ({ format: parsed.value("format") === "json" ? "json" : "text" }),
};

/** Bytes from `500M`, `20G`, `1.5GiB`, `4096`: powers of 1024. Undefined where the text is no size. */
function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text);
  if (match === null) return undefined;
  const power = ["", "k", "m", "g", "t"].indexOf((match[2] ?? "").toLowerCase());
  return Math.round(Number(match[1]) * 1024 ** power);
}
