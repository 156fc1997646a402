import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname } from "node:path";
import { entryProgram } from "../../src/sandbox/entryProgram.ts";
import { byProgram, isolated, type WayIn } from "../../src/sandbox/isolated.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { openStore } from "../../src/store/openStore.ts";
import { nobodys, type User, users } from "../hermetic/user.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

/** The program that enters sandboxes, compiled once for all tests. */
export const program: string = await compiled();

/** As whoever runs the tests enters it. */
export const full = isolated(byProgram(program));

/** A way in for one without rights, whom root can be in addition. */
export function byUser(way: WayIn): Sandbox {
  if (process.getuid?.() !== 0) return isolated(way);
  return isolated({
    ...way,
    prepare(world, directory) {
      const start = way.prepare(world, directory);
      return (command) => {
        const { argv, file } = start(command);
        // Everything that the world shows of a test lies beside the sandbox's own directory.
        execFileSync("chown", ["--recursive", `${nobodys}:${nobodys}`, dirname(directory)]);
        const become = ["--reuid", nobodys, "--regid", nobodys, "--clear-groups"];
        return { argv: ["setpriv", ...become, ...argv], file };
      };
    },
  });
}

const ofCaller = byProgram(program);

/** As one enters it where mounts are made read-only one by one. */
const fullOnOlderKernel = isolated({
  ...ofCaller,
  prepare(world, directory) {
    const start = ofCaller.prepare(world, directory);
    const older = `${directory}/olderKernel`;
    execFileSync("cc", ["-o", older, `${import.meta.dirname}/olderKernel.c`]);
    return (command) => {
      const { argv, file } = start(command);
      return { argv: [older, ...argv], file };
    };
  },
});

/** The full sandbox by who enters it. */
export const fullByUser: ReadonlyMap<User | "one on Linux 5.11", Sandbox> = new Map([
  ...users.map(
    (user) =>
      [user, user === "an ordinary user" ? byUser(byProgram(readable(program), false)) : full] as const,
  ),
  ["one on Linux 5.11", fullOnOlderKernel],
]);

/** A copy that everybody may read. */
function readable(file: string): string {
  const copy = `${mkdtempSync(`${tmpdir()}/gantry-enter-`)}/enter`;
  chmodSync(dirname(copy), 0o755);
  copyFileSync(file, copy);
  process.once("exit", () => rmSync(dirname(copy), { recursive: true }));
  return copy;
}

async function compiled(): Promise<string> {
  const directory = `${homedir()}/.cache/gantry-tests`;
  mkdirSync(directory, { recursive: true });
  using store = valueOfResult(openStore(`${directory}/sandbox`));
  const path = process.env.PATH ?? "";
  return valueOfResult(await entryProgram({ store, path, installAdvice: (_, name) => `install ${name}` }));
}
