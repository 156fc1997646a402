import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { isOnPath } from "../../src/tree/files.ts";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { notCovered } from "../rig/notCovered.ts";
import { full, program } from "./full.ts";
import { type SandboxRig, sandboxRig } from "./rig.ts";

describeIsolated("how a command in the sandbox begins and ends", () => {
  test("what Gantry itself inherited is not handed on: open files, the mask of modes, limits", async () => {
    await using at = sandboxRig(() => full);
    const files = at.directory("files", { secret: "secret" });
    at.directory("scratch");
    writeFileSync(
      `${at.root}/started.ts`,
      `import { full } from ${JSON.stringify(join(import.meta.dirname, "full.ts"))};
const usr = { at: "/usr", kind: "read-only", directories: ["/usr"] } as const;
const instance = full.enter({ mounts: [usr], scratch: ["/tmp"] }, process.argv[2] ?? "");
const open = "for each in /proc/$$/fd/*; do test ! -e $each || echo \${each##*/}; done";
const script = "umask; ulimit -S -c; ulimit -S -s; ulimit -S -n; " + open;
const { signal } = new AbortController();
const onLine = (_: string, line: string) => console.log(line);
await instance.run({ argv: ["/bin/sh", "-c", script], cwd: "/", env: {}, onLine, signal });
`,
    );
    const secret = openSync(`${files}/secret`, "r");
    const unused = Array<"ignore">(57).fill("ignore");
    // Where a command may have open files of its own.
    const among = unused.map((each, at) => (at === 2 || at === 17 ? secret : each));
    const surroundings = 'umask 077; ulimit -S -c unlimited; ulimit -S -s 4096; ulimit -S -n 512; exec "$@"';
    const started = [process.execPath, `${at.root}/started.ts`, `${at.root}/scratch`];
    const ran = spawnSync("sh", ["-c", surroundings, "sh", ...started], {
      stdio: ["ignore", "pipe", "inherit", ...among, secret],
    });
    closeSync(secret);
    expect(ran.stdout.toString().split("\n")).toEqual(["0022", "0", "8192", "4096", "0", "1", "2", ""]);
  });

  test("what runs in the sandbox stops by Ctrl-Z, and goes on with Gantry", async () => {
    if (!isOnPath("script", process.env))
      return notCovered("Ctrl-Z in a build", "script (apt install bsdutils)");
    await using at = sandboxRig(() => full);
    const { script, mark } = startedScript(at);
    const terminal = spawn("script", ["-qec", "bash --norc --noprofile -i", "/dev/null"], {
      env: { ...process.env, HISTFILE: "", SHELL: "/bin/sh" },
    });
    onTestFinished(() => void terminal.kill("SIGKILL"));
    let said = "";
    terminal.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    terminal.stdin.write(`${process.execPath} ${script} ${at.root}/scratch\n`);
    await vi.waitFor(() => expect(said).toMatch(/^started/m), waiting);
    const states = () => [...new Set(processesWith(mark, script).map(stateOf))].sort();
    expect(states()).toEqual(["S"]);
    terminal.stdin.write("\x1a");
    await vi.waitFor(() => expect(states()).toEqual(["T"]), waiting);
    terminal.stdin.write("fg\n");
    await vi.waitFor(() => expect(states()).toEqual(["S"]), waiting);
    // Once more, as it was.
    terminal.stdin.write("\x1a");
    await vi.waitFor(() => expect(states()).toEqual(["T"]), waiting);
    terminal.kill("SIGKILL");
    await once(terminal, "exit");
    expect(await survivors(mark)).toEqual([]);
  });

  test("where nobody could have it go on, a signal to stop does nothing", async () => {
    await using at = sandboxRig(() => full);
    const { script, mark } = startedScript(at);
    // A session of its own: its group is orphaned, and a program that does not listen goes on.
    const gantry = spawn(process.execPath, [script, `${at.root}/scratch`], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void gantry.kill("SIGKILL"));
    await once(gantry.stdout, "data");
    const states = () => [...new Set(processesWith(mark, script).map(stateOf))];
    for (let turn = 0; turn < 2; turn++) {
      gantry.kill("SIGTSTP");
      await setTimeout(300);
      await vi.waitFor(() => expect(states()).toEqual(["S"]), waiting);
    }
    gantry.kill("SIGKILL");
    await once(gantry, "exit");
    expect(await survivors(mark)).toEqual([]);
  });

  test("when Gantry is killed, nothing that it started lives on", async () => {
    await using at = sandboxRig(() => full);
    const { gantry, mark } = await started(at);
    gantry.kill("SIGKILL");
    await once(gantry, "exit");
    expect(await survivors(mark)).toEqual([]);
  });

  test.each([
    ["that Gantry started", 0, 128],
    ["that is the first one in the sandbox", 1, 137],
  ])("when the process %s is killed, nothing lives on, and Gantry fails", async (_, depth, status) => {
    await using at = sandboxRig(() => full);
    const { gantry, mark } = await started(at);
    let pid = gantry.pid ?? 0;
    for (let level = 0; level <= depth; level++) pid = childOf(pid);
    process.kill(pid, "SIGKILL");
    await once(gantry, "exit");
    expect(gantry.exitCode).toBe(status);
    expect(await survivors(mark)).toEqual([]);
  });

  test("whenever Gantry is killed while the sandbox is made, nothing lives on", async () => {
    await using at = sandboxRig(() => full);
    const { script, mark } = startedScript(at);
    for (let turn = 0; turn < 6; turn++) {
      const gantry = spawn(process.execPath, [script, `${at.root}/scratch`, String(turn)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      // It says so just before it starts the program.
      await once(gantry.stdout, "data");
      await setTimeout(2 * turn);
      gantry.kill("SIGKILL");
      await once(gantry, "exit");
    }
    expect(await survivors(mark)).toEqual([]);
    expect(commandLines().filter((line) => line.includes(program))).toEqual([]);
  });
});

/** In milliseconds. */
const waiting = { timeout: 10_000, interval: 20 };

/** A module that enters a sandbox in the directory of its first argument, and sleeps there. */
function startedScript(at: SandboxRig): { readonly script: string; readonly mark: string } {
  const mark = `31${process.pid}.${Math.floor(Math.random() * 1e6)}`;
  const script = `${at.root}/killed.ts`;
  writeFileSync(
    script,
    `import { mkdirSync } from "node:fs";
import { full } from ${JSON.stringify(join(import.meta.dirname, "full.ts"))};
const usr = { at: "/usr", kind: "read-only", directories: ["/usr"] } as const;
const own = (process.argv[2] ?? "") + (process.argv[3] ?? "");
mkdirSync(own);
const instance = full.enter({ mounts: [usr], scratch: ["/tmp"] }, own);
const argv = ["/bin/sh", "-c", "trap '' TERM HUP; echo started; sleep ${mark}; sleep ${mark}"] as const;
const { signal } = new AbortController();
if (process.argv[3] !== undefined) console.log("starting");
const exit = await instance.run({ argv, cwd: "/", env: {}, onLine: (_, line) => console.log(line), signal });
process.exit(exit.ok ? exit.value.status : 1);
`,
  );
  return { script, mark };
}

/** Gantry, with a command that sleeps in the sandbox. */
async function started(at: SandboxRig): Promise<{ readonly gantry: ChildProcess; readonly mark: string }> {
  const { script, mark } = startedScript(at);
  const gantry = spawn(process.execPath, [script, `${at.root}/scratch`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(gantry.stdout, "data");
  expect(commandLines().some((line) => line.includes(mark))).toBe(true);
  return { gantry, mark };
}

function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
}

/** Command lines that hold a text, after some time at most. */
async function survivors(mark: string): Promise<string[]> {
  for (let turn = 0; turn < 100 && commandLines().some((line) => line.includes(mark)); turn++)
    await setTimeout(50);
  return commandLines().filter((line) => line.includes(mark));
}

/** Of all processes of this machine. */
function commandLines(): string[] {
  return processes().map(({ commandLine }) => commandLine);
}

/** Those with one of the texts on their command line. */
function processesWith(...texts: readonly string[]): number[] {
  const found = processes().filter(({ commandLine }) => texts.some((text) => commandLine.includes(text)));
  return found.map(({ id }) => id);
}

function processes(): { readonly id: number; readonly commandLine: string }[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      const commandLine = () => readFileSync(`/proc/${name}/cmdline`, "utf8");
      return /^\d+$/.test(name) ? [{ id: Number(name), commandLine: commandLine() }] : [];
    } catch {
      return [];
    }
  });
}

/** `T`: stopped. One that runs counts as one that sleeps. */
function stateOf(id: number): string {
  try {
    return readFileSync(`/proc/${id}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .replace(/^[RD]/, "S")
      .slice(0, 1);
  } catch {
    return "gone";
  }
}
