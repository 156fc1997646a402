import { markdownTable } from "./markdownTable.ts";
import type { Trial } from "./tryProgram.ts";
import { type Versions, versionLine } from "./versions.ts";

/** `docs/real-projects.md`. */
export function realProgramsPage(trials: readonly Trial[], of: Versions): string {
  const head = [
    "program",
    "version",
    "crates",
    "cold",
    "units",
    "edit of `main.rs`",
    "units",
    "size",
    "result",
  ];
  const rows = trials.map(({ program, crates, cold, edit, size, failure }) => [
    program.crate,
    program.version,
    String(crates),
    cold?.ok ? `${cold.seconds.toFixed(1)} s` : "–",
    cold?.ok ? String(cold.units.compiled) : "–",
    edit?.ok ? `${edit.seconds.toFixed(1)} s` : "–",
    edit?.ok ? String(edit.units.compiled) : "–",
    size === undefined ? "–" : `${(size / 1e6).toFixed(1)} MB`,
    failure ?? "builds and runs",
  ]);
  return `# Published programs, built without a configuration

The sources are those on crates.io, with the \`Cargo.lock\` published with them. Each program was built with
\`gantry build --sandbox bwrap\` and an empty store, its crates already downloaded; asked for its \`--version\`; built
again after one changed line in its \`main.rs\`; and asked again. *Units* are how often rustc or a build script ran.
\`npm run test:real\` makes this table again.

${markdownTable(head, rows)}

Measured with ${versionLine(of)}.
`;
}
