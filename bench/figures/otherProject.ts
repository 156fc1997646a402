import { join } from "node:path";
import { publishedSource } from "../../scripts/publishedSource.ts";
import { buildCommand } from "../buildCommand.ts";
import { differences } from "../differences.ts";
import { editRound } from "../editRound.ts";
import type { Figure } from "../figure.ts";
import { publishedProgram } from "../publishedProgram.ts";
import { spread } from "../spread.ts";
import { timed } from "../timed.ts";
import { unitGraph } from "../unitGraph.ts";

const first = "hyperfine";

/**
 * This project in a store that has built another: it compiles what Cargo's unit graphs of the two do not
 * share.
 */
export const otherProject: Figure = {
  name: "other project",
  target: "exactly the units not seen before",
  runs: 1,
  // Their release profiles are equal: with unequal ones hardly a unit is.
  applies: ({ name }) => name === "fd-find",
  measure: async (side, runs) => {
    const { version } = publishedProgram(first);
    const { directory } = await publishedSource(first, version, join(side.scratch, first));
    const seen = await unitGraph(directory, side.env);
    const wanted = await unitGraph(side.directory, side.env);
    const expected = [...wanted].flatMap(([unit, name]) => (seen.has(unit) ? [] : [name]));
    const compiled: number[] = [];
    const amiss: number[] = [];
    for (let run = 0; run < runs; run++) {
      const fresh = { ...side, state: join(side.scratch, `shared-${editRound()}`) };
      await timed(buildCommand(fresh, directory));
      const later = await timed(buildCommand(fresh));
      compiled.push(later.compiled.length);
      amiss.push(differences(expected, later.compiled));
    }
    const wrong = spread(amiss);
    return {
      met: expected.length < wanted.size && wrong.max === 0,
      measured: [
        { what: `compiled after \`${first}\``, unit: "units", value: spread(compiled) },
        { what: "too many or missing", unit: "units", value: wrong },
        { what: "not seen before", unit: "units", value: spread([expected.length]) },
        { what: "of", unit: "units", value: spread([wanted.size]) },
      ],
    };
  },
};
