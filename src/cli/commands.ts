import { resolve } from "node:path";
import type { Arguments, Command, GlobalOptions, Option } from "../command/command.ts";
import type { CommandTree } from "./completions/commandTree.ts";

// What a command line may hold: the table of commands, and the options that every command takes.

/** A row of the table of commands: what lists say of a command, and the file that has it. */
export type CommandEntry = {
  /** `build`; with a space for a command of a group: `store gc`. */
  readonly name: string;
  /** One line: lower case, no period. */
  readonly summary: string;
  /** Loads the command, so that starting costs the same however many there are. */
  readonly load: () => Promise<Command>;
  /** It is not for people: no list has it. */
  readonly isHidden?: true;
};

/** Every command there is, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  {
    name: "build",
    summary: "build a package output and leave `./result` as a link to it",
    load: async () => (await import("../command/build/build.ts")).build,
  },
  {
    name: "run",
    summary: "build a package output, then run its binary",
    load: async () => (await import("../command/build/run.ts")).run,
  },
  {
    name: "image",
    summary: "make a container image of what was built",
    load: async () => (await import("../command/build/image.ts")).image,
  },
  {
    name: "check",
    summary: "run all checks, or those named, in parallel",
    load: async () => (await import("../command/check/check.ts")).check,
  },
  {
    name: "develop",
    summary: "enter the environment that the description gives developers",
    load: async () => (await import("../command/shell/develop.ts")).develop,
  },
  {
    name: "env",
    summary: "print the environment that `gantry develop` enters",
    load: async () => (await import("../command/shell/env.ts")).env,
  },
  {
    name: "init",
    summary: "look at the project, and write `gantry.config.ts` and what else is chosen",
    load: async () => (await import("../command/init/init.ts")).init,
  },
  {
    name: "policy",
    summary: "list the build scripts and macros of crates, and enter what was looked at",
    load: async () => (await import("../command/check/policy.ts")).policy,
  },
  {
    name: "vendor",
    summary: "write a vendor directory and its Cargo configuration",
    load: async () => (await import("../command/vendor/vendor.ts")).vendor,
  },
  {
    name: "with",
    summary: "run a command with local packages in the place of dependencies",
    load: async () => (await import("../command/with/with.ts")).gantryWith,
  },
  {
    name: "warm",
    summary: "lay compiled dependencies into the target directory of plain Cargo",
    load: async () => (await import("../command/warm/warm.ts")).warm,
  },
  {
    name: "show",
    summary: "list what the project offers: packages, checks, images and dev shells",
    load: async () => (await import("../command/look/show.ts")).show,
  },
  {
    name: "graph",
    summary: "print the graph of steps",
    load: async () => (await import("../command/look/graph.ts")).graph,
  },
  {
    name: "eject",
    summary: "write files from the description for those without Gantry",
    load: async () => (await import("../command/eject/eject.ts")).eject,
  },
  {
    name: "hooks install",
    summary: "have git run the project's hooks before each commit",
    load: async () => (await import("../command/hooks/install.ts")).hooksInstall,
  },
  {
    name: "hooks uninstall",
    summary: "have git run them no more",
    load: async () => (await import("../command/hooks/uninstall.ts")).hooksUninstall,
  },
  {
    name: "hooks run",
    summary: "run the hooks on what is staged",
    load: async () => (await import("../command/hooks/run.ts")).hooksRun,
  },
  {
    name: "doctor",
    summary: "say what the machine and the project lack for builds, with the remedy for each",
    load: async () => (await import("../command/doctor/doctor.ts")).doctor,
  },
  {
    name: "affected",
    summary: "say which members, checks and packages a change can touch",
    load: async () => (await import("../command/affected/affected.ts")).affected,
  },
  {
    name: "why",
    summary: "say why the last build did what it did",
    load: async () => (await import("../command/look/why.ts")).why,
  },
  {
    name: "log",
    summary: "print the log of a step",
    load: async () => (await import("../command/look/log.ts")).log,
  },
  {
    name: "store gc",
    summary: "remove what was not used lately",
    load: async () => (await import("../command/store/gc.ts")).storeGc,
  },
  {
    name: "store verify",
    summary: "read every file of the store and compare it with its digest",
    load: async () => (await import("../command/store/verify.ts")).storeVerify,
  },
  {
    name: "store path",
    summary: "print where the store lies",
    load: async () => (await import("../command/store/path.ts")).storePath,
  },
  {
    name: "store stats",
    summary: "count what the store holds",
    load: async () => (await import("../command/store/stats.ts")).storeStats,
  },
  {
    name: "store pack",
    summary: "pack what builds need of a toolchain, for the cache of a CI",
    load: async () => (await import("../command/store/pack.ts")).storePack,
  },
  {
    name: "store unpack",
    summary: "take a packed toolchain into the store",
    load: async () => (await import("../command/store/unpack.ts")).storeUnpack,
  },
  {
    name: "cache status",
    summary: "say which shared cache there is, and who is trusted",
    load: async () => (await import("../command/store/cache/status.ts")).cacheStatus,
  },
  {
    name: "cache push",
    summary: "send what was built of the project",
    load: async () => (await import("../command/store/cache/push.ts")).cachePush,
  },
  {
    name: "cache pull",
    summary: "bring what others built of the project",
    load: async () => (await import("../command/store/cache/pull.ts")).cachePull,
  },
  {
    name: "cache key new",
    summary: "make a key to sign results with",
    load: async () => (await import("../command/store/cache/key.ts")).cacheKeyNew,
  },
  {
    name: "cache upload",
    summary: "send what a build tells",
    load: async () => (await import("../command/store/cache/upload.ts")).cacheUpload,
    isHidden: true,
  },
  {
    name: "completions",
    summary: "print shell completions",
    load: async () => (await import("./completions/completions.ts")).completions(programTree),
  },
];

/** The first words of commands of two words, and what they are about. */
export const groups: Readonly<Record<string, string>> = {
  hooks: "what git runs before a commit",
  cache: "the cache that a team shares",
  "cache key": "keys that results are signed with",
  store: "the store: what it holds, and taking care of it",
};

/**
 * The words that may follow those of `path`, with what lists say of them.
 *
 * @example
 * below("", commands) // [{ name: "build", … }, …, { name: "store", … }, { name: "completions", … }]
 * below("store", commands) // [{ name: "gc", … }, …]
 */
export function below(
  path: string,
  entries: readonly CommandEntry[],
): readonly { readonly name: string; readonly summary: string }[] {
  const start = path === "" ? "" : `${path} `;
  const words = new Map<string, string>();
  for (const { name, summary } of entries.filter((each) => each.name.startsWith(start) && !each.isHidden)) {
    const [word = "", ...more] = name.slice(start.length).split(" ");
    words.set(word, more.length === 0 ? summary : (groups[`${start}${word}`] ?? word));
  }
  return [...words].map(([name, summary]) => ({ name, summary }));
}

/** The program with all its commands and all that they take. Loads every one. */
async function programTree(): Promise<CommandTree> {
  return {
    name: "gantry",
    summary: "",
    options: [versionOption, ...globalOptions, helpOption],
    operands: [],
    commands: await treesBelow("", commands),
  };
}

async function treesBelow(path: string, entries: readonly CommandEntry[]): Promise<CommandTree["commands"]> {
  return Promise.all(
    below(path, entries).map(async ({ name, summary }) => {
      const full = path === "" ? name : `${path} ${name}`;
      const command = await entries.find((entry) => entry.name === full)?.load();
      return {
        name,
        summary,
        options: [...(command?.options ?? []), helpOption],
        operands: command?.operands ?? [],
        commands: command ? [] : await treesBelow(full, entries),
      };
    }),
  );
}

/** How the command line talks; commands do not see it. */
export type OutputOptions = {
  readonly color: "auto" | "always" | "never";
  /** Absent: `human` on a terminal, else `plain`. */
  readonly logFormat: "human" | "plain" | "json" | undefined;
};

const sandboxes = ["full", "landlock", "none", "auto", "bwrap"] as const;
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
  { name: "frozen", summary: "write no `gantry.lock`: what it does not pin is an error" },
  { name: "rebuild", summary: "run steps again whose results are known, and compare the bytes" },
  {
    name: "store",
    value: "DIR",
    summary: "where the store lies [default: $GANTRY_STORE, or $XDG_CACHE_HOME/gantry]",
    check: (value) => (value === "" ? "not a directory" : undefined),
  },
  {
    name: "cache",
    value: "URL",
    summary: "the shared cache to use, or `none` [default: the configuration's]",
  },
  { name: "cache-report", summary: "say at the end what the shared cache did" },
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
export function readGlobalOptions(args: Omit<Arguments, "cwd">, from: string): Omit<GlobalOptions, "signal"> {
  const jobs = args.value("jobs");
  const store = args.value("store");
  return {
    cwd: resolve(from, args.value("directory") ?? "."),
    jobs: jobs === undefined ? undefined : Number(jobs),
    keepGoing: args.count("keep-going") > 0,
    offline: args.count("offline") > 0,
    frozen: args.count("frozen") > 0,
    rebuild: args.count("rebuild") > 0,
    store: store === undefined ? undefined : resolve(from, store),
    cache: args.value("cache"),
    cacheReport: args.count("cache-report") > 0,
    sandbox: args.choice("sandbox", sandboxes) ?? "auto",
    verbosity: args.count("quiet") > 0 ? -1 : args.count("verbose"),
  };
}

/** The global options that only the command line itself obeys. */
export function readOutputOptions(args: Omit<Arguments, "cwd">): OutputOptions {
  return {
    color: args.choice("color", colors) ?? "auto",
    logFormat: args.choice("log-format", logFormats),
  };
}
