import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { entryProgram } from "../../src/sandbox/entryProgram.ts";
import { byProgram, isolated } from "../../src/sandbox/isolated.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { openStore } from "../../src/store/openStore.ts";
import { nobodys, type User, users } from "../hermetic/user.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

/** The program that enters sandboxes, compiled once for all tests. */
export const program: string = await compiled();

/** As whoever runs the tests enters it. */
export const full = isolated(byProgram(program));

const ofUser = byProgram(program, false);

/** As one without rights enters it, whom root can be in addition. */
const fullOfUser = isolated({
  ...ofUser,
  start(command, directory) {
    const { file } = ofUser.start(command, directory);
    // Everything that the world shows of a test lies beside the sandbox's own directory.
    const all = dirname(directory);
    copyFileSync(program, `${all}/enter`);
    execFileSync("chown", ["--recursive", `${nobodys}:${nobodys}`, all]);
    const become = ["--reuid", nobodys, "--regid", nobodys, "--clear-groups"];
    return { argv: ["setpriv", ...become, `${all}/enter`], file };
  },
});

/** The full sandbox by who enters it. */
export const fullByUser: ReadonlyMap<User, Sandbox> = new Map(
  users.map((user) => [user, user === "an ordinary user" ? fullOfUser : full]),
);

async function compiled(): Promise<string> {
  const directory = `${homedir()}/.cache/gantry-tests`;
  mkdirSync(directory, { recursive: true });
  using store = valueOfResult(openStore(`${directory}/sandbox`));
  const path = process.env.PATH ?? "";
  return valueOfResult(await entryProgram({ store, path, installAdvice: (_, name) => `install ${name}` }));
}
