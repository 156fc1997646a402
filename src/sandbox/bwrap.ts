import { spawnSync } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { world as paths } from "../derivation/world.ts";
import { findOnPath } from "../tree/files.ts";
import { fixed } from "./fixed.ts";
import type { WayIn } from "./isolated.ts";
import { emptied, etc } from "./plan.ts";
import type { Command, Mount, World } from "./sandbox.ts";
import { filterOfCalls } from "./seccomp.ts";

/**
 * The way into the sandbox by bubblewrap alone (bwrap(1), version 0.11, which has overlays): for systems that let nobody else
 * make namespaces, as AppArmor does that has a profile for it. It reads the whole mount table for each of its mounts, so
 * that a world of some hundred takes longer. It is for ordinary users alone, who cannot change the host's devices.
 */
export function byBwrap(program: string): WayIn {
  return {
    prepare(world, directory) {
      writeFileSync(`${directory}/filter`, filterOfCalls());
      writeFileSync(`${directory}/nothing`, "");
      for (const name of ["etc", "nowhere", "work"]) mkdirSync(`${directory}/${name}`);
      for (const [name, text] of Object.entries(etc)) writeFileSync(`${directory}/etc/${name}`, text);
      const tie = ["setpriv", "--pdeathsig", "KILL", "sh", "-c", tied, "sh", String(process.pid)];
      return (command) => ({
        argv: [...tie, program, ...bwrapArguments(world, directory, command)],
        file: `${directory}/filter`,
      });
    },
    hasStarted: (report) => report.includes("exit-code"),
  };
}

/** Bubblewrap, if it is installed and knows overlays. */
export function bwrapWithOverlays(path: string): string | undefined {
  const program = findOnPath("bwrap", path);
  if (program === undefined) return undefined;
  return `${spawnSync(program, ["--help"]).stdout}`.includes("--overlay-src") ? program : undefined;
}

/**
 * The system kills `setpriv` when Gantry dies, however it dies, and bubblewrap with it, which it becomes. Gantry may be
 * dead already when the shell starts, hence the comparison. The environment is empty, since a build can read that of
 * bubblewrap (`/proc/1/environ`).
 */
const tied = `test "$PPID" = "$1" || exit 125; shift; set -- env -i "$@"; ${fixed}; exec "$@"`;

/** What bubblewrap is told for one command. */
function bwrapArguments(world: World, directory: string, command: Command): string[] {
  return [
    ...["--unshare-all", "--die-with-parent", "--new-session", "--json-status-fd", "3", "--seccomp", "4"],
    ...["--uid", "1000", "--gid", "1000", "--cap-drop", "ALL", "--hostname", "gantry"],
    ...["--tmpfs", "/"],
    ...["bin", "lib", "lib64", "sbin"].flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]),
    ...["--ro-bind", `${directory}/etc`, "/etc", "--proc", "/proc", "--dev", "/dev"],
    ...["--ro-bind", "/proc/sys", "/proc/sys"],
    ...emptied().flatMap((path) => emptyArguments(path, directory)),
    ...world.scratch.flatMap((path) => ["--tmpfs", path]),
    ...world.mounts.flatMap((mount, index) => mountArguments(mount, directory, index)),
    ...["--tmpfs", paths.sharedMemory, "--remount-ro", "/dev", "--remount-ro", "/"],
    ...["--chdir", command.cwd, "--clearenv"],
    ...Object.entries(command.env).flatMap(([name, value]) => ["--setenv", name, value]),
    "--",
    ...command.argv,
  ];
}

function emptyArguments(path: string, directory: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  return ["--ro-bind", `${directory}/${found.isDirectory() ? "nowhere" : "nothing"}`, path];
}

function mountArguments(mount: Mount, directory: string, index: number): string[] {
  if (mount.kind === "writable") return ["--bind", mount.directory, mount.at];
  if (mount.kind === "layered") {
    const work = `${directory}/work/${index}`;
    mkdirSync(work, { recursive: true });
    return ["--overlay-src", mount.lower, "--overlay", mount.upper, work, mount.at];
  }
  const [first, ...more] = mount.directories;
  if (more.length === 0) return ["--ro-bind", first, mount.at];
  const sources = mount.directories.toReversed().flatMap((each) => ["--overlay-src", each]);
  return [...sources, "--ro-overlay", mount.at];
}
