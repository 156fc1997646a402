import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import * as v from "valibot";
import { gantryCommand } from "./gantryCommand.ts";
import { publishedSource } from "./publishedSource.ts";

export type InitTrial = {
  readonly crate: string;
  readonly version: string;
  /** Of the lock, without the program itself. */
  readonly crates: number;
  /** What became of `gantry init`, where it failed. */
  readonly failure?: string;
  readonly checks: readonly CheckTrial[];
  /** How long `gantry check` took. */
  readonly seconds: number;
};

type CheckTrial = {
  readonly name: string;
  readonly ok: boolean;
  /** The first error, of a check that failed. */
  readonly said?: string;
  /** What plain Cargo says of the same sources, where the check failed. */
  readonly plain?: { readonly ok: boolean; readonly said: string };
};

/** What each check is in plain Cargo. */
const plainly: Readonly<Record<string, readonly string[]>> = {
  clippy: ["clippy", "--release", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"],
  fmt: ["fmt", "--all", "--", "--check"],
  test: ["test", "--release", "--locked", "--workspace"],
};

/** `gantry init --yes`, then `gantry check`, in a published program as a new repository; what fails, with plain Cargo, too. */
export async function tryInit(
  { crate, version }: { readonly crate: string; readonly version: string },
  work: string,
): Promise<InitTrial> {
  const directory = join(work, crate);
  await rm(directory, { recursive: true, force: true });
  const { crates } = await publishedSource(crate, version, directory);
  // What `cargo package` adds, and no repository has.
  for (const name of ["Cargo.toml.orig", ".cargo_vcs_info.json", ".cargo-ok"])
    await rm(join(directory, name), { force: true });
  if (!existsSync(join(directory, ".git"))) await execa("git", ["init", "--quiet"], { cwd: directory });
  const shared = ["-C", directory, "--store", join(work, "store")];

  const init = await execa(gantryCommand, ["init", "--yes", ...shared], { reject: false, stdin: "ignore" });
  if (init.failed)
    return { crate, version, crates, checks: [], seconds: 0, failure: firstError(init.stderr) };
  const start = process.hrtime.bigint();
  const check = await execa(gantryCommand, ["check", "--keep-going", "--log-format", "json", ...shared], {
    reject: false,
    stdin: "ignore",
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const checks: CheckTrial[] = [];
  for (const { name, step, status } of checksIn(check.stdout)) {
    const ok = status === "passed";
    checks.push(
      ok
        ? { name, ok }
        : { name, ok, said: await logError(step, shared), plain: await plain(name, directory) },
    );
  }
  const failure = checks.length === 0 ? { failure: firstError(check.stderr || check.stdout) } : {};
  return { crate, version, crates, checks, seconds, ...failure };
}

const checkEvent = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ type: v.literal("check"), name: v.string(), step: v.string(), status: v.string() }),
);

function checksIn(stdout: string): readonly v.InferOutput<typeof checkEvent>[] {
  return stdout.split("\n").flatMap((line) => {
    const parsed = v.safeParse(checkEvent, line);
    return parsed.success ? [parsed.output] : [];
  });
}

/** Where the dependency layer failed, the step itself printed nothing. */
async function logError(step: string, shared: readonly string[]): Promise<string> {
  const log = async (of: string) =>
    (await execa(gantryCommand, ["log", of, ...shared], { reject: false })).stdout;
  return firstError((await log(step)) || (await log(`${step}-deps`)));
}

/** In a copy of its own for what it compiles, as anybody would run it. */
async function plain(name: string, directory: string): Promise<{ ok: boolean; said: string }> {
  const run = await execa("cargo", plainly[name] ?? ["check"], {
    cwd: directory,
    reject: false,
    all: true,
    stdin: "ignore",
  });
  return { ok: !run.failed, said: run.failed ? firstError(run.all) : "" };
}

/** The line that says most of what went wrong: an error, a test that failed, or a file that is not formatted. */
function firstError(text: string): string {
  const lines = text.split("\n");
  const found =
    lines.find((line) => /^error(\[|:)/.test(line)) ??
    lines.find((line) => /^test .* FAILED$/.test(line)) ??
    lines.find((line) => /^Diff in /.test(line)) ??
    lines.findLast((line) => line.trim() !== "");
  return (found ?? "no reason given")
    .replace(/\/build\/source\/|\/\S*gantry-init-trials\/[^/]+\//, "")
    .trim();
}
