import { parseArgs } from "node:util";
import { backticked, type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { nearest } from "../base/nearest.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Arguments, Command, GlobalOptions, Operand, Option } from "../command/command.ts";
import { shellWord } from "../shell/quote.ts";
import {
  below,
  type CommandEntry,
  globalOptions,
  helpOption,
  type OutputOptions,
  readGlobalOptions,
  readOutputOptions,
  versionOption,
} from "./commands.ts";
import { type HelpLook, helpText, optionTerm, version } from "./help.ts";

/** What a command line asks for. */
export type Invocation =
  /** Help or the version. */
  | { readonly type: "print"; readonly text: string }
  | {
      readonly type: "run";
      /** `store gc`. */
      readonly name: string;
      readonly command: Command;
      readonly global: Omit<GlobalOptions, "signal">;
      readonly output: OutputOptions;
      readonly args: Arguments;
    };

/** Options that may stand with every command. */
const everywhere: readonly Option[] = [versionOption, ...globalOptions, helpOption];

/**
 * Understands the words after `gantry`, by the table of commands. Only the command that they name is loaded.
 *
 * Errors: `usage`, with exit status 2.
 *
 * @param from the directory that relative paths start at
 */
export async function parseCommandLine(
  entries: readonly CommandEntry[],
  words: readonly string[],
  { from, look }: { readonly from: string; readonly look: HelpLook },
): Promise<Result<Invocation>> {
  const { path, help, stranger } = namedCommand(entries, beforeDashes(words));
  const command = await entries.find(({ name }) => name === path)?.load();
  const last = restOption(command?.options ?? [], beforeDashes(words));
  const dashes = last ? -1 : words.indexOf("--");
  const own = words.slice(0, last?.at ?? (dashes === -1 ? words.length : dashes));
  const rest = dashes === -1 ? [] : words.slice(dashes + 1);
  const options = [...(command?.options ?? []), ...everywhere];
  const tokens = tokensOf(own, options);
  const used = tokens.filter((token) => token.kind === "option");
  const positionals = tokens.filter((token) => token.kind === "positional").slice(path.split(" ").length);
  const typed = positionals[0] ? words.slice(positionals[0].index) : rest;
  const forgotten = last ? undefined : forgottenOption(path, command, typed);
  const refused = (problem: Problem) =>
    err(usageError(path, { ...problem, help: problem.help?.length ? problem.help : (forgotten ?? []) }));
  if (stranger !== undefined) return err(usageError(path, noSuchCommand(stranger, below(path, entries))));
  const asked = used.find(({ name }) => name === versionOption.name);
  if (asked && forgotten) return refused({ message: `unexpected argument \`${asked.rawName}\` found` });
  if (asked) return ok({ type: "print", text: `gantry ${version}\n` });
  const print = (): Result<Invocation> =>
    ok({ type: "print", text: helpText({ path, command, entries }, look) });
  if (help || used.some(({ name }) => name === "help")) return print();

  for (const token of used) {
    const option = options.find(({ name }) => name === token.name);
    const problem = option ? wrongValue(option, token) : unknownOption(token, options);
    if (problem && !option && command?.takesRest && dashes === -1)
      return err(usageError(path, { ...problem, help: [afterDashes, ...(problem.help ?? [])] }));
    if (problem && option !== undefined && everywhere.includes(option)) return err(usageError("", problem));
    if (problem) return refused(problem);
  }
  if (command === undefined) return print();
  const operands = positionals.map(({ value }) => value);
  const problem =
    (forgotten ? undefined : oneTaken(command.operands ?? [], operands)) ??
    wrongOperands(command.operands ?? [], operands) ??
    wrongRest(command, rest);
  if (problem) return refused(problem);

  const taken = last && words.slice(last.at + 1);
  if (taken?.length === 0 && last) return err(usageError(path, noValue(last.option)));
  const values = (name: string): readonly string[] => {
    if (taken && name === last?.option.name) return taken;
    return used.flatMap((token) => (token.name === name && token.value !== undefined ? [token.value] : []));
  };
  const args: Omit<Arguments, "cwd"> = {
    operands,
    rest,
    count: (name) => used.filter((token) => token.name === name).length,
    values,
    value: (name) => values(name).at(-1),
    choice: (name, choices) => choices.find((choice) => choice === values(name).at(-1)),
  };
  const global = readGlobalOptions(args, from);
  return ok({
    type: "run",
    name: path,
    command,
    global,
    output: readOutputOptions(args),
    args: { ...args, cwd: global.cwd },
  });
}

function beforeDashes(words: readonly string[]): readonly string[] {
  const dashes = words.indexOf("--");
  return dashes === -1 ? words : words.slice(0, dashes);
}

/** The option after which all words are its own, and where among the words it stands. */
function restOption(options: readonly Option[], words: readonly string[]) {
  const option = options.find(({ takesRest }) => takesRest);
  if (!option) return undefined;
  const at = words.findIndex((word) => word === `--${option.name}` || word === `-${option.short}`);
  return at === -1 ? undefined : { option, at };
}

/** Of a command with an option after which all words are a program's: that it was left out, where words may be such. */
function forgottenOption(
  path: string,
  command: Command | undefined,
  words: readonly string[],
): readonly string[] | undefined {
  const option = command?.options?.find(({ takesRest }) => takesRest);
  if (!option || words.length === 0) return undefined;
  const flag = option.short === undefined ? `--${option.name}` : `-${option.short}`;
  const line = words.filter((word) => word !== "--").map(shellWord);
  return [`a command to run stands after \`${flag}\`: gantry ${path} ${flag} ${line.join(" ")}`];
}

type OptionToken = {
  readonly kind: "option";
  /** Without dashes; of an unknown one-letter option, the letter. */
  readonly name: string;
  /** `--profile`, as it stands there. */
  readonly rawName: string;
  readonly value: string | undefined;
  /** Whether the value stands in the same word. */
  readonly inlineValue: boolean | undefined;
};

type Token =
  | OptionToken
  | {
      readonly kind: "positional";
      readonly value: string;
      /** Where it stands among the words. */
      readonly index: number;
    };

/** The words as Node divides them into options, their values, and operands. Options need not be known. */
function tokensOf(words: readonly string[], options: readonly Option[]): readonly Token[] {
  const config = options.map(({ name, short, value }) => [
    name,
    { type: value === undefined ? "boolean" : "string", ...(short !== undefined && { short }) } as const,
  ]);
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(config),
    strict: false,
    tokens: true,
  });
  return tokens.flatMap((token): Token[] => (token.kind === "option-terminator" ? [] : [token]));
}

type NamedCommand = {
  /** As many words as name a command or a group: `""`, `store`, `store gc`. */
  readonly path: string;
  /** Whether it is `gantry help …` or `gantry store help …`. */
  readonly help: boolean;
  /** A word that should name a command and does not. */
  readonly stranger?: string;
};

/** Looks for the command's name among the global options, before an option that may be the command's own. */
function namedCommand(entries: readonly CommandEntry[], words: readonly string[]): NamedCommand {
  let path = "";
  let help = false;
  for (const token of tokensOf(words, everywhere)) {
    if (token.kind === "option") {
      // As for Cargo, who first asks for the version may go on with anything.
      if (token.name === versionOption.name || !everywhere.some(({ name }) => name === token.name)) break;
    } else if (token.value === "help") {
      help = true;
    } else {
      const full = path === "" ? token.value : `${path} ${token.value}`;
      const isHidden = entries.some((entry) => entry.isHidden && entry.name === full);
      const known = isHidden || below(path, entries).some(({ name }) => name === token.value);
      if (!known) return { path, help, stranger: token.value };
      path = path === "" ? token.value : `${path} ${token.value}`;
      if (entries.some(({ name }) => name === path)) break;
    }
  }
  return { path, help };
}

type Problem = { readonly message: string; readonly help?: readonly string[] };

/** In Cargo's words. The last help is that of the program, the group or the command at fault. */
function usageError(path: string, { message, help = [] }: Problem): Diagnostic {
  const name = path === "" ? "gantry" : `gantry ${path}`;
  return diagnostic("usage", message, { help: [...help, `${name} --help`], status: 2 });
}

function noSuchCommand(word: string, commands: readonly { readonly name: string }[]): Problem {
  const message = `no such command: \`${word}\``;
  if (checks.has(word) && commands.some(({ name }) => name === "check"))
    return { message, help: [`it is a check: gantry check ${word}`] };
  const similar = nearest(
    word,
    commands.map(({ name }) => name),
  );
  return {
    message,
    help: similar === undefined ? [] : [`a command with a similar name exists: \`${similar}\``],
  };
}

const afterDashes = "options of what is run stand after `--`";

/** Commands of Cargo that are checks of any project without a configuration. */
const checks: ReadonlySet<string> = new Set(["clippy", "fmt", "test"]);

function unknownOption({ name, rawName }: OptionToken, options: readonly Option[]): Problem {
  const names = options.map((option) => option.name);
  const similar = rawName.startsWith("--") ? nearest(name, names) : undefined;
  return {
    message: `unexpected argument \`${rawName}\` found`,
    help: similar === undefined ? [] : [`a similar argument exists: \`--${similar}\``],
  };
}

function wrongValue(option: Option, { rawName, value }: OptionToken): Problem | undefined {
  if (option.value === undefined) {
    return value === undefined ? undefined : { message: `unexpected argument \`${rawName}=${value}\` found` };
  }
  const term = optionTerm(option);
  if (value === undefined) return noValue(option);
  const message = `invalid value \`${value}\` for \`${term}\``;
  const why = option.check?.(value);
  if (why !== undefined) return { message, help: [`it is ${why}`] };
  return wrongChoice(message, value, option.choices);
}

function noValue(option: Option): Problem {
  return { message: `\`${optionTerm(option)}\` needs a value and got none` };
}

/** Of a command that takes one name, it is said which of several counts. */
function oneTaken(
  [only, second]: readonly Operand[],
  [first, extra]: readonly string[],
): Problem | undefined {
  if (!only || second || only.repeat || extra === undefined) return undefined;
  return {
    message: `unexpected argument \`${extra}\` found: one \`<${only.name}>\` is taken, and that is \`${first}\``,
  };
}

function wrongOperands(operands: readonly Operand[], words: readonly string[]): Problem | undefined {
  const most = operands.some(({ repeat }) => repeat) ? Number.POSITIVE_INFINITY : operands.length;
  const extra = words[most];
  if (extra !== undefined) return { message: `unexpected argument \`${extra}\` found` };
  for (const [index, { name, required, choices }] of operands.entries()) {
    const word = words[index];
    if (word === undefined) {
      if (required) return { message: `\`<${name}>\` is required and was not given` };
    } else {
      const problem = wrongChoice(`invalid value \`${word}\` for \`<${name}>\``, word, choices);
      if (problem) return problem;
    }
  }
  return undefined;
}

function wrongChoice(
  message: string,
  word: string,
  choices: readonly string[] | undefined,
): Problem | undefined {
  if (choices === undefined || choices.includes(word)) return undefined;
  return { message, help: [`possible values: ${backticked(choices)}`] };
}

function wrongRest({ takesRest }: Command, [first]: readonly string[]): Problem | undefined {
  if (first === undefined || takesRest) return undefined;
  return { message: `unexpected argument \`${first}\` found after \`--\`` };
}
