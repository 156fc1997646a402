import { programsTable } from "./programsTable.ts";
import type { Trial } from "./tryProgram.ts";
import { type Versions, versionLine } from "./versions.ts";

/** `docs/real-projects.md`. */
export function realProgramsPage(trials: readonly Trial[], of: Versions): string {
  return `# Published programs, built without a configuration

The sources are those on crates.io, with the \`Cargo.lock\` published with them. Each program was built with
\`gantry build --sandbox full\` and an empty store, its crates already downloaded; asked for its \`--version\`; built
again after one changed line in its \`main.rs\`; and asked again. *Units* are how often rustc or a build script ran.
\`npm run test:real\` makes this table again.

${programsTable(trials)}

Measured with ${versionLine(of)}.
`;
}
