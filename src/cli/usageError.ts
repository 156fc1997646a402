import type { Command, CommanderError } from "commander";
import { backticked } from "../base/backticked.ts";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";

/**
 * What the parser found wrong, in Cargo's words. The parser gives its findings as text alone, so they are
 * read back from it; a text of another form is passed on as it is.
 */
export function usageError(error: CommanderError, command: Command): Diagnostic {
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
export function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}
