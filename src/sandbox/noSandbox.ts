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
import { ok } from "../base/result.ts";
import { world } from "../derivation/world.ts";
import { walk } from "../tree/walk.ts";
import type { Command, Mount, Sandbox, SandboxInstance } from "./sandbox.ts";
import { spawnLines } from "./spawnLines.ts";

/**
 * No isolation: private directories and a clean environment, and otherwise the host as it is. `/build` lies at one
 * fixed place below `directory`, since Cargo's fingerprints hold paths; whoever enters must hold a lock on it.
 */
export function noSandbox(directory: string): Sandbox {
  const root = `${directory}/none`;
  return {
    level: "none",
    identity: `none 1 ${root}`,
    async enter(world) {
      rmSync(root, { recursive: true, force: true });
      for (const mount of world.mounts) furnish(root, mount);
      for (const path of [...world.scratch, "/tmp"]) mkdirSync(root + path, { recursive: true });
      const translate = translator(root);
      const asInSandbox = backTranslator(root, world.mounts);
      const rooms: SandboxInstance = {
        async run(command) {
          const argv = command.argv.map(translate);
          const env = Object.fromEntries(
            Object.entries(command.env).map(([name, value]) => [name, translate(value)]),
          );
          const path = `${env.PATH ?? ""}:${process.env.PATH ?? ""}`;
          const onLine: Command["onLine"] = (stream, line) => command.onLine(stream, asInSandbox(line));
          const cwd = translate(command.cwd);
          const spawned = await spawnLines(argv, { ...command, onLine, env: { ...env, PATH: path } }, cwd);
          return ok({ status: spawned.status, interrupted: spawned.interrupted });
        },
        written: (at) => root + at,
        locate: (path) => (existsSync(root + path) ? root + path : undefined),
        async [Symbol.asyncDispose]() {},
      };
      return ok(rooms);
    },
  };
}

/** What a build may change is copied; what is only read is linked to. */
function furnish(root: string, mount: Mount): void {
  const at = root + mount.at;
  mkdirSync(dirname(at), { recursive: true });
  if (mount.kind === "writable") symlinkSync(mount.directory, at);
  else if (mount.kind === "layered") copyTo(at, mount.lower);
  else if (mount.at === "/usr") overlayPrograms(at, mount.directories.slice(0, -1));
  else if (mount.at === world.cargoConfig) configure(root, mount.directories[0]);
  else if (mount.at === world.source) copyTo(at, mount.directories[0]);
  else if (!existsSync(at)) symlinkSync(mount.directories[0], at);
}

/** As copying does not keep times, and Cargo compares them, they are set to the store's own. */
function copyTo(at: string, from: string): void {
  cpSync(from, at, { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true });
  settleTimes(at);
}

/** Cargo's configuration holds paths, which here are others. */
function configure(root: string, directory: string): void {
  mkdirSync(`${root}/build/.cargo`, { recursive: true });
  const text = readFileSync(`${directory}/config.toml`, "utf8");
  writeFileSync(`${root}/build/.cargo/config.toml`, translator(root)(text));
}

/** Of `/usr` only the declared inputs can be had in a place of their own; the base system is the host's. */
function overlayPrograms(at: string, directories: readonly string[]): void {
  mkdirSync(at, { recursive: true });
  for (const directory of directories.toReversed()) {
    for (const name of readdirSync(directory)) {
      cpSync(`${directory}/${name}`, `${at}/${name}`, {
        recursive: true,
        mode: constants.COPYFILE_FICLONE,
        verbatimSymlinks: true,
      });
    }
  }
}

/** In seconds; the store's own constant time, which copying does not keep. */
const time = 1;

/** Gives everything below a directory one modification time, so that Cargo takes restored units for fresh. */
function settleTimes(directory: string): void {
  for (const { path, type } of walk(directory))
    if (type !== "undecodable") lutimesSync(`${directory}/${path}`, time, time);
}

/** Turns the sandbox's paths in a word into those of the rooms below `root`; those of `/usr` where they have it. */
function translator(root: string): (word: string) => string {
  return (word) =>
    word
      .replace(/(^|[=:\s"'])(\/build\/)/g, `$1${root}$2`)
      .replace(/(^|[=:])(\/usr\/[^:\s]+)/g, (whole, before: string, path: string) =>
        existsSync(root + path) ? before + root + path : whole,
      );
}

/**
 * Turns the paths of the rooms, and of the trees of the store that links in them lead to, into those of the sandbox:
 * Cargo resolves links, and what it says of a package must name the same place at every level.
 */
function backTranslator(root: string, mounts: readonly Mount[]): (line: string) => string {
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
