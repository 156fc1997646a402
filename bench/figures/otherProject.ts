import { join } from "node:path";
import { publishedSource } from "../../scripts/publishedSource.ts";
import { realPrograms } from "../../scripts/realPrograms.ts";
import { buildCommand } from "../buildCommand.ts";
import { editRound } from "../editRound.ts";
import type { Figure } from "../figure.ts";
import { spread } from "../spread.ts";
import { timed } from "../timed.ts";
import { unitGraph } from "../unitGraph.ts";

const first = "hyperfine";

/** This project in a store that has built another: it compiles what Cargo's unit graphs of the two do not share. */
export const otherProject: Figure = {
  name: "other project",
  target: "exactly the units not seen before",
  runs: 1,
  // Their release profiles are equal: with unequal ones hardly a unit is.
  applies: ({ name }) => name === "fd-find",
  measure: async (side, runs) => {
    const version = realPrograms.find(({ crate }) => crate === first)?.version;
    if (version === undefined) throw new Error(`\`${first}\` is not among the real programs`);
    const { directory } = await publishedSource(first, version, join(side.scratch, first));
    const seen = await unitGraph(directory, side.env);
    const wanted = await unitGraph(side.directory, side.env);
    const expected = [...wanted].filter((unit) => !seen.has(unit)).length;
    const compiled: number[] = [];
    for (let run = 0; run < runs; run++) {
      const fresh = { ...side, state: join(side.scratch, `shared-${editRound()}`) };
      await timed(buildCommand(fresh, directory));
      compiled.push((await timed(buildCommand(fresh))).compiled);
    }
    const all = spread(compiled);
    return {
      met: expected < wanted.size && all.min === expected && all.max === expected,
      measured: [
        { what: `compiled after \`${first}\``, unit: "units", value: all },
        { what: "not seen before", unit: "units", value: spread([expected]) },
        { what: "of", unit: "units", value: spread([wanted.size]) },
      ],
    };
  },
};
