import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import { fstab, planMounts } from "./mounts.ts";
import type { Command, Exit, Sandbox, SandboxInstance, World } from "./sandbox.ts";
import { spawnLines } from "./spawnLines.ts";

/**
 * The world of bubblewrap: new user, mount, pid, net, ipc and uts namespaces, nothing of the host but the mounts.
 *
 * Mounts are first made inside a user and mount namespace of `unshare`, where overlays are allowed without root
 * (Linux 5.11), and handed to bubblewrap as one directory.
 */
export const bwrap: Sandbox = {
  level: "bwrap",
  identity: "bwrap 1",
  async enter(world, scratch) {
    const staged = planMounts(world, scratch);
    writeFileSync(`${scratch}/fstab`, fstab(staged.mounts));
    writeFileSync(`${scratch}/directories`, staged.places.directories.join("\0"));
    writeFileSync(`${scratch}/files`, staged.places.files.join("\0"));
    mkdirSync(`${scratch}/root`, { recursive: true });
    mkdirSync(`${scratch}/etc`, { recursive: true });
    for (const [name, text] of Object.entries(etc)) writeFileSync(`${scratch}/etc/${name}`, text);
    const rooms: SandboxInstance = {
      run: (command) => run(world, scratch, command),
      written: (at) => staged.written.get(at) ?? `${scratch}/nothing`,
      locate: (path) => locate(world, staged.written, path),
      async [Symbol.asyncDispose]() {},
    };
    return ok(rooms);
  },
};

/**
 * The system kills `setpriv` when Gantry dies, however it dies, and with it the process namespace that all else
 * runs in. Bubblewrap's own `--die-with-parent` comes too late for a parent that dies while mounts are made, and
 * its child would then wait for ever. Gantry may be dead already when the shell starts, hence the comparison.
 */
const tied = 'test "$PPID" = "$1" || exit 125; shift; exec "$@"';

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

async function run(world: World, scratch: string, command: Command): Promise<Result<Exit>> {
  const argv = [
    ...["setpriv", "--pdeathsig", "KILL", "sh", "-c", tied, "sh", String(process.pid)],
    ...["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child"],
    ...["sh", "-c", script, "sh", scratch],
    ...["bwrap", ...bwrapArguments(world, scratch, command)],
  ];
  const spawned = await spawnLines(argv, { ...command, env: { PATH: process.env.PATH ?? "/usr/bin:/bin" } });
  const started = spawned.report.includes("child-pid");
  if (!started && !spawned.interrupted) return err(notStarted(scratch, command));
  return ok({ status: spawned.status, interrupted: spawned.interrupted });
}

function notStarted(scratch: string, command: Command): Diagnostic {
  const log = `${scratch}/mount.log`;
  const said = existsSync(log) ? readFileSync(log, "utf8").trim() : "";
  return diagnostic("sandbox-failed", `the sandbox could not be set up for \`${command.argv[0]}\``, {
    notes: ["bubblewrap, user namespaces and overlay mounts (Linux 5.11) are needed"],
    help: ["build without isolation: gantry build --sandbox none"],
    causes: said === "" ? [] : [said],
  });
}

function locate(world: World, written: ReadonlyMap<string, string>, path: string): string | undefined {
  for (const mount of world.mounts) {
    if (!path.startsWith(`${mount.at}/`)) continue;
    const below = path.slice(mount.at.length);
    const upper = written.get(mount.at);
    const places =
      mount.kind === "read-only" ? mount.directories : mount.kind === "layered" ? [mount.lower] : [];
    const found = [...(upper ? [upper] : []), ...places]
      .map((place) => place + below)
      .find((p) => existsSync(p));
    if (found) return found;
  }
  return undefined;
}

/**
 * What bubblewrap is told for one command in a staged world (bwrap(1), version 0.8). It reads the whole mount table for
 * each of its binds: what has many mounts comes last.
 */
function bwrapArguments(world: World, scratch: string, command: Command): string[] {
  const root = `${scratch}/root`;
  const mounts = Map.groupBy(world.mounts, ({ at }) => at.split("/")[1] ?? "");
  const top = [...mounts].sort(([, a], [, b]) => a.length - b.length).map(([name]) => name);
  const writable = world.mounts.filter((mount) => mount.kind !== "read-only");
  return [
    ...["--unshare-all", "--die-with-parent", "--new-session", "--json-status-fd", "3"],
    ...["--uid", "1000", "--gid", "1000", "--hostname", "gantry"],
    ...["--tmpfs", "/"],
    ...["bin", "lib", "lib64", "sbin"].flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]),
    ...["--ro-bind", `${scratch}/etc`, "/etc", "--proc", "/proc", "--dev", "/dev"],
    ...top.flatMap((name) => ["--ro-bind", `${root}/${name}`, `/${name}`]),
    ...writable.flatMap((mount) => ["--bind", `${root}${mount.at}`, mount.at]),
    ...world.scratch.flatMap((path) => ["--tmpfs", path]),
    ...["--remount-ro", "/", "--chdir", command.cwd, "--clearenv"],
    ...Object.entries(command.env).flatMap(([name, value]) => ["--setenv", name, value]),
    "--",
    ...command.argv,
  ];
}

/** Whether the programs that the sandbox is made of are installed; the first that is missing otherwise. */
export function missingProgram(path: string): string | undefined {
  const directories = path.split(":");
  return ["bwrap", "setpriv", "unshare", "mount"].find(
    (name) => !directories.some((at) => existsSync(`${at}/${name}`)),
  );
}

/** The minimal `/etc` of the sandbox: who one is, and that there is no network to ask. */
const etc: Readonly<Record<string, string>> = {
  group: "build:x:1000:\nnogroup:x:65534:\n",
  "host.conf": "multi on\n",
  hosts: "127.0.0.1 localhost\n::1 localhost\n",
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
  passwd: "build:x:1000:1000::/build/home:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n",
};
