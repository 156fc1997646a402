// `npm run test:checks`: the checks of other programs, for real, on the example. Writes docs/tool-checks.md.
// `--store DIR` uses a store that is there, in which the programs may have been built already; default: a fresh one.

import { appendFile, cp, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { advisories, hakari } from "./checkedProject.ts";
import { gantryCommand } from "./gantryCommand.ts";
import { readReport } from "./readReport.ts";
import { type Round, toolChecksPage } from "./toolChecksPage.ts";
import { versions } from "./versions.ts";
import { workDirectory } from "./workDirectory.ts";

const example = join(import.meta.dirname, "../examples/parcels");
await using work = await workDirectory("checks");
const { store } = parseArgs({
  options: { store: { type: "string", default: join(work.path, "store") } },
}).values;
const project = join(work.path, "parcels");
const left = new Set(["target", "result", ".gantry"]);
await cp(example, project, { recursive: true, filter: (from) => !left.has(basename(from)) });
await rename(join(project, "every-check.config.ts"), join(project, "gantry.config.ts"));

/** What no store can have seen. */
const unseen = `An edit of ${new Date().toISOString()}.`;
await advisories(project, { hit: false });
await hakari(project, store);

const rounds: Round[] = [await round("first")];
rounds.push(await round("nothing changed"));
await append("crates/server/src/main.rs", `\n// ${unseen}\n`);
rounds.push(await round("edit of `main.rs`"));
await append("crates/proto/Cargo.toml", `\n# ${unseen}\n`);
rounds.push(await round("edit of a manifest's comment"));
await append("crates/scanner/src/main.rs", `\nfn forgotten() {}\n// ${unseen}\n`);
await append("crates/tracking/src/lib.rs", "\n#[test]\nfn sums() {\n    assert_eq!(1 + 1, 3);\n}\n");
await append("crates/proto/src/lib.rs", "\npub   mod empty { }\n");
await advisories(project, { hit: true });
rounds.push(await round("a lint, a test, a format and an advisory that fail"));

await writeFile(
  join(import.meta.dirname, "../docs/tool-checks.md"),
  toolChecksPage(rounds, await versions()),
);
const expected = rounds.map((_, index) => index < rounds.length - 1);
process.exitCode = rounds.every(({ ok }, index) => ok === expected[index]) ? 0 : 1;

function append(file: string, text: string): Promise<void> {
  return appendFile(join(project, file), text);
}

/** All checks once, as a user runs them; the tools are steps like any others. */
async function round(what: string): Promise<Round> {
  const args = ["check", "-C", project, "--keep-going", "--log-format", "json"];
  const start = process.hrtime.bigint();
  const run = await execa(gantryCommand, [...args, "--store", store], {
    reject: false,
    stdin: "ignore",
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  console.log(`${what}: ${run.failed ? `failed\n${run.stderr}` : "passed"}, ${seconds.toFixed(1)} s`);
  const { steps, checks } = readReport(run.stdout);
  return { what, seconds, ok: !run.failed, steps, checks };
}
