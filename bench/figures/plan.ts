import { join } from "node:path";
import { editRust } from "../../scripts/editRust.ts";
import { buildCommand } from "../buildCommand.ts";
import { buildOnce } from "../buildOnce.ts";
import { editRound } from "../editRound.ts";
import type { Figure } from "../figure.ts";
import { spread } from "../spread.ts";
import { type Watched, watchBuild } from "../watchBuild.ts";

/**
 * From the start to the first step that runs, after an edit of the binary, and the memory that the build
 * took.
 */
export const plan: Figure = {
  name: "plan",
  target: "≤ 1 s, ≤ 120 MB",
  runs: 5,
  applies: ({ name }) => name === "synthetic",
  measure: async (side, runs) => {
    await buildOnce(side);
    const watched: Watched[] = [];
    for (let run = 0; run < runs; run++) {
      await editRust(join(side.directory, side.project.main), editRound());
      watched.push(await watchBuild(buildCommand(side)));
    }
    const seconds = spread(
      watched.map(({ firstStep }) => {
        if (firstStep === undefined) throw new Error("nothing was built");
        return firstStep;
      }),
    );
    const memory = spread(watched.map(({ peak }) => peak / 1e6));
    return {
      met: seconds.median <= 1 && memory.median <= 120,
      measured: [
        { what: "start to first step", unit: "s", value: seconds },
        { what: "peak memory", unit: "MB", value: memory },
      ],
    };
  },
};
