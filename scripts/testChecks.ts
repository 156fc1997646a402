// `npm run test:checks`: the checks of other programs, for real, on the example. Writes docs/tool-checks.md.
// `--store DIR` uses a store that is there, in which the programs may have been built already; default: a fresh one.

import { appendFile, cp, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { gantryCommand } from "./gantryCommand.ts";
import { readReport } from "./readReport.ts";
import { type Round, toolChecksPage } from "./toolChecksPage.ts";
import { versions } from "./versions.ts";
import { workDirectory } from "./workDirectory.ts";

const example = join(import.meta.dirname, "../examples/parcels");
const { store } = parseArgs({ options: { store: { type: "string" } } }).values;
await using work = await workDirectory("checks");
const project = join(work.path, "parcels");
const left = new Set(["target", "result", ".gantry"]);
await cp(example, project, { recursive: true, filter: (from) => !left.has(basename(from)) });
await rename(join(project, "every-check.config.ts"), join(project, "gantry.config.ts"));

const rounds: Round[] = [await round("first")];
rounds.push(await round("nothing changed"));
await appendFile(join(project, "crates/server/src/main.rs"), "\n// An edit.\n");
rounds.push(await round("edit of `main.rs`"));
await appendFile(join(project, "crates/proto/Cargo.toml"), "\n# An edit.\n");
rounds.push(await round("edit of a manifest's comment"));

await writeFile(
  join(import.meta.dirname, "../docs/tool-checks.md"),
  toolChecksPage(rounds, await versions()),
);
process.exitCode = rounds.every(({ ok }) => ok) ? 0 : 1;

/** All checks once, as a user runs them; the tools are steps like any others. */
async function round(what: string): Promise<Round> {
  const args = ["check", "-C", project, "--keep-going", "--log-format", "json"];
  const start = process.hrtime.bigint();
  const run = await execa(gantryCommand, [...args, "--store", store ?? join(work.path, "store")], {
    reject: false,
    stdin: "ignore",
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  console.log(`${what}: ${run.failed ? `failed\n${run.stderr}` : "passed"}, ${seconds.toFixed(1)} s`);
  return { what, seconds, ok: !run.failed, steps: readReport(run.stdout).steps };
}
