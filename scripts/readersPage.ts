import type { Reader } from "../test/readers/reader.ts";
import type { Verdict } from "../test/readers/soundness.ts";
import type { CargoVerdict } from "../test/readers/tryCargo.ts";
import { markdownTable } from "./markdownTable.ts";
import { type Versions, versionLine } from "./versions.ts";

export type ReaderTrial = { readonly row: Reader; readonly cargo: CargoVerdict; readonly gantry: Verdict };

/** The page of what was edited under the eyes of readers that do not say what they read. */
export function readersPage(trials: readonly ReaderTrial[], versions: Versions): string {
  const rows = trials.map(({ row, cargo, gantry }) => [
    row.reader,
    row.edit,
    gantry,
    cargo === "does not build" ? "–" : cargo,
  ]);
  const right = (of: (trial: ReaderTrial) => string) =>
    trials.filter((trial) => of(trial) === "right").length;
  return `# What reads without saying so

A macro, a linker, a program that a build script starts: none of them tells Cargo, or tells it all, what it reads. Each
row is a small project with one such reader. It was built; what is read was edited; and then it was built

- again, in the same directory and with the same store (*warm*),
- in a second checkout, with the same store,
- and with a store that is empty.

Gantry is *right* if all three end alike and leave the same bytes. Beside it stands what plain Cargo leaves in its target
directory after the same edit: *right* is what the edited source says, *stale* what it said before; – is where Cargo has
nothing to compare. \`npm run test:readers\` makes this table again.

Of ${trials.length} rows, Gantry is right in ${right(({ gantry }) => gantry)}, Cargo in ${right(({ cargo }) => cargo)}.

${markdownTable(["what reads", "what was edited", "Gantry", "Cargo"], rows)}

Tried with ${versionLine(versions)}.
`;
}
