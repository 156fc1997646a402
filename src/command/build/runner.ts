import { execFile } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { backticked, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type CargoConfig, settingPath } from "../../cargo/config/cargoConfig.ts";
import { holds } from "../../cargo/config/cfg.ts";
import { parseCargoConfig } from "../../cargo/config/parseCargoConfig.ts";
import { pkgs } from "../../crane/pkgs/pkgs.ts";
import { platformsOf, platformVariable, usualRunner } from "../../crane/tools/crossToolchain.ts";
import type { Derivation } from "../../derivation/model.ts";
import { installAdvice } from "../../fetch/native/packageSystem.ts";
import { hostTriple } from "../../fetch/toolchain/findToolchain.ts";
import { type Project, readCargoConfigs } from "../../project/findProject.ts";
import { isOnPath } from "../../tree/files.ts";

type Place = { readonly project: Project; readonly env: NodeJS.ProcessEnv };

/**
 * The words that start a program as `cargo run` does: with the runner that the user's environment, Cargo's settings or the
 * configuration name for its platform; else with the usual emulator, where the program is for another machine.
 *
 * Errors: `runner-unclear`; `program-foreign`, since the system would have a shell read a program that it does not know.
 *
 * @param program its path
 * @param step that built it
 */
export async function runnerFor(program: string, step: Derivation, place: Place): Promise<Result<string[]>> {
  const { project, env } = place;
  const read = parseCargoConfig(readCargoConfigs(project.cargoConfigs, project.root));
  const settings = read.ok ? read.value : undefined;
  const [platform = hostTriple(), another] = platformsOf(step.phases, step.env, settings);
  if (another === undefined) {
    const variable = platformVariable(platform, "RUNNER");
    const named = env[variable] ?? (await runnerOfSettings(settings, platform, place));
    if (typeof named === "object" && "ok" in named) return named;
    const words = wordsOf(named ?? step.env[variable]);
    // Where tests run, the usual emulator is in the step's variables.
    if (words.length > 0 && (named !== undefined || words[0]?.includes("/") || isOnPath(words[0] ?? "", env)))
      return ok(words);
  }
  const start = startOf(program);
  if (runsHere(start)) return ok([]);
  const usual = wordsOf(another === undefined ? usualRunner(platform) : undefined);
  if (usual[0]?.startsWith("qemu-") && isOnPath(usual[0], env)) return ok(usual);
  return err(foreign(program.replace(/^.*\//, ""), platform));
}

function wordsOf(runner: string | readonly string[] | undefined): string[] {
  return typeof runner === "string" ? runner.split(/\s+/).filter((word) => word !== "") : [...(runner ?? [])];
}

/** That of the platform itself goes before one of a condition. */
async function runnerOfSettings(
  settings: CargoConfig | undefined,
  platform: string,
  { project, env }: Place,
): Promise<readonly string[] | Result<never> | undefined> {
  const platforms = settings?.platforms ?? {};
  const conditions = Object.keys(platforms).filter(
    (name) => name.startsWith("cfg(") && platforms[name]?.runner,
  );
  const own = platforms[platform]?.runner;
  const facts =
    own || conditions.length === 0 ? new Set<string>() : await factsOf(platform, project.root, env);
  const holding = own ? [] : conditions.filter((condition) => holds(condition, facts));
  if (holding.length > 1)
    return err(
      diagnostic("runner-unclear", `several runners of Cargo's settings are for \`${platform}\``, {
        notes: [`${backticked(holding)} hold`],
        help: [`name the one for it below [target.${platform}]`],
        status: 2,
      }),
    );
  const runner = own ?? platforms[holding[0] ?? ""]?.runner;
  if (!runner) return undefined;
  const [first = "", ...words] = runner.value;
  return [first.includes("/") ? settingPath({ value: first, origin: runner.origin }) : first, ...words];
}

/** What `cfg` can ask of a platform, by the project's compiler; nothing where that does not say. */
async function factsOf(platform: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Set<string>> {
  try {
    const args = ["--print", "cfg", "--target", platform];
    const { stdout } = await promisify(execFile)("rustc", args, { cwd, env });
    return new Set(stdout.split("\n"));
  } catch {
    return new Set();
  }
}

function startOf(file: string): Buffer {
  const start = Buffer.alloc(256);
  const opened = openSync(file, "r");
  try {
    return start.subarray(0, readSync(opened, start));
  } finally {
    closeSync(opened);
  }
}

/** Whether the system starts a file that begins so: one for the processor that Node is for, a script, or what it was told of. */
function runsHere(start: Buffer): boolean {
  if (process.platform !== "linux" || start.toString("latin1", 0, 2) === "#!") return true;
  const own = elfKind(startOf(process.execPath));
  const kind = elfKind(start);
  // x86-64 runs what is for x86, too.
  if (kind !== undefined && (kind === own || (own === "1,62" && kind === "1,3"))) return true;
  return interpreters().some(({ offset, magic, mask }) =>
    magic.every((byte, at) => {
      const bits = mask[at] ?? 0xff;
      return ((start[offset + at] ?? 0) & bits) === (byte & bits);
    }),
  );
}

/** The byte order, and for which processor; undefined for what is no ELF. */
function elfKind(start: Buffer): string | undefined {
  if (start.toString("latin1", 0, 4) !== "\x7fELF") return undefined;
  return [start[5], start[5] === 2 ? start.readUInt16BE(18) : start.readUInt16LE(18)].join();
}

type Interpreted = { readonly offset: number; readonly magic: Buffer; readonly mask: Buffer };

/** The kinds of programs that the kernel hands to an interpreter (`binfmt_misc`), by their first bytes. */
function interpreters(): Interpreted[] {
  const directory = "/proc/sys/fs/binfmt_misc";
  try {
    return readdirSync(directory).flatMap((name) => {
      if (name === "register" || name === "status") return [];
      const text = readFileSync(join(directory, name), "utf8");
      const field = (key: string) => new RegExp(`^${key} (.*)$`, "m").exec(text)?.[1] ?? "";
      const magic = Buffer.from(field("magic"), "hex");
      if (!text.startsWith("enabled") || magic.length === 0) return [];
      return [{ offset: Number(field("offset")), magic, mask: Buffer.from(field("mask"), "hex") }];
    });
  } catch {
    return [];
  }
}

function foreign(program: string, platform: string) {
  const usual = usualRunner(platform);
  const variable = platformVariable(platform, "RUNNER");
  const emulator = usual?.startsWith("qemu-") ? installAdvice(pkgs.qemuUser.names, "qemu-user") : undefined;
  return diagnostic(
    "program-foreign",
    `\`${program}\` is for \`${platform}\`, and does not run on this machine`,
    {
      notes: ["nothing is named that runs programs of that platform here"],
      help: [
        ...(emulator === undefined ? [] : [`have QEMU run it: ${emulator}`]),
        `name what runs it, as for \`cargo run\`: ${variable}="${usual ?? "…"}" gantry run --target ${platform}`,
        `for good, in \`.cargo/config.toml\` below [target.${platform}]: runner = "${usual ?? "…"}"`,
      ],
    },
  );
}
