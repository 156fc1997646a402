import { Argument, type Command } from "commander";
import type { CommandArguments } from "./commandArguments.ts";
import { defineOption } from "./defineOption.ts";

/** Groups of commands, for help: what they are about. */
const groups: Readonly<Record<string, string>> = {
  store: "the store: what it holds, and taking care of it",
  cache: "the shared cache: send, fetch, ask",
};

/** Adds a described command, below its group if its name has two words. */
export function defineCommand(program: Command, args: CommandArguments): Command {
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
