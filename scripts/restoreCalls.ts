import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/**
 * Counts the system calls of restoring a tree of 5,000 files in 50 directories whose contents are in the store, and
 * measures how long it takes. Needs `strace`.
 *
 *     node scripts/restoreCalls.ts [CLONE]
 *
 * CLONE: another clone to measure, for example of an earlier commit [default: this one].
 */
const [clone = join(import.meta.dirname, "..")] = process.argv
  .slice(2)
  .filter((word) => word !== "--restore");
const marks = ["/restore-begins", "/restore-ends"] as const;

if (process.argv.includes("--restore")) await restore();
else report();

function report(): void {
  const work = mkdtempSync(join(tmpdir(), "restore-calls-"));
  try {
    const trace = join(work, "trace");
    const command = [process.execPath, "--disable-warning=ExperimentalWarning", import.meta.filename];
    const run = (...before: string[]) =>
      spawnSync("env", [...before, ...command, clone, "--restore"], { encoding: "utf8" }).stdout.trim();
    const times = Array.from({ length: 5 }, () => Number(run())).sort((a, b) => a - b);
    run("strace", "-f", "-o", trace);
    const lines = readFileSync(trace, "utf8").split("\n");
    const [from, to] = marks.map((mark) => lines.findIndex((line) => line.includes(mark)));
    const calls = lines.slice(from, to).flatMap((line) => /^\d+ +(\w+)\(/.exec(line)?.[1] ?? []);
    console.log(`${times[2]} ms (median of 5), ${calls.length} system calls:`);
    const counts = [...Map.groupBy(calls, (call) => call)].map(([call, all]) => [call, all.length] as const);
    for (const [call, count] of counts.sort((a, b) => b[1] - a[1]).slice(0, 8))
      console.log(`${String(count).padStart(8)}  ${call}`);
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Adds the contents, restores three trees of them, and prints how many milliseconds the last one took. */
async function restore(): Promise<void> {
  const { openStore } = await import(resolve(clone, "src/store/openStore.ts"));
  const { digestOf } = await import(resolve(clone, "src/base/digest.ts"));
  const root = mkdtempSync(join(tmpdir(), "restore-"));
  const store = openStore(join(root, "store")).value;
  const texts = Array.from({ length: 5000 }, (_, at) => `text ${at}`);
  const contents = new Map(texts.map((text) => [digestOf(text), Buffer.from(text)]));
  const filesOf = (top: number) =>
    [...contents.keys()].map((digest, at) => ({
      path: `top${top}/directory${at % 50}/file${at}`,
      type: "file",
      digest,
      executable: false,
    }));
  let took = 0;
  for (let round = 0; round < 3; round++) {
    const files = filesOf(round);
    if (round === 2) statSync(marks[0], { throwIfNoEntry: false });
    const started = performance.now();
    await store.compose(files, ({ digest }: { digest: string }) => contents.get(digest));
    took = performance.now() - started;
    if (round === 2) statSync(marks[1], { throwIfNoEntry: false });
  }
  console.log(Math.round(took));
  store[Symbol.dispose]();
  rmSync(root, { recursive: true });
}
