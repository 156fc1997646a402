import { resolve } from "node:path";
import type { GlobalOptions, OptionSpec, SandboxChoice } from "../command/command.ts";

/** The flags that every command takes, before or after its name. */
export const globalFlags: readonly OptionSpec[] = [
  { flags: "-C, --directory <DIR>", summary: "act in this directory" },
  {
    flags: "-j, --jobs <N>",
    summary: "how many processes may work at once [default: processors]",
    check: (value) => (/^[1-9]\d{0,4}$/.test(value) ? undefined : "not a positive number"),
  },
  { flags: "--keep-going", summary: "go on with what does not depend on a failed step" },
  { flags: "--offline", summary: "reach no network" },
  { flags: "--frozen", summary: "write no lock file" },
  { flags: "--rebuild", summary: "run steps again whose results are known, and compare the bytes" },
  { flags: "--store <DIR>", summary: "where the store lies [default: $XDG_CACHE_HOME/gantry]" },
  {
    flags: "--sandbox <LEVEL>",
    summary: "how steps are isolated [default: auto]",
    choices: ["bwrap", "none", "auto"],
  },
  { flags: "-v, --verbose", summary: "say more; twice: all", repeat: true },
  { flags: "-q, --quiet", summary: "say only what is wrong" },
  {
    flags: "--color <WHEN>",
    summary: "colour the output [default: auto]",
    choices: ["auto", "always", "never"],
  },
  {
    flags: "--log-format <FORMAT>",
    summary: "what to print while working [default: human on a terminal]",
    choices: ["human", "plain", "json"],
  },
];

type Values = Readonly<Record<string, unknown>>;

/** The common flags as commands take them; `from` is the directory that `-C` is relative to. */
export function readGlobalFlags(values: Values, from: string): Omit<GlobalOptions, "signal"> {
  const jobs = text(values, "jobs");
  const store = text(values, "store");
  const verbose = Number(values.verbose ?? 0);
  return {
    cwd: resolve(from, text(values, "directory") ?? "."),
    jobs: jobs === undefined ? undefined : Number(jobs),
    keepGoing: values.keepGoing === true,
    offline: values.offline === true,
    frozen: values.frozen === true,
    rebuild: values.rebuild === true,
    store: store === undefined ? undefined : resolve(from, store),
    sandbox: sandboxChoice(text(values, "sandbox")),
    verbosity: values.quiet === true ? -1 : verbose,
  };
}

/** The common flags that only the command line itself obeys. */
export function readOutputFlags(values: Values): OutputOptions {
  const color = text(values, "color");
  const format = text(values, "logFormat");
  return {
    color: color === "always" || color === "never" ? color : "auto",
    logFormat: format === "human" || format === "plain" || format === "json" ? format : undefined,
  };
}

function text(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

function sandboxChoice(value: string | undefined): SandboxChoice {
  return value === "bwrap" || value === "none" ? value : "auto";
}

/** How the command line talks; commands do not see it. */
export type OutputOptions = {
  readonly color: "auto" | "always" | "never";
  /** Absent: `human` on a terminal, else `plain`. */
  readonly logFormat: "human" | "plain" | "json" | undefined;
};
