import { markdownTable } from "./markdownTable.ts";
import type { VendorTrial } from "./tryVendor.ts";
import { type Versions, versionLine } from "./versions.ts";

/** `docs/vendored-programs.md`. */
export function vendoredProgramsPage(trials: readonly VendorTrial[], of: Versions): string {
  const head = ["program", "version", "crates", "files", "with `cargo vendor`", "`cargo build`"];
  const rows = trials.map(({ program, crates, files, differences, refused }) => [
    program.crate,
    program.version,
    String(crates),
    String(files),
    differences.length === 0 ? "equal" : `${differences.length} differences`,
    refused === undefined ? "builds" : "fails",
  ]);
  return `# \`gantry vendor\` and \`cargo vendor\`

The crates of each program in [real-projects.md](real-projects.md) and [unusual-projects.md](unusual-projects.md) were
vendored by both, and the two directories compared: the same crates, in each the same files with the same bytes,
\`.cargo-checksum.json\` among them. Then plain \`cargo build --offline --locked\` built the program from what
\`gantry vendor\` wrote, with the configuration that it printed and an empty Cargo home. \`npm run test:vendor\` does it
again.

${markdownTable(head, rows)}

Made with ${versionLine(of)}.
`;
}
