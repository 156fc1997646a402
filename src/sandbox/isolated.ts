import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { unreachable } from "../base/narrowing.ts";
import { err, ok, type Result } from "../base/result.ts";
import { parseObservation } from "./observation.ts";
import { observes } from "./observerSource.ts";
import { commandPlan, planWorld } from "./plan.ts";
import { laterRefusal, thisMachine } from "./refusal.ts";
import type { Command, Exit, Mount, Sandbox, World } from "./sandbox.ts";
import { notSpawned, spawnLines } from "./spawnLines.ts";

/** How a command comes into its world. */
export type WayIn = {
  /** Has in the world's directory what is needed there, and says how a command is started in the world. */
  prepare(world: World, directory: string): (command: Command) => Start;
  /** Whether what it says on its file number 3 is that the command was started. */
  hasStarted(report: string): boolean;
};

type Start = {
  readonly argv: readonly string[];
  /** The path of the file that it finds open as number 4. */
  readonly file: string;
};

/**
 * The sandbox of namespaces: for users, mounts, processes, the network, the memory that is shared, and the machine's name,
 * with nothing of the host but the mounts. However one comes into it, the world is the same, and so is its name in keys, which
 * is that of the first way.
 */
export function isolated(way: WayIn): Sandbox {
  return {
    level: "full",
    identity: `bwrap 5 ${observes}`,
    observes: true,
    enter(world, directory) {
      for (const mount of world.mounts) if (mount.kind === "layered") likeLower(mount);
      const start = way.prepare(world, directory);
      return {
        run: (command) => run({ way, start, directory }, command),
        written(at) {
          const mount = world.mounts.find((each) => each.at === at);
          const written = mount && writtenDirectory(mount);
          if (written === undefined) throw new Error(`nothing is written at ${at}`);
          return written;
        },
        locate: (path) => locate(world, path),
      };
    },
  };
}

/**
 * By `entry/enter.c`, a program that makes namespaces and mounts itself (Linux 5.11, for overlays).
 *
 * @param isRoot it is started by the host's root
 */
export function byProgram(program: string, isRoot = process.getuid?.() === 0): WayIn {
  return {
    prepare(world, directory) {
      const { fields, layers, workDirectories } = planWorld(world, `${directory}/work`, isRoot);
      mkdirSync(`${directory}/root`);
      for (const work of workDirectories) mkdirSync(work, { recursive: true });
      if (layers.length > 0) mkdirSync(`${directory}/layers`);
      for (const [index, layer] of layers.entries()) symlinkSync(layer, `${directory}/layers/${index}`);
      const file = `${directory}/plan`;
      return (command) => {
        writeFileSync(file, commandPlan(command, { directory, fields, isRoot }), { mode: 0o600 });
        return { argv: [program], file };
      };
    },
    hasStarted: (report) => report === "started",
  };
}

/** An overlay's root has the time and the mode of its upper directory, and Cargo compares the times of directories, too. */
function likeLower({ lower, upper }: { readonly lower: string; readonly upper: string }): void {
  const { atime, mtime, mode } = statSync(lower);
  chmodSync(upper, mode);
  utimesSync(upper, atime, mtime);
}

type Entered = {
  readonly way: WayIn;
  readonly start: (command: Command) => Start;
  readonly directory: string;
};

async function run({ way, start, directory }: Entered, command: Command): Promise<Result<Exit>> {
  const { observer } = command;
  const inside = { ...command, argv: observer === undefined ? command.argv : observed(command) };
  const { argv, file } = start(inside);
  const log = `${directory}/observation`;
  const given = openSync(file, "r");
  const files = [given, ...(observer === undefined ? [] : [openSync(log, "w"), openSync(observer, "r")])];
  const env = { PATH: process.env.PATH ?? "/usr/bin:/bin" };
  const spawned = spawnLines(argv, { ...command, env }, { directory, files });
  // The store may lie where no program can be started (`noexec`).
  const { status, interrupted, report, failure } = await spawned.catch(notSpawned);
  for (const each of files) closeSync(each);
  if (failure !== undefined) throw failure;
  if (!way.hasStarted(report) && !interrupted) return err(notStarted(command, report));
  if (observer === undefined) return ok({ status, interrupted });
  const pipe = command.pipe === undefined ? undefined : realpathSync(command.pipe);
  const observation = parseObservation(readFileSync(log), { wasStopped: interrupted, pipe });
  return ok({ status, interrupted, observation });
}

/**
 * The observer is started by the number of its open file, so that nothing of it is to be seen among the files of the world.
 */
function observed({ argv, observesSystem }: Command): Command["argv"] {
  return ["/proc/self/fd/6", "5", "6", ...(observesSystem ? ["--system"] : []), ...argv];
}

function notStarted({ argv }: Command, report: string): Diagnostic {
  const problem = `the sandbox could not be set up for \`${argv[0]}\``;
  const refused = laterRefusal(report, thisMachine(process.env));
  if (refused) return { ...refused, code: "sandbox-failed", message: `${problem}: ${refused.message}` };
  return diagnostic("sandbox-failed", problem, {
    notes: ["user namespaces and overlay mounts (Linux 5.11) are needed"],
    help: ["build without isolation: gantry build --sandbox none"],
    causes: report === "" ? [] : [report],
  });
}

function locate(world: World, path: string): string | undefined {
  for (const mount of world.mounts.filter(({ at }) => path.startsWith(`${at}/`))) {
    const below = path.slice(mount.at.length);
    const place = layersOf(mount)
      .map((directory) => directory + below)
      .find((each) => existsSync(each));
    if (place !== undefined && !(mount.kind === "layered" && isRemoved(mount.upper, below))) return place;
  }
  return undefined;
}

/** Whether a path, or a directory on the way to it, was removed: an overlay marks that by a character device. */
function isRemoved(upper: string, below: string): boolean {
  const names = below.slice(1).split("/");
  const paths = names.map((_, at) => `${upper}/${names.slice(0, at + 1).join("/")}`);
  return paths.some((path) => existsSync(path) && lstatSync(path).isCharacterDevice());
}

/** The host's directories that a mount shows, the uppermost first. */
function layersOf(mount: Mount): readonly string[] {
  switch (mount.kind) {
    case "read-only":
      return mount.directories;
    case "writable":
      return [mount.directory];
    case "layered":
      return [mount.upper, mount.lower];
    default:
      return unreachable(mount);
  }
}

function writtenDirectory(mount: Mount): string | undefined {
  return mount.kind === "read-only" ? undefined : layersOf(mount)[0];
}
