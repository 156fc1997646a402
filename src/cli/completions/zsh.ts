import type { CommandTree, TreeOption, TreeValue } from "../../command/command.ts";
import { completes, flattenTree, type Position } from "./positions.ts";

/** Completions for zsh: a function per command, over zsh's own `_arguments` and `_describe`. */
export function zshCompletions(tree: CommandTree): string {
  const functions = flattenTree(tree).map(functionFor);
  return `#compdef gantry cargo-gantry\n\n${functions.join("\n\n")}\n\n_gantry "$@"\n`;
}

function functionFor({ path, commands, options, operands }: Position): string {
  const name = functionName(path);
  const specs = options.map(optionSpec);
  if (commands.length === 0) {
    const lines = [
      ...specs,
      ...operands.map((operand) => quote(`*:${operand.placeholder}:${action(operand)}`)),
    ];
    return `${name}() {\n  _arguments -s ${lines.map((line) => `\\\n    ${line}`).join(" ")}\n}`;
  }
  const list = commands.map((command) => `    ${quote(`${command.name}:${command.summary}`)}`).join("\n");
  const cases = commands.map((command) => {
    const child = functionName(path === "" ? command.name : `${path} ${command.name}`);
    return `        ${command.name}) ${child} ;;`;
  });
  return `${name}() {
  local context state line
  local -a commands=(
${list}
  )
  _arguments -s -C ${[...specs, "'1: :->command'", "'*:: :->rest'"].map((line) => `\\\n    ${line}`).join(" ")}
  case $state in
    command) _describe command commands ;;
    rest)
      case $words[1] in
${cases.join("\n")}
      esac ;;
  esac
}`;
}

function functionName(path: string): string {
  return path === "" ? "_gantry" : `_gantry_${path.replaceAll(" ", "_")}`;
}

function optionSpec({ short, long, summary, value }: TreeOption): string {
  const about = `[${summary.replaceAll(/[[\]]/g, "\\$&")}]`;
  const taken = value ? `:${value.placeholder}:${action(value)}` : "";
  const names = [short, long].filter((flag) => flag !== undefined);
  if (names.length < 2) return quote(`${names[0]}${about}${taken}`);
  return `'(${names.join(" ")})'{${names.join(",")}}${quote(`${about}${taken}`)}`;
}

function action(value: TreeValue): string {
  const kind = completes(value);
  if (kind === "choices") return `(${value.choices.join(" ")})`;
  return kind === "directory" ? "_files -/" : kind === "file" ? "_files" : "";
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
