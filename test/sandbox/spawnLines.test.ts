import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { openJobserver } from "../../src/engine/step/jobserver.ts";
import { spawnLines } from "../../src/sandbox/spawnLines.ts";

/** Runs a shell script to its end; gives its lines. */
async function linesOf(script: string, signal = new AbortController().signal): Promise<string[]> {
  const lines: string[] = [];
  const env = { PATH: process.env.PATH ?? "" };
  const onLine = (_: unknown, line: string) => void lines.push(line);
  const directory = mkdtempSync(`${tmpdir()}/gantry-lines-`);
  await spawnLines(["sh", "-c", script], { argv: ["sh"], cwd: "/", env, signal, onLine }, { directory });
  rmSync(directory, { recursive: true });
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

test("after an interrupted command has ended, no signal is sent to what has its number by then", async () => {
  const interruption = new AbortController();
  using kill = vi.spyOn(process, "kill");
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const ended = linesOf("sleep 100", interruption.signal);
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
