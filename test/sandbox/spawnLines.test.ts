import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { openJobserver } from "../../src/engine/step/jobserver.ts";
import { noSandbox } from "../../src/sandbox/noSandbox.ts";
import { spawnLines } from "../../src/sandbox/spawnLines.ts";
import { sandboxRig } from "./rig.ts";

type How = {
  readonly signal?: AbortSignal;
  readonly use?: (line: string) => void;
  readonly onPause?: () => void;
};

/** Runs a shell script to its end; gives its lines, unless they are taken otherwise. */
async function linesOf(
  script: string,
  { signal, use, onPause = () => undefined }: How = {},
): Promise<string[]> {
  const lines: string[] = [];
  const command = {
    ...({ argv: ["sh"], cwd: "/" } as const),
    ...{ env: { PATH: process.env.PATH ?? "" }, signal: signal ?? new AbortController().signal, onPause },
    onLine: (_: unknown, line: string) => (use ? use(line) : void lines.push(line)),
  };
  const directory = mkdtempSync(`${tmpdir()}/gantry-lines-`);
  const { failure } = await spawnLines(["sh", "-c", script], command, { directory });
  rmSync(directory, { recursive: true });
  if (failure !== undefined) throw failure;
  return lines;
}

test.each([
  ["printf 'a\\nb\\r\\nc\\rd\\n\\ne'", ["a", "b", "c", "d", "", "e"]],
  ["printf 'a\\r'; sleep 0.1; printf '\\nb\\n'", ["a", "b"]],
  ["printf ''", []],
  ["printf '\\303'; sleep 0.1; printf '\\244\\342\\200\\250'", ["ä\u2028"]],
])("%s", async (script, lines) => {
  expect(await linesOf(script)).toEqual(lines);
});

test("a line that is too long for one string comes in pieces", async () => {
  const mebibyte = 1024 * 1024;
  const script = `head -c ${20 * mebibyte} /dev/zero | tr '\\0' x; echo; echo end`;
  const lengths = (await linesOf(script)).map((line) => line.length);
  expect([lengths.length, (lengths[0] ?? 0) + (lengths[1] ?? 0), lengths[2]]).toEqual([3, 20 * mebibyte, 3]);
  expect(lengths[0]).toBeLessThan(17 * mebibyte);
});

test("whatever a command prints, the event loop has its turn after each piece: signals and timers do not wait", async () => {
  let [printed, before, longest] = [0, 0, 0];
  let isDone = false;
  const turn = (): void => {
    longest = Math.max(longest, printed - before);
    before = printed;
    if (!isDone) setImmediate(turn);
  };
  turn();
  await linesOf("yes | head -c 8388608", { use: () => void printed++ });
  isDone = true;
  expect(printed).toBe(4 * 1024 * 1024);
  // A pipe holds 64 KiB, and Node reads up to 32 times that before it looks at anything else.
  expect(longest).toBeLessThan(200_000);
});

test("where the taking of the lines fails, as on a full disk, the command is ended, and the failure is told", async () => {
  const full = new Error("ENOSPC");
  const fail = (): never => {
    throw full;
  };
  await expect(linesOf("yes", { onPause: fail })).rejects.toBe(full);
  await using at = sandboxRig(noSandbox);
  await expect(
    at.enter().run({
      ...{ argv: ["yes"], cwd: "/", env: {}, signal: new AbortController().signal },
      onLine: fail,
    }),
  ).rejects.toBe(full);
});

test("what takes the lines is told when there are no more for now", async () => {
  const told: string[] = [];
  const script = "printf 'a\\nb\\n'; sleep 0.1; printf 'c\\n'";
  await linesOf(script, { use: (line) => void told.push(line), onPause: () => void told.push("pause") });
  expect(told).toEqual(["a", "b", "pause", "c", "pause"]);
});

test("after an interrupted command has ended, no signal is sent to what has its number by then", async () => {
  const interruption = new AbortController();
  using kill = vi.spyOn(process, "kill");
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const ended = linesOf("sleep 100", { signal: interruption.signal });
    interruption.abort();
    await ended;
    expect(kill).toHaveBeenCalled();
    kill.mockClear();
    vi.advanceTimersByTime(10_000);
    expect(kill).not.toHaveBeenCalled();
  } finally {
    vi.useRealTimers();
  }
});

test("spare pipes are used up and lose their names, and then pipes are made", async () => {
  const directory = mkdtempSync(`${tmpdir()}/gantry-lines-`);
  onTestFinished(() => rmSync(directory, { recursive: true }));
  mkdirSync(`${directory}/jobs`);
  mkdirSync(`${directory}/made`);
  const { sparePipe, [Symbol.dispose]: close } = openJobserver(`${directory}/jobs`, 1);
  onTestFinished(close);
  const spare = () => readdirSync(`${directory}/jobs`).filter((name) => name.startsWith("spare-")).length;
  const says = async (isMerged: boolean, env: Readonly<Record<string, string>>) => {
    const lines: string[] = [];
    const onLine = (stream: string, line: string) => void lines.push(`${stream}: ${line}`);
    const { signal } = new AbortController();
    const script = "echo out; sleep 0.1; echo err >/dev/stderr";
    const command = { argv: ["sh"], cwd: "/", env, signal, onLine, isMerged, sparePipe } as const;
    await spawnLines(["/bin/sh", "-c", script], command, { directory: `${directory}/made` });
    return lines;
  };
  const { PATH = "" } = process.env;
  const merged = ["stdout: out", "stdout: err"];
  const apart = ["stdout: out", "stderr: err"];
  expect(spare()).toBe(6);
  // Without programs to start, there is no other way to have pipes.
  vi.stubEnv("PATH", "");
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await says(true, { PATH })).toEqual(merged);
  expect(spare()).toBe(5);
  for (const left of [3, 1]) {
    expect(await says(false, { PATH })).toEqual(apart);
    expect(spare()).toBe(left);
  }
  vi.unstubAllEnvs();
  // One is not enough.
  expect(await says(false, { PATH })).toEqual(apart);
  expect(await says(true, { PATH })).toEqual(merged);
  expect(readdirSync(`${directory}/made`)).toEqual([]);
});

test("a limit of open files that is too low is said as that", () => {
  const module = JSON.stringify(join(import.meta.dirname, "../../src/sandbox/spawnLines.ts"));
  const script = `import { spawnLines } from ${module};
import { mkdtempSync } from "node:fs";
const command = { argv: ["true"], cwd: "/", env: {}, signal: new AbortController().signal, onLine() {} };
await spawnLines(["true"], command, { directory: mkdtempSync("/tmp/gantry-lines-") }).catch(({ code }) => console.log(code));`;
  // What a program inherits may have a number that nothing else can have any more.
  const limited = 'exec 200>/dev/null; ulimit -n 64; exec "$@"';
  const words = ["-c", limited, "sh", process.execPath, "--input-type=module", "--eval", script];
  expect(spawnSync("bash", words, { encoding: "utf8" })).toMatchObject({ stdout: "EMFILE\n" });
});
