import type { Option } from "../../command/command.ts";
import {
  type CommandTree,
  type Completion,
  flagsOf,
  operandCompletion,
  type Position,
  positionsOf,
  valueCompletion,
} from "./commandTree.ts";

/** Completions for zsh: a function per command, over zsh's own `_arguments` and `_describe`. */
export function zshCompletions(tree: CommandTree): string {
  const functions = positionsOf(tree).map(functionFor);
  return `#compdef gantry cargo-gantry\n\n${functions.join("\n\n")}\n\n_gantry "$@"\n`;
}

function functionFor({ path, commands, options, operands }: Position): string {
  const name = functionName(path);
  const specs = options.map(optionSpec);
  if (commands.length === 0) {
    const lines = [
      ...specs,
      ...operands.map((operand) => quote(`*:${operand.name}:${action(operandCompletion(operand))}`)),
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

function optionSpec(option: Option): string {
  const about = `[${option.summary.replaceAll(/[[\]]/g, "\\$&")}]`;
  const kind = valueCompletion(option);
  const taken = kind ? `:${option.value}:${action(kind)}` : "";
  const names = flagsOf(option);
  if (names.length < 2) return quote(`${names[0]}${about}${taken}`);
  return `'(${names.join(" ")})'{${names.join(",")}}${quote(`${about}${taken}`)}`;
}

function action(kind: Completion): string {
  if (kind.type === "choices") return `(${kind.words})`;
  return kind.type === "directory" ? "_files -/" : kind.type === "file" ? "_files" : "";
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
