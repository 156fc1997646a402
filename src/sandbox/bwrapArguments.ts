import { existsSync } from "node:fs";
import type { Command } from "./sandbox.ts";
import type { World } from "./world.ts";

/**
 * What bubblewrap is told for one command in a staged world (bwrap(1), version 0.8). It reads the whole mount table for
 * each of its binds: what has many mounts comes last.
 */
export function bwrapArguments(world: World, scratch: string, command: Command): string[] {
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
