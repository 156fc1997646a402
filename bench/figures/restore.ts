import { join } from "node:path";
import { editRust } from "../../scripts/editRust.ts";
import { buildCommand } from "../buildCommand.ts";
import { buildOnce } from "../buildOnce.ts";
import { editRound } from "../editRound.ts";
import type { Figure } from "../figure.ts";
import { ownTimes } from "../ownTimes.ts";
import { spread } from "../spread.ts";

/** Putting the units of a build together for Cargo, after an edit of the binary. */
export const restore: Figure = {
  name: "restore",
  target: "≤ 0.3 s for 400 crates",
  runs: 5,
  applies: ({ name }) => name === "synthetic" || name === "xh",
  measure: async (side, runs) => {
    await buildOnce(side);
    const seconds: number[] = [];
    const units: number[] = [];
    for (let run = 0; run < runs; run++) {
      await editRust(join(side.directory, side.project.main), editRound());
      const restored = await ownTimes("restore", buildCommand(side), side.scratch);
      seconds.push(restored.seconds);
      units.push(restored.units);
    }
    const time = spread(seconds);
    return {
      // A layer of another size has its share of the time.
      met: time.median <= (0.3 * spread(units).median) / 400,
      measured: [
        { what: "restoring", unit: "s", value: time },
        { what: "restored", unit: "units", value: spread(units) },
      ],
    };
  },
};
