import { programsTable } from "./programsTable.ts";
import type { Trial } from "./tryProgram.ts";
import { type Versions, versionLine } from "./versions.ts";

/** `docs/writing-projects.md`. */
export function writingProgramsPage(trials: readonly Trial[], of: Versions): string {
  return `# Published programs that write into their source

As in [real-projects.md](real-projects.md), for programs whose build scripts write beside their code. Cargo and Crane let
them; here they write to a private layer over the source, which is thrown away. A run that left something there is not
restored, since a restored run leaves nothing there again. So the script runs in each step that needs it, and what
depends on it is compiled. Each was built with \`gantry build --sandbox full\` and an empty store, run, built again after
one changed line in the program's root file, and run again; then \`gantry why\` was asked. \`npm run test:writing\` makes
this table again.

${programsTable(trials)}

Measured with ${versionLine(of)}. The result is what counts: nothing was done to keep the machine quiet.
`;
}
