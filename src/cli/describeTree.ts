import type { Argument, Command, Option } from "commander";
import type { CommandTree, TreeOption, TreeValue } from "./commandTree.ts";

/** The parser's commands, options and operands as data; what is hidden from the help is left out. */
export function describeTree(command: Command): CommandTree {
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
