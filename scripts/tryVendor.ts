import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { compareVendor, type VendorComparison } from "./compareVendor.ts";
import { gantryCommand } from "./gantryCommand.ts";
import { publishedSource } from "./publishedSource.ts";
import type { RealProgram } from "./realPrograms.ts";

export type VendorTrial = VendorComparison & {
  readonly program: RealProgram;
  /** Wall time of plain `cargo build`. */
  readonly seconds: number;
  /** What Cargo said, where it did not accept the directory; else absent. */
  readonly refused?: string;
};

/**
 * Vendors a published program's crates with Gantry and with Cargo, compares the two, and has plain
 * `cargo build --offline --locked` build the program from what Gantry wrote: with the configuration that it printed
 * and an empty Cargo home. The programs share one target directory below `work`.
 */
export async function tryVendor(program: RealProgram, work: string): Promise<VendorTrial> {
  const directory = join(work, program.crate);
  await publishedSource(program.crate, program.version, directory);
  const [ours, theirs] = [join(directory, "vendor"), join(work, `${program.crate}-theirs`)];
  const vendoring = await execa(gantryCommand, ["vendor", "--store", join(work, "store")], {
    cwd: directory,
  });
  await execa("cargo", ["vendor", "--locked", theirs], { cwd: directory });
  const compared = await compareVendor(ours, theirs);

  await mkdir(join(directory, ".cargo"), { recursive: true });
  await writeFile(join(directory, ".cargo/config.toml"), vendoring.stdout);
  const env = { CARGO_HOME: join(work, "empty-home"), CARGO_TARGET_DIR: join(work, "target") };
  const start = process.hrtime.bigint();
  const cargo = await execa("cargo", ["build", "--offline", "--locked"], {
    cwd: directory,
    env,
    reject: false,
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { program, ...compared, seconds, ...(cargo.failed && { refused: cargo.stderr }) };
}
