import { readlinkSync } from "node:fs";
import { basename } from "node:path";
import { compiledByGantry } from "../rig/compiledByGantry.ts";
import type { EventLine } from "../rig/gantry.ts";
import type { TempProject } from "../rig/tempProject.ts";
import type { Command } from "./edit.ts";

/** What a command leaves. */
export type Outcome = {
  readonly status: number | null;
  /** The digest of what was built. */
  readonly tree: string;
  /** What tests and Clippy printed, by step. */
  readonly printed: Readonly<Record<string, readonly string[]>>;
  readonly message: string;
};

export type Ran = { readonly outcome: Outcome; readonly compiled: readonly string[] };

/** Checks that are known to pass print nothing: they count as printing what they printed when they ran. */
export type Printed = Map<string, readonly string[]>;

/** Runs Gantry on a project with some store. */
export async function runGantry(
  project: TempProject,
  command: Command,
  { store, printed }: { readonly store: string; readonly printed: Printed },
): Promise<Ran> {
  const link = `${store}-result`;
  const build = ["build", "--out-link", link, ...(command === "release" ? ["--profile", "release"] : [])];
  const words = command === "check" ? ["check", "--keep-going"] : build;
  const { status, events, out, err } = await project.gantry([...words, "--log-format", "json"], { store });
  const outcome = {
    status,
    tree: command === "check" || status !== 0 ? "" : basename(readlinkSync(link)),
    printed: command === "check" ? printedBySteps(events, printed) : {},
    message: status === 0 ? "" : out + err,
  };
  return { outcome, compiled: compiledByGantry(events) };
}

function printedBySteps(events: readonly EventLine[], printed: Printed): Record<string, readonly string[]> {
  const steps = events.filter(({ type, name }) => type === "step" && !String(name).endsWith("-deps"));
  const found = steps.map(({ name, status, key }): [string, readonly string[]] => {
    const lines = status === "cached" ? printed.get(String(key)) : linesOf(events, String(name));
    if (!lines) throw new Error(`\`${name}\` was cached before it ran`);
    printed.set(String(key), lines);
    return [String(name), lines];
  });
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The order of lines depends on which unit is done first. */
function linesOf(events: readonly EventLine[], step: string): string[] {
  return events
    .filter((event) => event.type === "output" && event.step === step)
    .map((event) => String(event.line))
    .filter((line) => /^(warning|error|unit|whole|test result)|too many arguments/.test(line))
    .map((line) => line.replace(/finished in [\d.]+s/, ""))
    .sort();
}
