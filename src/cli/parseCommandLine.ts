import { type Command, CommanderError } from "commander";
import { diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { GlobalOptions } from "../command/globalOptions.ts";
import type { Parsed } from "./commandArguments.ts";
import type { CommandEntry } from "./commandEntry.ts";
import { defineCommand } from "./defineCommand.ts";
import { defineProgram, type HelpLook } from "./defineProgram.ts";
import { describeTree } from "./describeTree.ts";
import { readGlobalFlags, readOutputFlags } from "./globalFlags.ts";
import type { OutputOptions } from "./outputOptions.ts";
import { fullName, usageError } from "./usageError.ts";

/** What a command line asks for. */
export type Invocation =
  /** Help or the version. */
  | { readonly type: "print"; readonly text: string }
  | {
      readonly type: "run";
      readonly entry: CommandEntry;
      readonly global: Omit<GlobalOptions, "signal">;
      readonly output: OutputOptions;
      readonly parsed: Parsed;
    };

/**
 * Understands the words after `gantry`. `from` is the directory that relative paths start at.
 *
 * Errors: `usage`, with exit status 2.
 */
export function parseCommandLine(
  entries: readonly CommandEntry[],
  words: readonly string[],
  { from, look }: { readonly from: string; readonly look: HelpLook },
): Result<Invocation> {
  const dashes = words.indexOf("--");
  const own = dashes === -1 ? words : words.slice(0, dashes);
  const rest = dashes === -1 ? [] : words.slice(dashes + 1);

  let printed = "";
  const program = defineProgram(look, (text) => {
    printed += text;
  });
  let failed = program;
  let chosen: { readonly entry: CommandEntry; readonly command: Command } | undefined;
  for (const entry of entries) {
    const command = defineCommand(program, entry.arguments);
    command.action(() => {
      chosen = { entry, command };
    });
  }
  for (const command of everyCommand(program)) {
    command.exitOverride((error) => {
      failed = command;
      throw error;
    });
  }

  try {
    program.parse(own, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const asked = ["commander.help", "commander.helpDisplayed", "commander.version"].includes(error.code);
    return asked ? ok({ type: "print", text: printed }) : err(usageError(error, failed));
  }
  if (chosen === undefined) throw new Error("the parser chose no command");
  if (rest.length > 0 && chosen.entry.arguments.rest === undefined) {
    return err(
      diagnostic("usage", `unexpected argument \`${rest[0]}\` found after \`--\``, {
        help: [`${fullName(chosen.command)} --help`],
        status: 2,
      }),
    );
  }
  const global = readGlobalFlags(program.opts(), from);
  const parsed = readParsed(chosen.command, { rest, cwd: global.cwd });
  return ok({ type: "run", entry: chosen.entry, global, output: readOutputFlags(program.opts()), parsed });
}

function everyCommand(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function readParsed(command: Command, given: Pick<Parsed, "rest" | "cwd">): Parsed {
  const values: Readonly<Record<string, unknown>> = command.opts();
  const at = (name: string): unknown =>
    values[name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())];
  const strings = (name: string): readonly string[] => {
    const value = at(name);
    return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");
  };
  return {
    ...given,
    operands: command.args,
    flag: (name) => at(name) === true,
    value: (name) => strings(name).at(-1),
    values: strings,
    tree: () => describeTree(root(command)),
  };
}

function root(command: Command): Command {
  return command.parent ? root(command.parent) : command;
}
