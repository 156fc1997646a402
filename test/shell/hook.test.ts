import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { hookLines, runShellHook } from "../../src/shell/hook.ts";
import { isOnPath } from "../../src/tree/files.ts";
import { notCovered } from "../rig/notCovered.ts";

const root = join(mkdtempSync(join(tmpdir(), "gantry-hook-")), "it's a project");
mkdirSync(`${root}/below`, { recursive: true });
afterAll(() => rmSync(join(root, ".."), { recursive: true }));
const env = { PATH: process.env.PATH ?? "", OLD: "old", SHOWN: "one\ntwo" };

/** What a hook leaves of variables, or why it failed; all ways of running one must agree. */
const hooks: readonly (readonly [
  does: string,
  hook: string,
  left: Readonly<Record<string, string>> | string,
])[] = [
  ["sets", 'export A="$OLD it\'s" B=\'$x `y` "z" \\\'', { A: "old it's", B: '$x `y` "z" \\' }],
  ["has lines", 'export A="$SHOWN\n"', { A: "one\ntwo\n" }],
  ["returns", "export A=1\nreturn 0\nexport A=2", { A: "1" }],
  ["goes elsewhere", 'cd below; export A="$PWD"; set -eu', { A: `${root}/below` }],
  ["unsets", "unset OLD", { OLD: "" }],
  ["prints", "echo printed", {}],
  ["leaves something running", "sleep 60 >/dev/null 2>&1 & export A=1", { A: "1" }],
  ["keeps files that are there", "set -C; export A=1", { A: "1" }],
  ["has arguments", 'set -- x "y z"; export A="$2"', { A: "y z" }],
  ["returns a failure", "export A=1; return 3", "it ended with status 3"],
  ["ends its shell", "export A=1; exit 0", "it ended its shell: `return` ends a hook"],
  ["is none", "if then", "it ended with status 2"],
  ["closes what is around it", "echo a\n}\nexport A=1", "it ended with status 2"],
  ["is of another shell", "[[ a == a ]]", "it ended with status 127"],
  ["takes the `PATH` away", "unset PATH", "it leaves no `PATH`"],
];

test.each(hooks)("a hook that %s", async (_, hook, left) => {
  const wanted = { A: "", B: "", OLD: "old", ...(typeof left === "string" ? {} : left), PATH: env.PATH };
  const ran = await runShellHook(hook, { env, root });
  if (ran.ok) {
    const { A = "", B = "", OLD = "", PATH, PWD } = ran.value;
    expect({ A, B, OLD, PATH, PWD }).toEqual(wanted);
  } else expect(ran.error.causes).toEqual([left]);
  for (const shell of ["bash", "dash", "zsh"]) {
    if (!isOnPath(shell, env)) notCovered(`hooks in ${shell}`, `${shell} (apt install ${shell})`);
    else expect(inShell(shell, hook)).toEqual({ ...wanted, isFailed: typeof left === "string" });
  }
});

test("what a hook leaves running is not waited for, also a loop of the shell itself", async () => {
  const loop = "for n in 1 2 3 4; do sleep 3; done >/dev/null 2>&1 & export A=$!";
  const ran = await runShellHook(loop, { env, root });
  const pids = [ran.ok && ran.value.A, inShell("dash", loop).A];
  // One that has ended is no process any more.
  for (const pid of pids) process.kill(Number(pid), "SIGKILL");
});

test("what the shell says it runs is the hook alone", () => {
  const { stdout, stderr } = spawnSync("dash", ["-c", hookLines("set -x; : own", root).join("\n")], {
    env,
    encoding: "utf8",
  });
  expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "+ : own\n" });
});

test("variables that are too long together are named by their longest", async () => {
  const many = Object.fromEntries(
    Array.from({ length: 70 }, (_, at) => [`V${at}`, "x".repeat(100_000 + at)]),
  );
  const ran = await runShellHook(":", { env: { ...env, ...many }, root });
  expect(ran.ok || [ran.error.message, ran.error.notes[0]]).toEqual([
    expect.stringMatching(
      /^the `shellHook` cannot get all variables and arguments: they have 68\d\d KiB together$/,
    ),
    "the longest variable is `V69`",
  ]);
});

function inShell(shell: string, hook: string) {
  const tell = 'printf "%s\\0" "$A" "$B" "$OLD" "$PATH" "$PWD" "${gantry_left-gone}"';
  const lines = [...hookLines(hook, root), tell].join("\n");
  const { stdout, stderr } = spawnSync(shell, ["-c", lines], { cwd: "/", env, encoding: "utf8" });
  const [A, B, OLD, PATH, PWD, own] = stdout.split("\0");
  expect([PWD, own]).toEqual(["/", "gone"]);
  // zsh reads /etc/zsh/zshenv in any case.
  expect(PATH?.endsWith(env.PATH)).toBe(true);
  return {
    A,
    B,
    OLD,
    PATH: env.PATH,
    isFailed: stderr.includes("gantry: the `shellHook` of the dev shell failed"),
  };
}
