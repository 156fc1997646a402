import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { markdownTable } from "./markdownTable.ts";

/** Stryker's report, as far as it counts here: https://github.com/stryker-mutator/mutation-testing-elements */
type Report = { readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>> };
type Mutant = { readonly status: "Killed" | "Timeout" | "Survived" | "NoCoverage" | "Ignored" | string };

const root = join(import.meta.dirname, "..");
const report: Report = JSON.parse(readFileSync(join(root, "dist/mutants.json"), "utf8"));
const rows = Object.entries(report.files).map(([file, { mutants }]) => {
  const count = (...statuses: Mutant["status"][]) =>
    mutants.filter(({ status }) => statuses.includes(status)).length;
  const [killed, survived, untested] = [count("Killed", "Timeout"), count("Survived"), count("NoCoverage")];
  return { file, killed, survived, untested };
});
const sum = (key: "killed" | "survived" | "untested") => rows.reduce((total, row) => total + row[key], 0);
const total = { file: "all", killed: sum("killed"), survived: sum("survived"), untested: sum("untested") };

writeFileSync(
  join(root, "docs/mutants.md"),
  `# Mutants

\`npm run test:mutants\` changes the code in one place at a time, and runs the fast tests on each of these mutants. A
mutant that *survives* shows a behaviour that no fast test asserts; *untested* ones lie in code that only the slow
tests run, which build with real Cargo and do not take part. The score counts the former two. The table has the files of
the run that wrote it.

${markdownTable(
  ["file", "killed", "survived", "untested", "score"],
  [...rows, total].map(({ file, killed, survived, untested }) => [
    file === "all" ? "**all**" : `\`${file}\``,
    String(killed),
    String(survived),
    String(untested),
    killed + survived === 0 ? "" : `${Math.round((100 * killed) / (killed + survived))} %`,
  ]),
)}
`,
);
