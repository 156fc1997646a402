import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { type RealProgram, realPrograms } from "./realPrograms.ts";
import { selectNamed } from "./selectNamed.ts";
import { tryVendor, type VendorTrial } from "./tryVendor.ts";
import { unusualPrograms } from "./unusualPrograms.ts";
import { vendoredProgramsPage } from "./vendoredProgramsPage.ts";
import { versions } from "./versions.ts";
import { workDirectory } from "./workDirectory.ts";

const all = [...realPrograms, ...unusualPrograms];
const options = new Command("test:vendor")
  .description("compare `gantry vendor` with `cargo vendor` for published programs, and have Cargo use it")
  .option(
    "--projects <names>",
    "only these, separated by commas; the page in docs/ is then left alone",
    selectNamed(all, (one) => one.crate),
  )
  .parse()
  .opts<{ projects?: readonly RealProgram[] }>();

await using work = await workDirectory("vendor");
const trials: VendorTrial[] = [];
for (const program of options.projects ?? all) {
  const trial = await tryVendor(program, work.path);
  trials.push(trial);
  for (const line of trial.differences.slice(0, 20)) console.error(`${program.crate}: ${line}`);
  if (trial.refused !== undefined) console.error(trial.refused);
  console.log(`${program.crate}: ${trial.crates} crates, ${trial.seconds.toFixed(1)} s`);
}

const page = vendoredProgramsPage(trials, await versions());
if (options.projects) console.log(page);
else await writeFile(join(import.meta.dirname, "../docs/vendored-programs.md"), page);

const failed = trials.filter((trial) => trial.refused !== undefined || trial.differences.length > 0).length;
console.log(`${trials.length - failed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
