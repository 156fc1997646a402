import { unreachable } from "../../base/narrowing.ts";
import type { Option } from "../../command/command.ts";
import {
  type CommandTree,
  operandCompletion,
  type Position,
  positionsOf,
  valueCompletion,
} from "./commandTree.ts";

/** Completions for fish. */
export function fishCompletions(tree: CommandTree): string {
  const common = tree.options.map((option) => `complete -c gantry ${optionText(option)}`);
  const own = positionsOf(tree).flatMap((position) => positionLines(position, tree));
  return `${["complete -c gantry -f", ...common, ...own].join("\n")}\n`;
}

function positionLines(
  { path, commands, options, operands }: Position,
  tree: CommandTree,
): readonly string[] {
  const words = path.split(" ");
  const here =
    path === ""
      ? "__fish_use_subcommand"
      : words.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
  const names = commands.map((command) => command.name).join(" ");
  const fresh = path === "" || names === "" ? here : `${here}; and not __fish_seen_subcommand_from ${names}`;
  const everywhere = new Set(tree.options.map((option) => option.name));
  return [
    ...commands.map(
      ({ name, summary }) => `complete -c gantry -n ${quote(fresh)} -a ${name} -d ${quote(summary)}`,
    ),
    ...options
      .filter((option) => !everywhere.has(option.name))
      .map((option) => `complete -c gantry -n ${quote(here)} ${optionText(option)}`),
    ...operands.flatMap((operand) => {
      const kind = operandCompletion(operand);
      if (kind.type === "nothing" || kind.type === "file") return [];
      const offered = kind.type === "choices" ? kind.words : "(__fish_complete_directories)";
      return [`complete -c gantry -n ${quote(here)} -a ${quote(offered)}`];
    }),
  ];
}

function optionText(option: Option): string {
  const { short, name, summary } = option;
  return [
    ...(short === undefined ? [] : [`-s ${short}`]),
    `-l ${name}`,
    ...valueText(option),
    `-d ${quote(summary)}`,
  ].join(" ");
}

function valueText(option: Option): readonly string[] {
  const kind = valueCompletion(option);
  switch (kind?.type) {
    case undefined:
      return [];
    case "choices":
      return [`-x -a ${quote(kind.words)}`];
    case "directory":
      return ["-x -a '(__fish_complete_directories)'"];
    case "file":
      return ["-r -F"];
    case "nothing":
      return ["-x"];
    default:
      return unreachable(kind);
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
