import { buildCommand } from "../buildCommand.ts";
import { buildOnce } from "../buildOnce.ts";
import type { Figure } from "../figure.ts";
import { ownTimes } from "../ownTimes.ts";
import { spread } from "../spread.ts";

/** Finding out that no file of a large source changed. */
export const scan: Figure = {
  name: "scan",
  target: "< 0.1 s for 10,000 files",
  runs: 10,
  applies: ({ name }) => name === "many-files",
  measure: async (side, runs) => {
    // What was written a moment ago is looked at again; see `isSettled`.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await buildOnce(side);
    await buildOnce(side);
    const seconds: number[] = [];
    for (let run = 0; run < runs; run++) {
      seconds.push((await ownTimes("scan", buildCommand(side), side.scratch)).seconds);
    }
    const time = spread(seconds);
    return { met: time.median < 0.1, measured: [{ what: "scanning", unit: "s", value: time }] };
  },
};
