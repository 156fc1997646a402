import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command, Mount, Sandbox, SandboxInstance } from "../../src/sandbox/sandbox.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { writeFiles } from "../rig/writeFiles.ts";

export type SandboxRig = AsyncDisposable & {
  readonly root: string;
  /** A directory with files, by path. */
  directory(name: string, files?: Readonly<Record<string, string>>): string;
  enter(...mounts: readonly Mount[]): SandboxInstance;
};

/** A sandbox in a directory that vanishes. */
export function sandboxRig(open: (directory: string) => Sandbox): SandboxRig {
  const root = mkdtempSync(join(tmpdir(), "gantry-sandbox-"));
  return {
    root,
    directory(name, files = {}) {
      mkdirSync(`${root}/${name}`);
      writeFiles(`${root}/${name}`, files);
      return `${root}/${name}`;
    },
    enter(...mounts) {
      mkdirSync(`${root}/scratch`);
      const usr: Mount = { at: "/usr", kind: "read-only", directories: ["/usr"] };
      const all = mounts.some(({ at }) => at === "/usr") ? mounts : [...mounts, usr];
      const sorted = all.toSorted((a, b) => (a.at < b.at ? -1 : 1));
      const world = { mounts: sorted, scratch: ["/tmp", "/build/home"] };
      return open(root).enter(world, `${root}/scratch`);
    },
    async [Symbol.asyncDispose]() {
      // The directory that an overlay works in is closed to all but root.
      spawnSync("chmod", ["-R", "u+rwx", root]);
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Runs a shell script and gives all that can be seen of it. */
export async function shell(instance: SandboxInstance, script: string, more: Partial<Command> = {}) {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const exit = await instance.run({
    argv: ["/bin/sh", "-c", script],
    cwd: "/build/home",
    env: { PATH: "/usr/bin:/bin" },
    onLine: (stream, line) => void (stream === "stdout" ? stdout : stderr).push(line),
    signal: new AbortController().signal,
    ...more,
  });
  return { ...valueOfResult(exit), stdout, stderr };
}

export const quiet = { status: 0, interrupted: false, stdout: [], stderr: [] };
