import manifest from "../../package.json" with { type: "json" };
import type { Command, Operand, Option } from "../command/command.ts";
import { below, type CommandEntry, globalOptions, groups, helpOption, versionOption } from "./commands.ts";
import { paint as painter } from "./reporter/text.ts";

/** Gantry's own version. */
export const version: string = manifest.version;

/** How the terminal that help goes to looks. */
export type HelpLook = {
  readonly colors: boolean;
  /** Its width in columns. */
  readonly columns: number;
};

/** What help is about: the program (`path` is empty), a group (there is no `command`) or a command. */
type HelpTopic = {
  readonly path: string;
  readonly command: Command | undefined;
  readonly entries: readonly CommandEntry[];
};

const about = `hermetic, layered builds for Rust projects

Compiles the dependencies of a Cargo project once, in a sandbox, and the project's own code on top of them.`;

const programExamples: Command["examples"] = [
  ["gantry build", "build the project here and leave ./result as a link to the output"],
  ["gantry check --keep-going", "everything that CI asks for"],
  ["gantry why", "why the last build compiled what it compiled"],
];

const learn = "See 'gantry help <command>' for more on a command.";

/** The help for a topic, in the form of Cargo's. */
export function helpText(topic: HelpTopic, look: HelpLook): string {
  const { path, command } = topic;
  const paint = painter(look.colors);
  const columns = Math.min(look.columns, 110);
  const lists = listsOf(topic).filter(({ items }) => items.length > 0);
  const terms = Math.max(...lists.flatMap(({ items }) => items.map(({ term }) => term.length)));
  // Narrower than 40 columns, wrapped text is harder to read than lines that the terminal breaks.
  const room = columns - terms - 4;
  const itemLines = ({ term, text }: Item, plain: boolean): string => {
    const lines = room < 40 ? [text] : wrapped(text, room);
    const indent = `\n${" ".repeat(terms + 4)}`;
    return `  ${plain ? term : paint.note(term)}${" ".repeat(terms - term.length)}  ${lines.join(indent)}`;
  };
  const name = ["gantry", path].filter((word) => word !== "").join(" ");
  return [
    `${paint.verb("Usage:")} ${paint.note(name)} ${usage(command)}`,
    "",
    ...descriptionOf(topic)
      .split("\n")
      .flatMap((line) => wrapped(line, columns)),
    "",
    ...lists.flatMap(({ title, items, plain = false }) => [
      paint.verb(title),
      ...items.map((item) => itemLines(item, plain)),
      "",
    ]),
    ...exampleLines(path === "" ? programExamples : (command?.examples ?? [])),
    ...(path === "" ? ["", learn] : []),
  ]
    .join("\n")
    .replace(/\n*$/, "\n");
}

function usage(command: Command | undefined): string {
  if (command === undefined) return "[OPTIONS] COMMAND";
  const operands = (command.operands ?? []).map((operand) => {
    const name = operand.repeat ? `${operand.name}...` : operand.name;
    return operand.required ? `<${name}>` : `[${name}]`;
  });
  const rest = command.takesRest === "required" ? "-- COMMAND [ARGS...]" : "[-- ARGS...]";
  return ["[OPTIONS]", ...operands, ...(command.takesRest ? [rest] : [])].join(" ");
}

function descriptionOf({ path, command, entries }: HelpTopic): string {
  if (path === "") return about;
  const summary = (command ? entries.find(({ name }) => name === path)?.summary : groups[path]) ?? "";
  return command?.details === undefined ? summary : `${summary}\n\n${command.details}`;
}

type Item = { readonly term: string; readonly text: string };

type List = { readonly title: string; readonly items: readonly Item[]; readonly plain?: boolean };

function listsOf({ path, command, entries }: HelpTopic): readonly List[] {
  const common = [versionOption, ...globalOptions];
  const words = [...below(path, entries), { name: "help", summary: "print help for a command" }];
  const commands: List = {
    title: "Commands:",
    items: command ? [] : words.map(({ name, summary }) => ({ term: name, text: summary })),
  };
  return [
    // Of a group they are what one looks for; the program's own list is long, and ends where the terminal does, as Cargo's.
    ...(path === "" ? [] : [commands]),
    { title: "Arguments:", items: (command?.operands ?? []).map(operandItem), plain: true },
    {
      title: "Options:",
      items: [...(path === "" ? common : (command?.options ?? [])), helpOption].map(optionItem),
    },
    { title: "Global Options:", items: path === "" ? [] : common.map(optionItem) },
    ...(path === "" ? [commands] : []),
  ];
}

function operandItem({ name, summary, choices }: Operand): Item {
  return { term: name, text: withChoices(summary, choices) };
}

function optionItem(option: Option): Item {
  return { term: optionTerm(option), text: withChoices(option.summary, option.choices) };
}

/** `-p, --package <PKG>`. */
export function optionTerm({ short, name, value }: Option): string {
  return `${short === undefined ? "" : `-${short}, `}--${name}${value === undefined ? "" : ` <${value}>`}`;
}

function withChoices(summary: string, choices: readonly string[] | undefined): string {
  return choices === undefined ? summary : `${summary} [possible values: ${choices.join(", ")}]`;
}

function exampleLines(examples: Command["examples"]): readonly string[] {
  if (examples.length === 0) return [];
  const lines = examples.map(([line, does]) => (does === "" ? `  ${line}` : `  ${line}\n      ${does}`));
  return ["Examples:", ...lines];
}

/** A line broken at spaces, so that none is wider than `columns`, but for words that are. */
function wrapped(line: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(" ")) {
    if (current !== "" && current.length + 1 + word.length > columns) {
      lines.push(current);
      current = word;
    } else {
      current = current === "" ? word : `${current} ${word}`;
    }
  }
  return [...lines, current];
}
