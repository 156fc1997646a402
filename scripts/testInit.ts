import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { initPrograms, initProgramsPage } from "./initProgramsPage.ts";
import { selectNamed } from "./selectNamed.ts";
import { type InitTrial, tryInit } from "./tryInit.ts";
import { versions } from "./versions.ts";

const options = new Command("test:init")
  .description(
    "try `gantry init --yes` and `gantry check` on published programs; what was tried before is not tried again",
  )
  .option(
    "--projects <names>",
    "only these, separated by commas",
    selectNamed(initPrograms, (one) => one.crate),
    initPrograms,
  )
  .option(
    "--work <directory>",
    "where sources, the store and results are kept",
    join(tmpdir(), "gantry-init-trials"),
  )
  .option("--again", "also those that were tried before", false)
  .parse()
  .opts<{ projects: typeof initPrograms; work: string; again: boolean }>();

const work = resolve(options.work);
await mkdir(work, { recursive: true });
const resultOf = (crate: string): string => join(work, `${crate}.json`);
for (const program of options.projects) {
  const file = resultOf(program.crate);
  if (existsSync(file) && !options.again) continue;
  await rm(file, { force: true });
  const trial = await tryInit(program, work);
  await writeFile(file, JSON.stringify(trial));
  console.log(
    `${program.crate} ${program.version}: ${trial.failure ?? trial.checks.map(({ name, ok }) => `${name} ${ok ? "passes" : "fails"}`).join(", ")}`,
  );
}

const trials: InitTrial[] = [];
for (const { crate } of initPrograms) {
  if (existsSync(resultOf(crate))) trials.push(JSON.parse(await readFile(resultOf(crate), "utf8")));
}
await writeFile(
  join(import.meta.dirname, "../docs/init-on-published-programs.md"),
  initProgramsPage(trials, await versions()),
);
console.log(`${trials.length} of ${initPrograms.length} programs are on the page`);
const wrong = trials.filter(
  ({ failure, checks }) => failure !== undefined || checks.some(({ ok, plain }) => !ok && plain?.ok),
);
if (wrong.length > 0) process.exitCode = 1;
