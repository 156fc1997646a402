import { resolve } from "node:path";
import type { Arguments, GlobalOptions, Option } from "../command/command.ts";

/** How the command line talks; commands do not see it. */
export type OutputOptions = {
  readonly color: "auto" | "always" | "never";
  /** Absent: `human` on a terminal, else `plain`. */
  readonly logFormat: "human" | "plain" | "json" | undefined;
};

const sandboxes = ["bwrap", "none", "auto"] as const;
const colors = ["auto", "always", "never"] as const;
const logFormats = ["human", "plain", "json"] as const;

export const versionOption: Option = { name: "version", short: "V", summary: "print the version" };
export const helpOption: Option = { name: "help", short: "h", summary: "print help" };

/** The options that every command takes, before or after its name. */
export const globalOptions: readonly Option[] = [
  { name: "directory", short: "C", value: "DIR", summary: "act in this directory" },
  {
    name: "jobs",
    short: "j",
    value: "N",
    summary: "how many processes may work at once [default: processors]",
    check: (value) => (/^[1-9]\d{0,4}$/.test(value) ? undefined : "not a positive number"),
  },
  { name: "keep-going", summary: "go on with what does not depend on a failed step" },
  { name: "offline", summary: "reach no network" },
  { name: "frozen", summary: "write no lock file" },
  { name: "rebuild", summary: "run steps again whose results are known, and compare the bytes" },
  { name: "store", value: "DIR", summary: "where the store lies [default: $XDG_CACHE_HOME/gantry]" },
  { name: "sandbox", value: "LEVEL", summary: "how steps are isolated [default: auto]", choices: sandboxes },
  { name: "verbose", short: "v", summary: "say more; twice: all", repeat: true },
  { name: "quiet", short: "q", summary: "say only what is wrong" },
  { name: "color", value: "WHEN", summary: "colour the output [default: auto]", choices: colors },
  {
    name: "log-format",
    value: "FORMAT",
    summary: "what to print while working [default: human on a terminal]",
    choices: logFormats,
  },
];

/** The global options as commands take them; `from` is the directory that `-C` is relative to. */
export function readGlobalOptions(
  given: Omit<Arguments, "cwd">,
  from: string,
): Omit<GlobalOptions, "signal"> {
  const jobs = given.value("jobs");
  const store = given.value("store");
  return {
    cwd: resolve(from, given.value("directory") ?? "."),
    jobs: jobs === undefined ? undefined : Number(jobs),
    keepGoing: given.count("keep-going") > 0,
    offline: given.count("offline") > 0,
    frozen: given.count("frozen") > 0,
    rebuild: given.count("rebuild") > 0,
    store: store === undefined ? undefined : resolve(from, store),
    sandbox: given.choice("sandbox", sandboxes) ?? "auto",
    verbosity: given.count("quiet") > 0 ? -1 : given.count("verbose"),
  };
}

/** The global options that only the command line itself obeys. */
export function readOutputOptions(given: Omit<Arguments, "cwd">): OutputOptions {
  return {
    color: given.choice("color", colors) ?? "auto",
    logFormat: given.choice("log-format", logFormats),
  };
}
