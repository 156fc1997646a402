import { expect, test } from "vitest";
import { diagnostic } from "../../src/base/diagnostic.ts";
import { err, ok, type Result } from "../../src/base/result.ts";
import type { CommandEntry } from "../../src/cli/commands.ts";
import { runCommandLine } from "../../src/cli/runProcess.ts";
import type { CommandOutcome } from "../../src/command/command.ts";
import { fakeTerminal } from "./reporter/fakeTerminal.ts";

function entry(run: (signal: AbortSignal) => Promise<Result<CommandOutcome>>): CommandEntry {
  return {
    name: "go",
    summary: "go",
    load: async () => ({
      doing: "going",
      examples: [],
      read: () => ({}),
      run: async ({ signal }) => run(signal),
    }),
  };
}

/** Runs `gantry go …` with a handler, and gives all that can be seen of it. */
async function go(
  handler: (signal: AbortSignal) => Promise<Result<CommandOutcome>>,
  {
    words = [],
    signal = new AbortController().signal,
  }: { words?: readonly string[]; signal?: AbortSignal } = {},
) {
  const { context, out, err: error } = fakeTerminal();
  const exit = await runCommandLine([entry(handler)], ["go", ...words], {
    ...context,
    from: import.meta.dirname,
    env: {},
    terminal: { out: false, err: false },
    signal,
    self: ["gantry"],
    input: () => process.stdin,
    onClose: () => undefined,
  });
  return { ...exit, out: out(), err: error() };
}

test("0 when it is done; what a program would consume goes to standard output", async () => {
  expect(await go(async () => ok({ stdout: "/store/x", finished: "app" }))).toEqual({
    status: 0,
    out: "/store/x\n",
    err: "    Finished app in 0.00s\n",
  });
});

test("a command may answer no, or become another program", async () => {
  const exec = { argv: ["true"], env: {} } as const;
  expect(await go(async () => ok({ status: 1, exec }))).toEqual({ status: 1, exec, out: "", err: "" });
});

test("1 and 2 are the diagnostic's", async () => {
  expect(await go(async () => err(diagnostic("a", "b")))).toMatchObject({ status: 1, err: "error[a]: b\n" });
  expect(await go(async () => err(diagnostic("a", "b", { status: 2 })))).toMatchObject({ status: 2 });
});

test("2 when there is no such directory", async () => {
  const told = await go(async () => ok({}), { words: ["-C", "/nowhere"] });
  expect(told).toEqual({
    status: 2,
    out: "",
    err: "error[no-directory]: `/nowhere` is not a directory\n  = help: name one that exists after `-C`\n",
  });
});

test("130 when it was interrupted, whatever the command makes of it", async () => {
  const controller = new AbortController();
  const interruptedSo = async (how: () => Promise<Result<CommandOutcome>>) =>
    go(
      async (signal) => {
        controller.abort();
        expect(signal.aborted).toBe(true);
        return how();
      },
      { signal: controller.signal },
    );
  const expected = {
    status: 130,
    out: "",
    err: "error[interrupted]: interrupted\n  = note: what was finished is kept, and the next build goes on from there\n",
  };
  expect(await interruptedSo(async () => err(diagnostic("step-failed", "killed by SIGTERM")))).toEqual(
    expected,
  );
  expect(await interruptedSo(async () => Promise.reject(new Error("aborted")))).toEqual(expected);
});

test("what a command throws is a bug and passes through", async () => {
  await expect(go(async () => Promise.reject(new Error("oops")))).rejects.toThrow("oops");
});

test("what the operating system refuses is told in the command's words", async () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC", path: "/x" });
  const { status, err: told } = await go(async () => Promise.reject(full));
  expect([status, told.split("\n")[0]]).toEqual([
    1,
    "error[disk-full]: going failed: no space left on the device: `/x`",
  ]);
});

test("as JSON, all is on standard output and `finish` is last", async () => {
  const told = await go(async () => ok({ stdout: "x", outputs: { default: "/s" } }), {
    words: ["--log-format", "json"],
  });
  expect(told.err).toBe("");
  expect(told.out.split("\n").map((line) => line && JSON.parse(line).type)).toEqual([
    "start",
    "result",
    "finish",
    "",
  ]);
});
