import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { execa } from "execa";
import { compareVendor } from "./compareVendor.ts";
import { gantryCommand } from "./gantryCommand.ts";
import { markdownTable } from "./markdownTable.ts";
import { publishedSource } from "./publishedSource.ts";
import { type RealProgram, realPrograms } from "./realPrograms.ts";
import { selectNamed } from "./selectNamed.ts";
import { versionLine, versions } from "./versions.ts";
import { workDirectory } from "./workDirectory.ts";

const options = new Command("test:vendor")
  .description("compare `gantry vendor` with `cargo vendor` for published programs, and have Cargo use it")
  .option(
    "--projects <names>",
    "only these, separated by commas",
    selectNamed(realPrograms, (one) => one.crate),
  )
  .parse()
  .opts<{ projects?: typeof realPrograms }>();

/** Compiled with what was vendored; of the others Cargo only resolves and reads all manifests. */
const built = "hyperfine";

await using work = await workDirectory("vendor");
const rows: string[][] = [];
let failed = 0;
for (const program of options.projects ?? realPrograms) {
  const row = await tryVendor(program);
  if (row.at(-1) !== "agrees") failed++;
  console.log(row.join("  "));
  rows.push(row);
}
const head = ["program", "version", "crates", "files", "Cargo ran offline", "with `cargo vendor`"];
const page = `# \`gantry vendor\` and \`cargo vendor\`

Each program's crates were vendored by both, and the two directories compared file by file (of \`.cargo-checksum.json\`
the package's checksum). Then plain Cargo used what \`gantry vendor\` wrote, with the configuration it printed, an empty
Cargo home and no network. \`npm run test:vendor\` does it again.

${markdownTable(head, rows)}

Made with ${versionLine(await versions())}.
`;
if (options.projects) console.log(page);
else await writeFile(join(import.meta.dirname, "../docs/vendored-programs.md"), page);
if (failed > 0) process.exitCode = 1;

async function tryVendor({ crate, version }: RealProgram): Promise<string[]> {
  const directory = join(work.path, crate);
  await publishedSource(crate, version, directory);
  const [ours, theirs] = [join(directory, "vendor"), join(work.path, `${crate}-theirs`)];
  const { stdout } = await execa(gantryCommand, ["vendor", "--store", join(work.path, "store")], {
    cwd: directory,
  });
  await execa("cargo", ["vendor", "--locked", theirs], { cwd: directory });
  await mkdir(join(directory, ".cargo"), { recursive: true });
  await writeFile(join(directory, ".cargo/config.toml"), stdout);
  const command = crate === built ? ["build"] : ["metadata", "--format-version", "1"];
  const cargo = await execa("cargo", [...command, "--offline", "--locked"], {
    cwd: directory,
    env: { CARGO_HOME: join(work.path, "empty-home") },
    reject: false,
  });
  const { crates, files, differences } = await compareVendor(ours, theirs);
  for (const line of differences.slice(0, 20)) console.error(`${crate}: ${line}`);
  if (cargo.failed) console.error(cargo.stderr);
  const ran = `\`cargo ${command[0]}\`${cargo.failed ? " failed" : ""}`;
  const verdict = differences.length > 0 ? `${differences.length} differences` : "agrees";
  return [crate, version, String(crates), String(files), ran, cargo.failed ? "not accepted" : verdict];
}
