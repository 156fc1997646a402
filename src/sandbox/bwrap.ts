import { spawnSync } from "node:child_process";
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
import { world as paths } from "../derivation/world.ts";
import { fixed } from "./fixed.ts";
import { devices, planMounts } from "./mounts.ts";
import { parseObservation } from "./observation.ts";
import { observes } from "./observerSource.ts";
import type { Command, Exit, Mount, Sandbox, World } from "./sandbox.ts";
import { filterOfCalls } from "./seccomp.ts";
import { spawnLines } from "./spawnLines.ts";

/**
 * The sandbox of bubblewrap: new user, mount, pid, net, ipc and uts namespaces, nothing of the host but the mounts.
 *
 * Mounts are first made inside a user and mount namespace of `unshare`, where overlays are allowed without root
 * (Linux 5.11), and handed to bubblewrap as a few directories.
 */
export const bwrap: Sandbox = {
  level: "bwrap",
  identity: `bwrap 2 ${observes}`,
  observes: true,
  enter(world, directory) {
    writePlan(world, directory);
    return {
      run: (command) => run(world, directory, command),
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

/** What `script` finds in `directory`. Its `root` becomes a file system in memory: the host sees it empty. */
function writePlan(world: World, directory: string): void {
  const plan = planMounts(world, `${directory}/root`, `${directory}/work`);
  writeFileSync(`${directory}/fstab`, plan.fstab);
  writeFileSync(`${directory}/directories`, plan.directories.join("\0"));
  writeFileSync(`${directory}/files`, plan.files.join("\0"));
  for (const work of plan.workDirectories) mkdirSync(work, { recursive: true });
  for (const mount of world.mounts) if (mount.kind === "layered") likeLower(mount);
  mkdirSync(`${directory}/layers`);
  for (const [index, layer] of plan.layers.entries()) symlinkSync(layer, `${directory}/layers/${index}`);
  mkdirSync(`${directory}/root`);
  writeFileSync(`${directory}/filter`, filterOfCalls());
  writeFileSync(`${directory}/nothing`, "");
  mkdirSync(`${directory}/etc`);
  for (const [name, text] of Object.entries(etc)) writeFileSync(`${directory}/etc/${name}`, text);
}

/** An overlay's root has the time and the mode of its upper directory, and Cargo compares the times of directories, too. */
function likeLower({ lower, upper }: { readonly lower: string; readonly upper: string }): void {
  const { atime, mtime, mode } = statSync(lower);
  chmodSync(upper, mode);
  utimesSync(upper, atime, mtime);
}

/** The minimal `/etc` of the sandbox: who one is, and that there is no network to ask. */
const etc: Readonly<Record<string, string>> = {
  group: "build:x:1000:\nnogroup:x:65534:\n",
  "host.conf": "multi on\n",
  hosts: "127.0.0.1 localhost\n::1 localhost\n",
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
  passwd: `build:x:1000:1000::${paths.home}:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n`,
};

async function run(world: World, directory: string, command: Command): Promise<Result<Exit>> {
  const { observer } = command;
  const inside = { ...command, argv: observer === undefined ? command.argv : observed(command) };
  const argv = [
    ...["setpriv", "--pdeathsig", "KILL", "sh", "-c", tied, "sh", String(process.pid)],
    ...["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child"],
    ...["sh", "-c", script, "sh", directory],
    ...["bwrap", ...bwrapArguments(world, directory, inside)],
  ];
  const log = `${directory}/observation`;
  const filter = openSync(`${directory}/filter`, "r");
  const files = [filter, ...(observer === undefined ? [] : [openSync(log, "w"), openSync(observer, "r")])];
  const env = { PATH: process.env.PATH ?? "/usr/bin:/bin" };
  const { status, interrupted, report } = await spawnLines(argv, { ...command, env }, { directory, files });
  for (const file of files) closeSync(file);
  if (!report.includes("child-pid") && !interrupted) return err(notStarted(directory, command));
  if (observer === undefined) return ok({ status, interrupted });
  const pipe = command.pipe === undefined ? undefined : realpathSync(command.pipe);
  const observation = parseObservation(readFileSync(log), { wasStopped: interrupted, pipe });
  return ok({ status, interrupted, observation });
}

/**
 * The observer is started by the number of its open file, so that nothing of it is to be seen among the files of the world.
 */
function observed({ argv, observesSystem, observesTests }: Command): Command["argv"] {
  const options = [...(observesSystem ? ["--system"] : []), ...(observesTests ? ["--tests"] : [])];
  return ["/proc/self/fd/6", "5", "6", ...options, ...argv];
}

/**
 * The system kills `setpriv` when Gantry dies, however it dies, and with it the process namespace that all else
 * runs in. Bubblewrap's own `--die-with-parent` comes too late for a parent that dies while mounts are made, and
 * its child would then wait for ever. Gantry may be dead already when the shell starts, hence the comparison.
 */
const tied = `test "$PPID" = "$1" || exit 125; shift; ${fixed}; exec "$@"`;

/**
 * The places of the mounts lie in memory: on a disk, removing a thousand directories that were mounted on just now takes
 * two seconds, since the kernel looks for mounts on each (seen with Linux 6.18).
 */
const places = [
  'cd "$1" && mount -t tmpfs -o mode=755 gantry root && cd root',
  "xargs -0 mkdir -p <../directories && xargs -0 -r touch <../files",
  "mount --all --fstab ../fstab",
].join(" && ");

/**
 * Mounts `/proc` for bubblewrap to look its child up in: in the host's, processes have other numbers.
 *
 * Ends in an empty environment, since a build can read that of bubblewrap itself (`/proc/1/environ`). The shell
 * stays, and listens: a signal that asks to end reaches the first process of a namespace only if it does, and while
 * mounts are made there is no bubblewrap yet.
 */
const script = [
  'trap "exit 143" TERM',
  "mount -t proc proc /proc",
  `( ${places} ) >"$1/mount.log" 2>&1 || exit 125`,
  'bwrap=$(command -v "$2") || exit 125',
  'shift 2; env -i "$bwrap" "$@"',
  "exit $?",
].join("; ");

/**
 * What bubblewrap is told for one command in a world whose mounts are made (bwrap(1), version 0.8). It reads the whole
 * mount table for each of its binds: what has many mounts comes last.
 */
function bwrapArguments(world: World, directory: string, command: Command): string[] {
  const root = `${directory}/root`;
  const mounts = Map.groupBy(world.mounts, ({ at }) => at.split("/")[1] ?? "");
  const top = [...mounts].sort(([, a], [, b]) => a.length - b.length).map(([name]) => name);
  const writable = world.mounts.filter((mount) => writtenDirectory(mount) !== undefined);
  return [
    ...["--unshare-all", "--die-with-parent", "--new-session", "--json-status-fd", "3", "--seccomp", "4"],
    ...["--uid", "1000", "--gid", "1000", "--cap-drop", "ALL", "--hostname", "gantry"],
    ...["--tmpfs", "/"],
    ...["bin", "lib", "lib64", "sbin"].flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]),
    ...["--ro-bind", `${directory}/etc`, "/etc", "--proc", "/proc", "--dev", "/dev"],
    ...devices.flatMap((path) => ["--dev-bind", root + path, path]),
    ...["--ro-bind", "/proc/sys", "/proc/sys"],
    ...keyLists.flatMap((path) => (existsSync(path) ? ["--ro-bind", `${directory}/nothing`, path] : [])),
    ...(process.getuid?.() === 0 ? ofRoot() : []),
    ...top.flatMap((name) => ["--ro-bind", `${root}/${name}`, `/${name}`]),
    ...writable.flatMap((mount) => ["--bind", `${root}${mount.at}`, mount.at]),
    ...world.scratch.flatMap((path) => ["--tmpfs", path, ...shownBelow(path, world, root)]),
    ...["--remount-ro", "/", "--chdir", command.cwd, "--clearenv"],
    ...Object.entries(command.env).flatMap(([name, value]) => ["--setenv", name, value]),
    "--",
    ...command.argv,
  ];
}

/** What is mounted below a directory of scratch, which would be hidden by it. */
function shownBelow(scratch: string, { mounts }: World, root: string): string[] {
  const below = mounts.flatMap(({ at }) =>
    at.startsWith(`${scratch}/`) ? [`${scratch}/${at.slice(scratch.length + 1).split("/")[0]}`] : [],
  );
  return [...new Set(below)].flatMap((at) => ["--ro-bind", root + at, at]);
}

/** Names of keys, also of the caller's. */
const keyLists = ["/proc/keys", "/proc/key-users"];

/**
 * What else keeps the builds of root from the host. Root's files in `/proc` let the owner write, whatever number the
 * namespace gives it and though it has no rights; and in further namespaces a build could mount control groups, whose
 * files are root's as well.
 */
function ofRoot(): string[] {
  // Bubblewrap 0.8; asked once.
  help ??= spawnSync("bwrap", ["--help"]).stdout?.toString() ?? "";
  const further = help.includes("--disable-userns") ? ["--unshare-user", "--disable-userns"] : [];
  return ["--remount-ro", "/proc", ...further];
}

let help: string | undefined;

function notStarted(directory: string, command: Command): Diagnostic {
  const log = `${directory}/mount.log`;
  const said = existsSync(log) ? readFileSync(log, "utf8").trim() : "";
  return diagnostic("sandbox-failed", `the sandbox could not be set up for \`${command.argv[0]}\``, {
    notes: ["bubblewrap, user namespaces and overlay mounts (Linux 5.11) are needed"],
    help: ["build without isolation: gantry build --sandbox none"],
    causes: said === "" ? [] : [said],
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
