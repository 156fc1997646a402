import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { editRust } from "./editRust.ts";
import { type Build, gantryBuild } from "./gantryBuild.ts";
import { gantryCommand } from "./gantryCommand.ts";
import { publishedSource } from "./publishedSource.ts";
import type { RealProgram } from "./realPrograms.ts";

export type Trial = {
  readonly program: RealProgram;
  readonly crates: number;
  readonly cold?: Build;
  /** After one changed line in `main.rs`. */
  readonly edit?: Build;
  /** What `gantry why` says of the build script after the edit, of a program that writes into its source. */
  readonly why?: string;
  /** The output tree, in bytes. */
  readonly size?: number;
  /** Why it counts as failed; absent where it is as it should be. */
  readonly failure?: string;
};

/** Builds a published program in the sandbox with an empty store, runs it, edits it, and does both again. */
export async function tryProgram(program: RealProgram, work: string): Promise<Trial> {
  const directory = join(work, program.crate);
  const { crates } = await publishedSource(program.crate, program.version, directory);
  const store = join(work, `${program.crate}-store`);
  const build = () => gantryBuild({ directory, store, sandbox: "full" });

  const cold = await build();
  if (!cold.ok) return { program, crates, cold, failure: reason(cold) };
  const size = await sizeOf(join(directory, "result"));
  const first = await run(program, directory);
  if (first !== undefined) return { program, crates, cold, size, failure: first };

  await editRust(join(directory, program.main), 1);
  const edit = await build();
  const why = program.writes === undefined ? undefined : await whyScriptRan(directory, store);
  const trial = { program, crates, cold, edit, size, ...(why !== undefined && { why }) };
  if (!edit.ok) return { ...trial, failure: reason(edit) };
  const others = edit.compiled.filter((unit) => !unit.startsWith(`${program.crate} `));
  if (others.length > 0) return { ...trial, failure: `the edit compiled ${others.join(", ")}` };
  const again = await run(program, directory);
  return again === undefined ? trial : { ...trial, failure: again };
}

async function whyScriptRan(directory: string, store: string): Promise<string> {
  const { stdout } = await execa(gantryCommand, ["why", "-C", directory, "--store", store], {
    reject: false,
  });
  return /\(build script\) ran: (.*)/.exec(stdout)?.[1] ?? "it did not run";
}

async function run(program: RealProgram, directory: string): Promise<string | undefined> {
  const result = join(directory, "result");
  const missing = (program.installs ?? []).filter((path) => !existsSync(join(result, path)));
  if (missing.length > 0) return `\`${missing.join("`, `")}\` is not installed`;
  const { args, says } = program.probe ?? { args: ["--version"], says: program.version };
  const { all, failed, shortMessage } = await execa(join(result, "bin", program.bin), args, {
    all: true,
    reject: false,
  });
  if (failed) return shortMessage;
  return all.includes(says)
    ? undefined
    : `\`${[program.bin, ...args].join(" ")}\` says ${all.split("\n")[0]}`;
}

function reason(build: Build): string {
  return build.said.match(/^error.*$/m)?.[0] ?? build.said.trim().split("\n").at(-1) ?? "no reason given";
}

async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
