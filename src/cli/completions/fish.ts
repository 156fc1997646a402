import type { CommandTree, TreeOption } from "../../command/command.ts";
import { completes, flattenTree, type Position } from "./positions.ts";

/** Completions for fish. */
export function fishCompletions(tree: CommandTree): string {
  const common = tree.options.map((option) => `complete -c gantry ${optionText(option)}`);
  const own = flattenTree(tree).flatMap((position) => positionLines(position, tree));
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
  const everywhere = new Set(tree.options.map((option) => option.long));
  return [
    ...commands.map(
      ({ name, summary }) => `complete -c gantry -n ${quote(fresh)} -a ${name} -d ${quote(summary)}`,
    ),
    ...options
      .filter((option) => !everywhere.has(option.long))
      .map((option) => `complete -c gantry -n ${quote(here)} ${optionText(option)}`),
    ...operands.flatMap((operand) => {
      const kind = completes(operand);
      const offered = kind === "choices" ? operand.choices.join(" ") : "(__fish_complete_directories)";
      return kind === "nothing" || kind === "file"
        ? []
        : [`complete -c gantry -n ${quote(here)} -a ${quote(offered)}`];
    }),
  ];
}

function optionText({ short, long, summary, value }: TreeOption): string {
  const names = [
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    ...(long === undefined ? [] : [`-l ${long.slice(2)}`]),
  ];
  const kind = value && completes(value);
  const taken =
    kind === undefined
      ? []
      : kind === "choices"
        ? [`-x -a ${quote(value?.choices.join(" ") ?? "")}`]
        : kind === "directory"
          ? ["-x -a '(__fish_complete_directories)'"]
          : [kind === "file" ? "-r -F" : "-x"];
  return [...names, ...taken, `-d ${quote(summary)}`].join(" ");
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
