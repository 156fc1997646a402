import {
  constants,
  cpSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { ok, type Result } from "../base/result.ts";
import { world as paths } from "../derivation/world.ts";
import { walk } from "../tree/walk.ts";
import { fixed } from "./fixed.ts";
import type { Command, Exit, Mount, Sandbox } from "./sandbox.ts";
import { spawnLines } from "./spawnLines.ts";

/**
 * No isolation: private directories and a clean environment, and otherwise the host as it is. `/build` lies at one
 * fixed place below `directory`, since Cargo's fingerprints hold paths; whoever enters must have it to itself.
 */
export function noSandbox(directory: string): Sandbox {
  const root = `${directory}/none`;
  return {
    level: "none",
    identity: `none 2 ${root}`,
    observes: false,
    enter(world) {
      rmSync(root, { recursive: true, force: true });
      for (const mount of world.mounts) furnish(root, mount);
      for (const path of [...world.scratch, paths.temporary]) mkdirSync(root + path, { recursive: true });
      return {
        run: (command) => run(root, world.mounts, command),
        written: (at) => root + at,
        locate: (path) => (existsSync(root + path) ? root + path : undefined),
      };
    },
  };
}

/** What a build may change is copied; what is only read is linked to. */
function furnish(root: string, mount: Mount): void {
  const at = root + mount.at;
  mkdirSync(dirname(at), { recursive: true });
  if (mount.kind === "writable") symlinkSync(mount.directory, at);
  else if (mount.kind === "layered") copySettled(mount.lower, at);
  else if (mount.at === paths.system) overlayPrograms(at, mount.directories.slice(0, -1));
  else if (mount.at === paths.cargoConfig) copySettings(root, mount.directories[0]);
  else if (mount.at === paths.source) copySettled(mount.directories[0], at);
  else if (!existsSync(at)) symlinkSync(mount.directories[0], at);
}

/** Copies what Cargo compares the times of, which copying does not keep. */
function copySettled(from: string, to: string): void {
  copy(from, to);
  for (const { path, type } of walk(to)) {
    if (type !== "undecodable") lutimesSync(`${to}/${path}`, settledTime, settledTime);
  }
  lutimesSync(to, settledTime, settledTime);
}

/** In seconds; the one time of everything in the store, so that Cargo takes restored units for fresh. */
const settledTime = 1;

/** Cargo's settings hold paths, which here are others. */
function copySettings(root: string, directory: string): void {
  mkdirSync(root + paths.cargoConfig, { recursive: true });
  const text = readFileSync(`${directory}/config.toml`, "utf8");
  writeFileSync(`${root}${paths.cargoConfig}/config.toml`, onHost(root, text));
}

/** Of `/usr` only the declared inputs can be had in a place of their own; the base system is the host's. */
function overlayPrograms(at: string, directories: readonly string[]): void {
  mkdirSync(at, { recursive: true });
  for (const directory of directories.toReversed()) {
    for (const name of readdirSync(directory)) copy(`${directory}/${name}`, `${at}/${name}`);
  }
}

function copy(from: string, to: string): void {
  cpSync(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true });
}

async function run(root: string, mounts: readonly Mount[], command: Command): Promise<Result<Exit>> {
  const argv = command.argv.map((word) => onHost(root, word));
  const env = Object.fromEntries(
    Object.entries(command.env).map(([name, value]) => [name, onHost(root, value)]),
  );
  const shown = inWorld(root, mounts);
  const spawned = await spawnLines(
    ["sh", "-c", `${fixed}; exec "$@"`, "sh", ...argv],
    {
      ...command,
      env: { ...env, PATH: `${env.PATH ?? ""}:${process.env.PATH ?? ""}` },
      onLine: (stream, line) => command.onLine(stream, shown(line)),
    },
    { directory: root, cwd: onHost(root, command.cwd) },
  );
  return ok({ status: spawned.status, interrupted: spawned.interrupted });
}

/** A word in which the world's paths are those below `root`; those of `/usr` only where something lies there. */
function onHost(root: string, word: string): string {
  return word
    .replace(/(^|[=:\s"'])(\/build\/)/g, `$1${root}$2`)
    .replace(/(^|[=:])(\/usr\/[^:\s]+)/g, (whole, before: string, path: string) =>
      existsSync(root + path) ? before + root + path : whole,
    );
}

/**
 * Turns the paths below `root` in a line, and those of the store's trees that links in it lead to, into the world's:
 * Cargo resolves links, and what it says of a package must name the same place at every level.
 */
function inWorld(root: string, mounts: readonly Mount[]): (line: string) => string {
  const places = new Map(
    mounts.flatMap((mount) =>
      mount.kind === "read-only" ? [[mount.directories[0], mount.at] as const] : [],
    ),
  );
  return (line) =>
    line
      .replaceAll(`${root}/build/`, "/build/")
      .replace(/\/[^\s"':]*\/trees\/[0-9a-f]{64}(?=\/)/g, (tree) => places.get(tree) ?? tree);
}
