import { setTimeout as sleep } from "node:timers/promises";
import { versions } from "../scripts/versions.ts";
import { workDirectory } from "../scripts/workDirectory.ts";
import type { Benchmarks } from "./benchmarks.ts";
import { cases } from "./cases.ts";
import { figures } from "./figures.ts";
import { measure } from "./measure.ts";
import { mergeResults } from "./mergeResults.ts";
import { options, order } from "./options.ts";
import { before as earlier } from "./peers/before.ts";
import { prepareSides } from "./prepareSides.ts";
import { readBenchmarks } from "./readBenchmarks.ts";
import { writeBenchmarks } from "./writeBenchmarks.ts";

const { projects, cases: wanted, peers: chosen, before: clone, pairs, atMost, merge, out } = options();
const peers = clone === undefined ? chosen : [...chosen, await earlier(clone)];
const names = new Set(wanted.map(({ name }) => name));

const measuredWith = {
  versions: await versions(),
  peers: Object.fromEntries(peers.map(({ name, version }) => [name, version])),
};
const before: Partial<Benchmarks> = (merge && (await readBenchmarks(out, measuredWith))) || {};
const results = [...(before.results ?? [])];
const singles = [...(before.figures ?? [])];

for (const [index, project] of projects.entries()) {
  if (index > 0) await settle();
  await using work = await workDirectory("bench");
  await using sides = await prepareSides(project, work.path, peers);
  for (const what of cases.filter((one) => names.has(one.name) && (one.applies?.(project) ?? true))) {
    await goOn(project.name, what.name, async () => {
      const row = await measure(what, sides, Math.min(pairs ?? what.pairs, atMost));
      results.push(row);
      const others = Object.entries(row.peers ?? {}).map(
        ([name, { ratio }]) => `, ${name} ${ratio.median.toFixed(2)}`,
      );
      await report(row, `${row.ratio.median.toFixed(2)} × cargo${others.join("")}`);
    });
  }
  for (const what of figures.filter((one) => names.has(one.name) && one.applies(project))) {
    await goOn(project.name, what.name, async () => {
      const runs = Math.min(pairs ?? what.runs, atMost);
      const { name, target } = what;
      const measured = await what.measure(sides.gantry, runs);
      const row = { project: project.name, case: name, target, runs, ...measured };
      singles.push(row);
      const shown = row.measured.map((one) => `${one.what} ${one.value.median.toFixed(2)} ${one.unit}`);
      await report(row, shown.join(", "));
    });
  }
}

/** The directory of the project before was just removed, and tens of gigabytes with it: see `setAside`. */
async function settle(): Promise<void> {
  console.log("waiting five minutes for the file system");
  await sleep(5 * 60 * 1000);
}

/** One case that fails costs its own row, not the hours of all others; the status says that one is missing. */
async function goOn(project: string, name: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    console.error(`${project}, ${name}: failed:`, error);
    process.exitCode = 1;
  }
}

/** After every case, so that an interrupted run leaves tables of what it has measured. */
async function report(
  row: { readonly project: string; readonly case: string; readonly target: string; readonly met: boolean },
  measured: string,
): Promise<void> {
  console.log(
    `${row.project}, ${row.case}: ${measured} (target ${row.target}: ${row.met ? "met" : "missed"})`,
  );
  await writeBenchmarks(out, {
    versions: measuredWith.versions,
    peers: { ...before.peers, ...measuredWith.peers },
    results: mergeResults(results, order),
    figures: mergeResults(singles, order),
  });
}
