import {
  closeSync,
  constants,
  cpSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import { parseManifest } from "../cargo/manifest/parseManifest.ts";
import { world as paths } from "../derivation/world.ts";
import type { Store } from "../store/store.ts";
import { textOf } from "../tree/files.ts";
import { walk } from "../tree/walk.ts";
import { fixed } from "./fixed.ts";
import { landlockPlan } from "./plan.ts";
import type { Command, Exit, Mount, Sandbox } from "./sandbox.ts";
import { notSpawned, spawnLines } from "./spawnLines.ts";

/**
 * No namespaces: private directories and a clean environment, and otherwise the host as it is. `/build` lies at one
 * fixed place below `directory`, since Cargo's fingerprints hold paths; whoever enters must have it to itself.
 *
 * @param landlock the program of `entry/enter.c`: by it commands give up the use of all files but those of the world and of the
 * system (Linux 5.19). Default: they can use whatever the user can
 */
export function noSandbox(directory: string, landlock?: string): Sandbox {
  const level = landlock === undefined ? "none" : "landlock";
  const root = `${directory}/${level}`;
  return {
    level,
    identity: landlock === undefined ? `none 4 ${root}` : `landlock 4 ${root}`,
    observes: false,
    enter(world) {
      rmSync(root, { recursive: true, force: true });
      for (const mount of world.mounts) furnish(root, mount, landlock === undefined);
      for (const path of [...world.scratch, paths.temporary]) mkdirSync(root + path, { recursive: true });
      return {
        run: (command) => run({ root, mounts: world.mounts, landlock }, command),
        written: (at) => root + at,
        locate: (path) => (existsSync(root + path) ? root + path : undefined),
      };
    },
  };
}

/** Whether commands can give up the use of files: undefined, or why not. Error: `sandbox-missing`. */
export async function allowsLandlock(
  program: string,
  store: Pick<Store, "tempDir">,
): Promise<Result<never> | undefined> {
  await using scratch = await store.tempDir("try");
  const exit = await noSandbox(scratch.path, program)
    .enter({ mounts: [], scratch: [] }, scratch.path)
    .run({
      argv: ["true"],
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
      onLine: () => undefined,
      signal: new AbortController().signal,
    });
  if (exit.ok && exit.value.status === 0) return undefined;
  const causes = exit.ok ? [] : (exit.error.causes ?? []);
  if (!causes.some((each) => each.includes("Landlock")))
    return err(diagnostic("sandbox-missing", "commands cannot give up the use of files here", { causes }));
  return err(
    diagnostic("sandbox-missing", "the system has no Landlock that files can be given up by", {
      causes,
      notes: ["Linux 5.19 has it, where the kernel was built and started with it"],
    }),
  );
}

/**
 * What a build may change is copied; what is only read is linked to.
 *
 * @param isOpen nothing keeps a command from writing to what is linked to, which other builds would then get. Build scripts know
 * the way to their own packages, and some write there
 */
function furnish(root: string, mount: Mount, isOpen: boolean): void {
  const at = root + mount.at;
  mkdirSync(dirname(at), { recursive: true });
  if (mount.kind === "writable") symlinkSync(mount.directory, at);
  else if (mount.kind === "layered") copySettled(mount.lower, at);
  else if (mount.at === paths.system) overlayPrograms(at, mount.directories.slice(0, -1));
  else if (mount.at === paths.cargoConfig) copySettings(root, mount.directories[0]);
  else if (mount.at === paths.source || (isOpen && hasBuildScript(mount.directories[0])))
    copySettled(mount.directories[0], at);
  else if (!existsSync(at)) symlinkSync(mount.directories[0], at);
}

function hasBuildScript(directory: string): boolean {
  const text = textOf(`${directory}/Cargo.toml`);
  if (text === undefined) return false;
  if (existsSync(`${directory}/build.rs`)) return true;
  const manifest = parseManifest("Cargo.toml", text);
  return !manifest.ok || (manifest.value.package?.build ?? false) !== false;
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

type Place = {
  readonly root: string;
  readonly mounts: readonly Mount[];
  readonly landlock: string | undefined;
};

async function run({ root, mounts, landlock }: Place, command: Command): Promise<Result<Exit>> {
  const [program, ...words] = command.argv;
  const declared = Object.fromEntries(
    Object.entries(command.env).map(([name, value]) => [name, onHost(root, value)]),
  );
  const env = { ...declared, PATH: `${declared.PATH ?? ""}:${process.env.PATH ?? ""}` };
  const shown = inWorld(root, mounts);
  const hosts = {
    ...command,
    argv: [onHost(root, program), ...words.map((word) => onHost(root, word))] as const,
    cwd: onHost(root, command.cwd),
    env,
    onLine: (stream: "stdout" | "stderr", line: string) => command.onLine(stream, shown(line)),
  };
  if (landlock !== undefined) return runConfined(hosts, { root, mounts, landlock });
  const { status, interrupted, failure } = await spawnLines(
    ["sh", "-c", `${fixed}; exec "$@"`, "sh", ...hosts.argv],
    hosts,
    { directory: root, cwd: hosts.cwd },
  );
  if (failure !== undefined) throw failure;
  return ok({ status, interrupted });
}

async function runConfined(
  command: Command,
  { root, mounts, landlock }: Place & { readonly landlock: string },
): Promise<Result<Exit>> {
  const env = { ...command.env, TMPDIR: root + paths.temporary };
  const plan = `${root}/plan`;
  const pipe = command.pipe === undefined ? [] : ["w", command.pipe];
  const files = [...usableFiles(root, mounts), ...pipe];
  writeFileSync(plan, landlockPlan({ ...command, env }, files), { mode: 0o600 });
  const file = openSync(plan, "r");
  const given = { directory: root, files: [file] };
  const spawned = spawnLines([landlock], { ...command, env: {} }, given);
  // The store may lie where no program can be started (`noexec`).
  const { status, interrupted, report, failure } = await spawned.catch(notSpawned);
  closeSync(file);
  if (failure !== undefined) throw failure;
  if (report === "started" || interrupted) return ok({ status, interrupted });
  return err(
    diagnostic("sandbox-failed", `\`${command.argv[0]}\` could not be started`, { causes: [report] }),
  );
}

/** What commands may still use: the world, and of the system what programs need to run. */
function usableFiles(root: string, mounts: readonly Mount[]): string[] {
  const read = mounts.flatMap((mount) => (mount.kind === "read-only" ? mount.directories : []));
  const written = mounts.flatMap((mount) => (mount.kind === "writable" ? [mount.directory] : []));
  return [
    ...[...read, ...systemFiles.read].flatMap((path) => ["r", path]),
    ...[root, ...written, ...systemFiles.written].flatMap((path) => ["w", path]),
  ];
}

const systemFiles = {
  read: [
    ...["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store", "/proc", "/sys"],
    ...["alternatives", "group", "host.conf", "hosts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d"].map(
      inEtc,
    ),
    ...["localtime", "nsswitch.conf", "os-release", "passwd", "resolv.conf", "ssl/certs"].map(inEtc),
  ],
  written: [
    ...["full", "null", "ptmx", "pts", "random", "shm", "tty", "urandom", "zero"].map(
      (name) => `/dev/${name}`,
    ),
  ],
};

function inEtc(name: string): string {
  return `/etc/${name}`;
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
