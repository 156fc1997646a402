import { Command } from "commander";
import { defineOption } from "./defineOption.ts";
import { globalFlags } from "./globalFlags.ts";
import { version } from "./version.ts";

export type HelpLook = {
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
export function defineProgram(look: HelpLook, print: (text: string) => void): Command {
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
