import type { CommandTree, TreeValue } from "../../command/command.ts";
import { completes, flattenTree } from "./positions.ts";

/** Completions for bash 4 and later. */
export function bashCompletions(tree: CommandTree): string {
  const positions = flattenTree(tree);
  const valued = tree.options
    .concat(positions.flatMap(({ options }) => options))
    .filter(({ value }) => value);
  const flags = [
    ...new Set(valued.flatMap(({ short, long }) => [short, long]).filter((flag) => flag !== undefined)),
  ];
  const values = positions.flatMap(({ path, options }) =>
    options.flatMap(({ short, long, value }) => {
      const names = [short, long].filter((flag) => flag !== undefined).map((flag) => `"${path}:${flag}"`);
      return value && completes(value) !== "nothing"
        ? [`    ${names.join("|")}) ${offer(value)}; return ;;`]
        : [];
    }),
  );
  const words = positions.map(({ path, commands, options, operands }) => {
    const offered = [
      ...commands.map((command) => command.name),
      ...operands.flatMap((operand) => operand.choices),
      ...options.flatMap(({ short, long }) => [short, long]).filter((flag) => flag !== undefined),
    ];
    const directory = operands.some((operand) => completes(operand) === "directory");
    return `    "${path}") words="${offered.join(" ")}"; ${directory ? "directories=1" : "directories="} ;;`;
  });
  const paths = positions.flatMap(({ path }) => (path === "" ? [] : [`"${path}"`])).join("|");
  return `_gantry() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local path="" words="" directories="" skip="" word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ -n $skip ]]; then skip=""; continue; fi
    case "$word" in
    --) return ;;
    ${flags.join("|")}) skip=1; continue ;;
    -*) continue ;;
    esac
    case "\${path:+$path }$word" in
    ${paths}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path:$previous" in
${values.join("\n")}
  esac
  [[ -n $skip ]] && return
  case "$path" in
${words.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ -n $directories && $current != -* ]] && COMPREPLY+=($(compgen -d -- "$current"))
  return 0
}
complete -F _gantry gantry
`;
}

function offer(value: TreeValue): string {
  const kind = completes(value);
  const source = kind === "choices" ? `-W "${value.choices.join(" ")}"` : kind === "directory" ? "-d" : "-f";
  return `COMPREPLY=($(compgen ${source} -- "$current"))`;
}
