import type { Command } from "../command/command.ts";
import type { CommandTree } from "./completions/commandTree.ts";
import { globalOptions, helpOption, versionOption } from "./globalOptions.ts";

/** A row of the table of commands: what lists say of a command, and the file that has it. */
export type CommandEntry = {
  /** `build`; with a space for a command of a group: `store gc`. */
  readonly name: string;
  /** One line: lower case, no period. */
  readonly summary: string;
  /** Loads the command, so that starting costs the same however many there are. */
  readonly load: () => Promise<Command>;
};

/** Every command there is, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  {
    name: "build",
    summary: "build a package output and leave `./result` as a link to it",
    load: async () => (await import("../command/build.ts")).build,
  },
  {
    name: "run",
    summary: "build a package output, then run its binary",
    load: async () => (await import("../command/run.ts")).run,
  },
  {
    name: "check",
    summary: "realise all checks, or those named, in parallel",
    load: async () => (await import("../command/check.ts")).check,
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
    name: "show",
    summary: "list what the project offers: packages and checks",
    load: async () => (await import("../command/show.ts")).show,
  },
  {
    name: "graph",
    summary: "print the graph of steps",
    load: async () => (await import("../command/graph.ts")).graph,
  },
  {
    name: "why",
    summary: "say why the last build did what it did",
    load: async () => (await import("../command/why.ts")).why,
  },
  {
    name: "log",
    summary: "print the log of a step",
    load: async () => (await import("../command/log.ts")).log,
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
    name: "completions",
    summary: "print shell completions",
    load: async () => (await import("./completions/completions.ts")).completions(programTree),
  },
];

/** The first words of commands of two words, and what they are about. */
const groups: Readonly<Record<string, string>> = {
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
  for (const { name, summary } of entries.filter((entry) => entry.name.startsWith(start))) {
    const [word = "", ...more] = name.slice(start.length).split(" ");
    words.set(word, more.length === 0 ? summary : (groups[word] ?? word));
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
