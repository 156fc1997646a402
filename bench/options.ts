import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { selectNamed } from "../scripts/selectNamed.ts";
import { cases } from "./cases.ts";
import { figures } from "./figures.ts";
import { peers } from "./peers.ts";
import { projects } from "./projects.ts";

type Options = {
  readonly projects: typeof projects;
  readonly cases: readonly { readonly name: string }[];
  readonly peers: typeof peers;
  readonly before?: string;
  readonly pairs?: number;
  readonly minutes: number;
  readonly merge?: true;
  readonly out: string;
};

const all = [...cases, ...figures];

/** The names that options choose from, in the order of the tables. */
export const order = { projects: projects.map(nameOf), cases: all.map(nameOf) };

/** The command line of this process; ends it with a message if it is wrong. */
export function options(): Options {
  const selectPeers = selectNamed(peers, nameOf);
  return new Command("bench")
    .description("time `gantry build` against plain `cargo build` and its peers")
    .option(
      "--projects <names>",
      `some of ${order.projects.join(",")}`,
      selectNamed(projects, nameOf),
      projects,
    )
    .option("--cases <names>", `some of ${order.cases.join(",")}`, selectNamed(all, nameOf), all)
    .option(
      "--peers <names>",
      `some of ${peers.map(nameOf).join(",")}, or none; installed where they are not yet`,
      (names: string) => (names === "none" ? [] : selectPeers(names)),
      peers,
    )
    .option("--before <clone>", "Gantry of another clone, as one more peer")
    .option("--pairs <n>", "rounds of every case, however long they take (default: by case)", positive)
    .option("--minutes <n>", "begin no further round of a case after so many", positive, 5)
    .option("--merge", "keep the rows that an earlier run wrote and this one does not measure")
    .option(
      "--out <directory>",
      "where to write benchmarks.json and benchmarks.md",
      join(import.meta.dirname, "../docs"),
    )
    .configureHelp({ optionDescription: ({ description }) => description })
    .parse()
    .opts<Options>();
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("not a positive number");
  return value;
}
