import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { type Filled, fillDisk } from "./faults/fullDisk.ts";
import { type Killed, kill } from "./faults/kills.ts";
import { subject } from "./faults/operations.ts";
import { type Together, workTogether } from "./faults/together.ts";
import { markdownTable } from "./markdownTable.ts";
import { seededRandom } from "./seededRandom.ts";
import { versionLine, versions } from "./versions.ts";

const options = new Command("test:faults")
  .description(
    "kill builds, collections, pushes, pulls and other commands at random points, fill disks, and use one store ten times at once; with Go",
  )
  .option("--kills <count>", "of all operations together", count, 540)
  .option("--disks <count>", "rounds of each operation on a full disk; as root", count, 12)
  .option("--seconds <count>", "of ten processes at once", count, 60)
  .option("--seed <number>", "decides the moments", count, 1)
  .option("--only <text>", "operations with this in their names, or `full disk`, and no page")
  .parse()
  .opts<{ kills: number; disks: number; seconds: number; seed: number; only?: string }>();

const random = seededRandom(options.seed);
const started = performance.now();
await using tested = await subject(random);
const { only } = options;
const operations = tested.operations.filter(({ name }) => only === undefined || name.includes(only));
const killed: Killed[] = [];
for (const [index, operation] of operations.entries()) {
  const kills = Math.ceil((options.kills * operation.share) / 1000);
  killed.push(await kill(operation, tested, { kills, random, round: 1000 * (index + 1) }));
}
const isRoot = process.getuid?.() === 0;
const filled =
  isRoot && (only === undefined || only === "full disk")
    ? await fillDisk(tested, { rounds: options.disks, random })
    : [];
const together =
  only === undefined ? await workTogether(tested, { seconds: options.seconds, random }) : undefined;
const faults = [...killed, ...filled, ...(together ? [together] : [])].flatMap((each) => each.faults);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
if (together) await writeFile(join(import.meta.dirname, "../docs/faults.md"), await page(together));

async function page({ commands, kills, faults: ofThem }: Together): Promise<string> {
  const all = killed.reduce((sum, each) => sum + each.kills, 0);
  const minutes = Math.round((performance.now() - started) / 60_000);
  return `# Killed, full, and many at once

What became of a store on which commands were killed at random points, on a disk that was full, and which ten processes used at once.
Written by \`npm run test:faults\`, in ${minutes} minutes; ${versionLine(await versions())}.

## Killed

Each time the whole process group got \`kill -9\` after a random part of the time that the command takes. Then nothing of it ran any
more, and what it should have done was done again, to the same bytes: a build compiled at most what the killed one was compiling.
After every tenth kill, \`gantry store verify\` read the whole store.

With a shared cache there are three machines, each with a store of its own: the first sends, the second fetches. What sends for a build
goes on when the build is killed; in some rows it was killed, too. After each kill all that lay in the cache was read: every statement is
whole, signed, and stands under its own key, and all of its blobs are there, with their bytes. By turns a third machine then built by
what the killed ones had left there, to the same bytes; or all was sent again, and the third machine compiled nothing any more.

${markdownTable(["command", "takes", "kills", "in which third of it", "had ended before", "faults"], killed.map(killedRow))}

${all} kills in all.

## A full disk

The store, or the directory of a shared cache, lay on a disk of its own (ext4), with room for a random number of bytes. A command did its
work or said \`disk-full\` (\`cache-not-sent\`, where it was the cache's disk); with room again, \`gantry store verify --repair\` and a
build succeeded, the store was whole, and the cache had nothing that was not.

${filled.length === 0 ? "Not tried: that needs root." : markdownTable(["command", "rounds", "said that it is full", "faults"], filled.map(filledRow))}

## Ten at once

For ${options.seconds} seconds five processes built edits of a project each, two more did so in containers of their own, one collected, one
verified, and one added what was collected. Of ${commands} commands ${kills} were killed. ${
    ofThem.length === 0
      ? "Of the others none failed, and the store was whole at the end."
      : `Faults: ${ofThem.length}.`
  }
`;
}

function killedRow({ name, usual, kills, thirds, late, faults }: Killed): string[] {
  const takes = `${(usual / 1000).toFixed(1)} s`;
  return [name, takes, String(kills), thirds.join(", "), String(late), String(faults.length)];
}

function filledRow({ name, rounds, full, faults }: Filled): string[] {
  return [name, String(rounds), String(full), String(faults.length)];
}

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("not a number");
  return Number(text);
}
