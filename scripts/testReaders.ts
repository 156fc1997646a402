import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { knownFaults } from "../test/readers/knownFaults.ts";
import { titleOf } from "../test/readers/reader.ts";
import { allReaders } from "../test/readers/rows/allReaders.ts";
import { verdictOf } from "../test/readers/soundness.ts";
import { cargoVerdict } from "../test/readers/tryCargo.ts";
import { openBench } from "../test/readers/tryReader.ts";
import { type ReaderTrial, readersPage } from "./readersPage.ts";
import { versions } from "./versions.ts";

const options = new Command("test:readers")
  .description("try each reader: edit what it reads, and compare builds with one from an empty store")
  .option(
    "--only <expression>",
    "only those whose row this expression matches; the page in docs/ is then left alone",
  )
  .option("--no-cargo", "do not ask what plain Cargo does; the page is left alone")
  .option("--verbose", "print what the commands said", false)
  .parse()
  .opts<{ only?: string; cargo: boolean; verbose: boolean }>();

const { only } = options;
const trials: ReaderTrial[] = [];
{
  using bench = openBench();
  for (const row of allReaders().filter(
    (each) => only === undefined || new RegExp(only).test(titleOf(each)),
  )) {
    const tried = await bench.tries(row);
    const trial = {
      row,
      cargo: options.cargo ? cargoVerdict(row, bench.target) : "does not build",
      gantry: verdictOf(row, tried),
    };
    trials.push(trial);
    console.log(`${titleOf(row)}: ${trial.gantry}, Cargo: ${trial.cargo}`);
    if (options.verbose || trial.gantry === "the row is wrong") console.error(tried);
  }
}
if (only === undefined && options.cargo)
  await writeFile(join(import.meta.dirname, "../docs/readers.md"), readersPage(trials, await versions()));

const failed = trials.filter(
  ({ row, gantry }) => (gantry === "right") === knownFaults.has(titleOf(row)),
).length;
console.log(`${trials.length - failed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
