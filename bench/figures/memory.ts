import { buildCommand } from "../buildCommand.ts";
import { buildOnce } from "../buildOnce.ts";
import type { Figure } from "../figure.ts";
import { spread } from "../spread.ts";
import { watchBuild } from "../watchBuild.ts";

/** What a build that has nothing to do takes of the memory. */
export const memory: Figure = {
  name: "memory",
  target: "≤ 60 MB",
  runs: 5,
  applies: ({ name }) => ["ripgrep", "workspace", "many-files"].includes(name),
  measure: async (side, runs) => {
    await buildOnce(side);
    const peaks: number[] = [];
    for (let run = 0; run < runs; run++) peaks.push((await watchBuild(buildCommand(side))).peak / 1e6);
    const peak = spread(peaks);
    return { met: peak.median <= 60, measured: [{ what: "peak memory", unit: "MB", value: peak }] };
  },
};
