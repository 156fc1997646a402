import { programsTable } from "./programsTable.ts";
import type { Trial } from "./tryProgram.ts";
import { type Versions, versionLine } from "./versions.ts";

/** `docs/unusual-projects.md`. */
export function unusualProgramsPage(trials: readonly Trial[], of: Versions): string {
  return `# Published programs with unusual manifests, built without a configuration

As in [real-projects.md](real-projects.md), for programs that were chosen for what is unusual about their manifests:
built with \`gantry build --sandbox full\` and an empty store, run, built again after one changed line in the program's
root file, and run again. Whatever else they install had to be there, too. \`npm run test:unusual\` makes this table again.

${programsTable(trials)}

Measured with ${versionLine(of)}. The result is what counts: nothing was done to keep the machine quiet.
`;
}
