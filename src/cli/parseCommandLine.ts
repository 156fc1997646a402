import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { backticked, type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import type {
  CommandArguments,
  CommandTree,
  GlobalOptions,
  OptionSpec,
  Parsed,
  TreeOption,
  TreeValue,
} from "../command/command.ts";
import type { CommandEntry } from "./commands.ts";
import { globalFlags, type OutputOptions, readGlobalFlags, readOutputFlags } from "./globalFlags.ts";

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

type HelpLook = {
  readonly colors: boolean;
  /** The terminal's width in columns. */
  readonly columns: number;
};

const about = `hermetic, layered builds for Rust projects

Compiles the dependencies of a Cargo project once, in a sandbox, and the project's own code on top of them.`;

const learn = `
Examples:
  gantry build
      build the project here and leave ./result as a link to the output
  gantry check --keep-going
      everything that CI asks for
  gantry why
      why the last build compiled what it compiled

See 'gantry help <command>' for more on a command.`;

/** The parser without its commands. What it would print goes to `print`; it never exits. */
function defineProgram(look: HelpLook, print: (text: string) => void): Command {
  const program = new Command("gantry")
    .description(about)
    .version(`gantry ${version}`, "-V, --version", "print the version")
    .usage("[OPTIONS] COMMAND")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help for a command")
    .addHelpText("after", learn)
    .configureHelp({
      showGlobalOptions: true,
      helpWidth: Math.min(look.columns, 110),
      subcommandTerm: (command) => command.name(),
      optionDescription: (option) => described(option.description, option.argChoices),
      argumentDescription: (argument) => described(argument.description, argument.argChoices),
      styleTitle: (title) => `\x1b[1;32m${title}\x1b[0m`,
      styleCommandText: (text) => `\x1b[1;36m${text}\x1b[0m`,
      styleOptionTerm: (term) => `\x1b[1;36m${term}\x1b[0m`,
      styleSubcommandTerm: (term) => `\x1b[1;36m${term}\x1b[0m`,
    })
    .configureOutput({
      writeOut: print,
      writeErr: print,
      outputError: () => undefined,
      getOutHasColors: () => look.colors,
      getErrHasColors: () => look.colors,
      getOutHelpWidth: () => look.columns,
      getErrHelpWidth: () => look.columns,
    });
  for (const spec of globalFlags) program.addOption(defineOption(spec));
  return program;
}

/** As Cargo says it; the parser's own words for it are longer. */
function described(summary: string, choices: readonly string[] | undefined): string {
  return choices === undefined ? summary : `${summary} [possible values: ${choices.join(", ")}]`;
}

/** Groups of commands, for help: what they are about. */
const groups: Readonly<Record<string, string>> = {
  store: "the store: what it holds, and taking care of it",
  cache: "the shared cache: send, fetch, ask",
};

/** Adds a described command, below its group if its name has two words. */
function defineCommand(program: Command, args: CommandArguments): Command {
  const [first = "", second] = args.name.split(" ");
  const parent = second === undefined ? program : group(program, first);
  const command = parent.command(second ?? first).summary(args.summary);
  command.description(args.details === undefined ? args.summary : `${args.summary}\n\n${args.details}`);
  for (const { syntax, summary, choices } of args.operands ?? []) {
    const argument = new Argument(syntax, summary);
    command.addArgument(choices ? argument.choices([...choices]) : argument);
  }
  for (const spec of args.options ?? []) command.addOption(defineOption(spec));
  const operands = (args.operands ?? []).map((operand) => operand.syntax);
  const rest = args.rest === undefined ? [] : ["[-- ARGS...]"];
  command.usage(["[OPTIONS]", ...operands, ...rest].join(" "));
  return command.addHelpText("after", exampleText(args.examples));
}

function group(program: Command, name: string): Command {
  const there = program.commands.find((command) => command.name() === name);
  const description = groups[name] ?? name;
  return (
    there ?? program.command(name).summary(description).description(description).usage("[OPTIONS] COMMAND")
  );
}

function exampleText(examples: CommandArguments["examples"]): string {
  const lines = examples.map(([line, does]) => (does === "" ? `  ${line}` : `  ${line}\n      ${does}`));
  return `\nExamples:\n${lines.join("\n")}`;
}

/** A described option as the parser wants it. A repeated flag counts, a repeated value makes a list. */
function defineOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.summary);
  const { check } = spec;
  if (spec.choices) option.choices([...spec.choices]);
  if (spec.repeat && option.required) {
    option.argParser((value, earlier: readonly string[] | undefined) => [...(earlier ?? []), value]);
  } else if (spec.repeat) {
    option.argParser((_, count: number | undefined) => (count ?? 0) + 1);
  } else if (check) {
    option.argParser((value) => {
      const wrong = check(value);
      if (wrong !== undefined) throw new InvalidArgumentError(wrong);
      return value;
    });
  }
  return option;
}

/** The parser's commands, options and operands as data; what is hidden from the help is left out. */
function describeTree(command: Command): CommandTree {
  const help = command.createHelp();
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    options: help.visibleOptions(command).map(describeOption),
    operands: command.registeredArguments.map(describeOperand),
    commands: command.commands.map(describeTree),
  };
}

function describeOption(option: Option): TreeOption {
  const placeholder = /[<[](.+?)(?:\.\.\.)?[>\]]/.exec(option.flags)?.[1];
  return {
    short: option.short,
    long: option.long,
    summary: option.description,
    value: placeholder === undefined ? undefined : { placeholder, choices: option.argChoices ?? [] },
  };
}

function describeOperand(operand: Argument): TreeValue {
  return { placeholder: operand.name(), choices: operand.argChoices ?? [] };
}

/**
 * What the parser found wrong, in Cargo's words. The parser gives its findings as text alone, so they are
 * read back from it; a text of another form is passed on as it is.
 */
function usageError(error: CommanderError, command: Command): Diagnostic {
  const { message, help } = translate(error.message.replace(/^error: /, ""));
  return diagnostic("usage", message, { help: [...help, `${fullName(command)} --help`], status: 2 });
}

type Finding = { readonly message: string; readonly help: readonly string[] };

function translate(text: string): Finding {
  const [line = "", hint] = text.split("\n");
  const similar = /^\(Did you mean (?:one of )?(.+?)\?\)$/.exec(hint ?? "")?.[1]?.split(", ") ?? [];
  for (const [pattern, say] of findings) {
    const match = pattern.exec(line);
    if (match) return say(match.slice(1), backticked(similar));
  }
  return { message: line, help: [] };
}

type Say = (words: readonly string[], similar: string) => Finding;

const findings: readonly (readonly [RegExp, Say])[] = [
  [
    /^unknown option '(.+)'$/,
    ([flag], similar) => ({
      message: `unexpected argument \`${flag}\` found`,
      help: similar === "" ? [] : [`a similar argument exists: ${similar}`],
    }),
  ],
  [
    /^unknown command '(.+)'$/,
    ([name], similar) => ({
      message: `no such command: \`${name}\``,
      help: similar === "" ? [] : [`a command with a similar name exists: ${similar}`],
    }),
  ],
  [
    /^missing required argument '(.+)'$/,
    ([name]) => ({ message: `\`<${name}>\` is required and was not given`, help: [] }),
  ],
  [
    /^option '(.+)' argument missing$/,
    ([flags]) => ({ message: `\`${flags}\` needs a value and got none`, help: [] }),
  ],
  [
    /^option '(.+)' argument '(.*)' is invalid\.? ?(.*)$/,
    ([flags, value, why]) => ({ message: `invalid value \`${value}\` for \`${flags}\``, help: reason(why) }),
  ],
  [
    /^command-argument value '(.*)' is invalid for argument '(.+?)'\.? ?(.*)$/,
    ([value, name, why]) => ({ message: `invalid value \`${value}\` for \`<${name}>\``, help: reason(why) }),
  ],
  [
    /^too many arguments.* but got \d+: (.+)\.$/,
    ([given]) => ({ message: `unexpected argument \`${given?.split(", ").at(-1)}\` found`, help: [] }),
  ],
];

function reason(why: string | undefined): readonly string[] {
  const choices = /^Allowed choices are (.+)\.$/.exec(why ?? "")?.[1];
  if (choices !== undefined) return [`possible values: ${backticked(choices.split(", "))}`];
  return why === undefined || why === "" ? [] : [`it is ${why}`];
}

/** `gantry store gc`. */
function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

/** Gantry's own version. */
export const version: string = manifest.version;
