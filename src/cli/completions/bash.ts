import {
  type CommandTree,
  type Completion,
  flagsOf,
  operandCompletion,
  positionsOf,
  valueCompletion,
} from "./commandTree.ts";

/** Completions for bash 4 and later. */
export function bashCompletions(tree: CommandTree): string {
  const positions = positionsOf(tree);
  const valued = positions.flatMap(({ options }) => options).filter(({ value }) => value !== undefined);
  const flags = [...new Set(valued.flatMap(flagsOf))];
  const values = positions.flatMap(({ path, options }) =>
    options.flatMap((option) => {
      const names = flagsOf(option).map((flag) => `"${path}:${flag}"`);
      const kind = valueCompletion(option);
      if (kind === undefined || kind.type === "nothing") return [];
      return [`    ${names.join("|")}) ${offer(kind)}; return ;;`];
    }),
  );
  const words = positions.map(({ path, commands, options, operands }) => {
    const offered = [
      ...commands.map((command) => command.name),
      ...operands.flatMap((operand) => operand.choices ?? []),
      ...options.flatMap(flagsOf),
    ];
    const directory = operands.some((operand) => operandCompletion(operand).type === "directory");
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

function offer(kind: Completion): string {
  const source = kind.type === "choices" ? `-W "${kind.words}"` : kind.type === "directory" ? "-d" : "-f";
  return `COMPREPLY=($(compgen ${source} -- "$current"))`;
}
