import { markdownTable } from "./markdownTable.ts";
import type { InitTrial } from "./tryInit.ts";
import { type Versions, versionLine } from "./versions.ts";

/** Published programs that nothing else here was tried on. */
export const initPrograms: readonly { readonly crate: string; readonly version: string }[] = [
  { crate: "hexyl", version: "0.17.0" },
  { crate: "diskus", version: "0.9.0" },
  { crate: "choose", version: "1.3.7" },
  { crate: "csview", version: "1.3.4" },
  { crate: "huniq", version: "2.7.0" },
  { crate: "b3sum", version: "1.8.2" },
  { crate: "vivid", version: "0.10.1" },
  { crate: "jless", version: "0.9.0" },
  { crate: "sd", version: "1.0.0" },
  { crate: "zoxide", version: "0.9.8" },
  { crate: "fastmod", version: "0.4.4" },
  { crate: "xcp", version: "0.24.1" },
];

/** `docs/init-on-published-programs.md`. */
export function initProgramsPage(trials: readonly InitTrial[], of: Versions): string {
  const rows = trials.map(({ crate, version, crates, failure, checks, seconds }) => [
    crate,
    version,
    String(crates),
    failure ?? "writes",
    ...["clippy", "fmt", "test"].map((name) => {
      const check = checks.find((each) => each.name === name);
      if (!check) return "–";
      if (check.ok) return "passes";
      return check.plain?.ok === false ? "fails, with Cargo, too" : "fails";
    }),
    `${seconds.toFixed(0)} s`,
  ]);
  const failures = trials.flatMap(({ crate, checks }) =>
    checks.flatMap(({ name, ok, said = "", plain }) =>
      ok
        ? []
        : [
            `- \`${crate}\`, ${name}: ${code(said)}${plain ? `; plain Cargo: ${plain.ok ? "passes" : code(plain.said)}` : ""}`,
          ],
    ),
  );
  return `# \`gantry init\` on published programs

Programs from crates.io that Gantry had not seen before, each unpacked into a new git repository: \`gantry init --yes\`, then
\`gantry check --keep-going\`. Where a check fails, plain Cargo runs the same in the same sources: what fails there, too, is the
program's own. A published crate lacks what its author left out of the package, such as data of its tests, and its lints
were clean for the Clippy of its day. \`npm run test:init\` makes this table again, and goes on where it was stopped
(\`-- --projects NAMES\` for a few); ${trials.length} of ${initPrograms.length} programs have been tried.

${markdownTable(["program", "version", "crates", "`init`", "clippy", "fmt", "test", "`check`"], rows)}
${failures.length > 0 ? `\nWhat failed:\n\n${failures.join("\n")}\n` : ""}
Measured with ${versionLine(of)}, on a machine that did other things, too; the programs share a store.
`;
}

function code(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}
