import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Access, Task } from "../../../src/sandbox/observation.ts";
import { observerSource } from "../../../src/sandbox/observerSource.ts";
import type { Command } from "../../../src/sandbox/sandbox.ts";
import { full } from "../full.ts";
import { sandboxRig, shell } from "../rig.ts";

/** Programs that are compiled once: the observer itself, and what reads files in unusual ways. */
export type Programs = AsyncDisposable & {
  readonly directory: string;
  readonly observer: string;
};

export async function compilePrograms(): Promise<Programs> {
  const directory = await mkdtemp(join(tmpdir(), "gantry-observer-"));
  const source = `${observerSource.directory}/observe.rs`;
  const observer = `${directory}/observe`;
  run("rustc", "--edition", "2021", "-C", "panic=abort", "-D", "warnings", "-o", observer, source);
  run("cc", "-static", "-w", "-o", `${directory}/reader`, `${import.meta.dirname}/reader.c`);
  return { directory, observer, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
}

function run(command: string, ...args: readonly string[]): void {
  const ran = spawnSync(command, args, { encoding: "utf8" });
  if (ran.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${ran.error ?? ran.stderr}`);
}

/** Observes a shell script in a world with a source, a target directory, and the programs in `/build/programs`. */
export async function observe(
  { directory, observer }: Programs,
  script: string,
  more: Partial<Command> = {},
) {
  await using at = sandboxRig(() => full);
  const source = at.directory("source", { a: "a\n", "src/b": "b", "src/c": "c", "sub/deep/d": "" });
  symlinkSync("src", `${source}/link`);
  symlinkSync("link/b", `${source}/second`);
  const toolchain = at.directory("toolchain");
  symlinkSync(".", `${toolchain}/same`);
  const instance = at.enter(
    { at: "/build/source", kind: "layered", lower: source, upper: at.directory("upper") },
    { at: "/build/target", kind: "writable", directory: at.directory("target") },
    { at: "/build/programs", kind: "read-only", directories: [directory] },
    { at: "/build/toolchain", kind: "read-only", directories: [toolchain] },
  );
  const ended = await shell(instance, script, { cwd: "/build/source", observer, ...more });
  const { observation, ...rest } = ended;
  if (!observation) throw new Error("nothing was observed");
  return { ...observation, ...rest };
}

/** A compiler, as far as the observer knows: whatever a shell does, called so that it names a crate. */
export function compiler(script: string): string {
  return `sh -c '${script}' --crate-name it`;
}

/** What a task did, without the programs, and without the working directory, which a shell looks at when it starts. */
export function done(task: Pick<Task, "accesses"> | undefined): string[] {
  return lines(task?.accesses ?? []).filter(
    (line) => !/^look \/build\/source(?:\/src)?(?:\/\.)?$/.test(line) && !line.includes("/build/programs"),
  );
}

export function lines(accesses: readonly Access[]): string[] {
  return accesses.map(({ kind, path }) => `${kind} ${path}`);
}
