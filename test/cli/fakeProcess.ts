import { spawnSync } from "node:child_process";
import { lookup } from "node:dns";
import { writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { diagnostic } from "../../src/base/diagnostic.ts";
import { err, ok, type Result } from "../../src/base/result.ts";
import type { CommandEntry } from "../../src/cli/commands.ts";
import { runProcess } from "../../src/cli/runProcess.ts";
import type { CommandOutcome } from "../../src/command/command.ts";

function fake(name: string, run: (signal: AbortSignal) => Promise<Result<CommandOutcome>>): CommandEntry {
  const load: CommandEntry["load"] = async () => ({
    doing: "testing",
    examples: [],
    read: () => ({}),
    async run(options, emit) {
      emit({ type: "note", text: "started" });
      return run(options.signal);
    },
  });
  return { name, summary: "", load };
}

/** Runs a program that Ctrl-C ends together with this process, which waits for it meanwhile. */
function withHelper() {
  return spawnSync("sh", ["-c", "kill -INT $PPID $$"]);
}

/** A process whose commands do what a test is about: `wait` heeds Ctrl-C, `hang` does not. */
await runProcess([
  fake("wait", async (signal) => {
    const waited = await sleep(60_000, undefined, { signal }).catch(() => undefined);
    return err(diagnostic("fake-failed", `killed after ${waited}`));
  }),
  fake("hang", async () => {
    await sleep(60_000);
    return ok({});
  }),
  fake("hung-disk", async () => {
    // To open a pipe that nobody writes into keeps a thread, as a mount does whose server is gone.
    for (let at = 0; at < 3; at += 1) void open(process.env.PIPE ?? "");
    await sleep(100);
    return err(diagnostic("fake-failed", "it ends", { status: 2 }));
  }),
  fake("no-names", async () => {
    lookup("cache.example.org", () => {});
    await sleep(100);
    return err(diagnostic("fake-failed", "it ends", { status: 2 }));
  }),
  fake("helper-refused", async () => {
    const { status } = withHelper();
    return err(diagnostic("fake-failed", `a program ended with ${status}`));
  }),
  fake("helper-thrown", async () => {
    throw new Error(`a program ended with ${withHelper().status}`);
  }),
  fake("slow-end", async () => {
    process.on("exit", () => {
      writeSync(2, "ending\n");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    });
    return ok({});
  }),
  fake("bug", async () => {
    throw new Error("oops");
  }),
  fake("late", async () => {
    setTimeout(() => {
      throw new Error("late oops");
    }, 10);
    await sleep(60_000);
    return ok({});
  }),
  fake("unsettled", () => new Promise(() => {})),
  fake("ended", async () => process.exit(0)),
  fake("become", async () =>
    ok({ exec: { argv: ["sh", "-c", "echo $GREETING; exit 7"], env: { PATH: "/bin", GREETING: "hello" } } }),
  ),
  fake("killed", async () => ok({ exec: { argv: ["sh", "-c", "kill -9 $$"], env: { PATH: "/bin" } } })),
  fake("nothing", async () => ok({ exec: { argv: ["no-such-program"], env: { PATH: "/bin" } } })),
  fake("long", async () => ok({ stdout: "line\n".repeat(100_000) })),
]);
