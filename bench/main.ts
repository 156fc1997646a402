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

const { projects, cases: wanted, peers: chosen, before: clone, pairs, minutes, merge, out } = options();
const peers = clone === undefined ? chosen : [...chosen, await earlier(clone)];
const names = new Set(wanted.map(({ name }) => name));

const measuredWith = {
  versions: await versions(),
  peers: Object.fromEntries(peers.map(({ name, version }) => [name, version])),
};
const before: Partial<Benchmarks> = (merge && (await readBenchmarks(out, measuredWith))) || {};
const results = [...(before.results ?? [])];
const singles = [...(before.figures ?? [])];

// Nothing is removed before all is measured: see `setAside`.
await using kept = new AsyncDisposableStack();
for (const project of projects) {
  const work = kept.use(await workDirectory("bench"));
  await using sides = await prepareSides(project, work.path, peers);
  for (const what of cases.filter((one) => names.has(one.name) && (one.applies?.(project) ?? true))) {
    await goOn(project.name, what.name, async () => {
      const row = await measure(what, sides, {
        pairs: pairs ?? what.pairs,
        minutes: pairs ? Number.POSITIVE_INFINITY : minutes,
      });
      results.push(row);
      const others = Object.entries(row.peers ?? {}).map(
        ([name, { ratio }]) => `, ${name} ${ratio.median.toFixed(2)}`,
      );
      await report(row, `${row.ratio.median.toFixed(2)} × cargo${others.join("")}`);
    });
  }
  for (const what of figures.filter((one) => names.has(one.name) && one.applies(project))) {
    await goOn(project.name, what.name, async () => {
      const runs = pairs ?? what.runs;
      const { name, target } = what;
      const measured = await what.measure(sides.gantry, runs);
      const row = { project: project.name, case: name, target, runs, ...measured };
      singles.push(row);
      const shown = row.measured.map((one) => `${one.what} ${one.value.median.toFixed(2)} ${one.unit}`);
      await report(row, shown.join(", "));
    });
  }
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
