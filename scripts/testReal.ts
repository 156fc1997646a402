import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { type RealProgram, realPrograms } from "./realPrograms.ts";
import { realProgramsPage } from "./realProgramsPage.ts";
import { selectNamed } from "./selectNamed.ts";
import { type Trial, tryProgram } from "./tryProgram.ts";
import { unusualPrograms } from "./unusualPrograms.ts";
import { unusualProgramsPage } from "./unusualProgramsPage.ts";
import { versions } from "./versions.ts";
import { workDirectory } from "./workDirectory.ts";
import { writingPrograms } from "./writingPrograms.ts";
import { writingProgramsPage } from "./writingProgramsPage.ts";

const kinds = {
  real: { programs: realPrograms, page: realProgramsPage, file: "real-projects.md" },
  unusual: { programs: unusualPrograms, page: unusualProgramsPage, file: "unusual-projects.md" },
  writing: { programs: writingPrograms, page: writingProgramsPage, file: "writing-projects.md" },
};

const options = new Command("test:real")
  .description("build published programs in the sandbox and run them")
  .option("--unusual", "those with unusual manifests, and their page", false)
  .option("--writing", "those that write into their source, and their page", false)
  .option(
    "--projects <names>",
    "only these, separated by commas; the page in docs/ is then left alone",
    selectNamed([...realPrograms, ...unusualPrograms, ...writingPrograms], (one) => one.crate),
  )
  .parse()
  .opts<{ projects?: readonly RealProgram[]; unusual: boolean; writing: boolean }>();
const kind = kinds[options.writing ? "writing" : options.unusual ? "unusual" : "real"];

await using work = await workDirectory("real");
const trials: Trial[] = [];
for (const program of options.projects ?? kind.programs) {
  const trial = await tryProgram(program, work.path);
  trials.push(trial);
  if (trial.failure !== undefined) console.error([trial.cold, trial.edit].findLast((build) => build)?.said);
  console.log(`${program.crate} ${program.version}: ${trial.failure ?? "builds and runs"}`);
}

const page = kind.page(trials, await versions());
if (options.projects === undefined) {
  const docs = join(import.meta.dirname, "../docs");
  await mkdir(docs, { recursive: true });
  await writeFile(join(docs, kind.file), page);
} else {
  console.log(page);
}

const failed = trials.filter((trial) => trial.failure !== undefined).length;
console.log(`${trials.length - failed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
