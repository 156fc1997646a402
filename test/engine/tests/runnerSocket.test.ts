import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type AskedTest, type EndedTest, message, printedFirst } from "../../../src/engine/tests/protocol.ts";
import { listenToRunners } from "../../../src/engine/tests/runnerSocket.ts";

const zero = (...fields: readonly string[]) => fields.map((field) => `${field}\0`).join("");
const sent = (letter: string, text: string) => `${letter}${Buffer.byteLength(text)}\n${text}`;
const asking = sent(
  "a",
  zero("/build/source", "2", "2", "/p", "--exact", "2", "A=1", "B=x=y", "1", "/tmp/a"),
);

/** Says something to who listens, piece by piece, and gives all that comes back. */
async function say(directory: string, ...pieces: readonly string[]): Promise<string> {
  const socket = connect(join(directory, "ask"));
  let heard = "";
  socket.on("data", (data) => {
    heard += data.toString();
  });
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  for (const [index, piece] of pieces.entries()) {
    // How it ended is said after the answer.
    while (index > 0 && index === pieces.length - 1 && heard === "")
      await new Promise((resolve) => setTimeout(resolve, 5));
    socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  socket.end();
  await closed;
  return heard;
}

async function listening(directory: string) {
  const asked: AskedTest[] = [];
  const ended: EndedTest[] = [];
  const socket = await listenToRunners(directory, async (one) => {
    asked.push(one);
    return { bytes: message("r", "gantry-test-0"), ended: (end) => void ended.push(end) };
  });
  return { asked, ended, socket };
}

test("a runner says what it would start, is answered, and says how that ended", async () => {
  // A name that is too long for a socket's.
  const directory = mkdtempSync(join(tmpdir(), `gantry-runner-${"x".repeat(100)}-`));
  const { asked, ended, socket } = await listening(directory);
  const at = openSync(directory, "r");
  const end = sent("e", zero("exit 0", "") + printedFirst("first", Buffer.from("25\nwrong")));
  const heard = await say(`/proc/self/fd/${at}`, asking.slice(0, 5), asking.slice(5), end);
  await socket.quiet();
  expect(heard).toBe("r13\ngantry-test-0");
  expect(asked).toEqual([
    {
      ...{ cwd: "/build/source", isMerged: false, argv: ["/p", "--exact"] },
      ...{ env: { A: "1", B: "x=y" }, there: new Set(["/tmp/a"]) },
    },
  ]);
  expect(ended.map(({ output, ...rest }) => ({ ...rest, output: output.toString() }))).toEqual([
    { passed: true, isLong: false, outlived: false, output: "16\nfirst\n25\nwrong" },
  ]);
  await socket[Symbol.asyncDispose]();
  closeSync(at);
  rmSync(directory, { recursive: true });
});

test.each<[string, string]>([
  ["what is no question", sent("a", "x")],
  ["what lacks a list", sent("a", zero("/build/source", "2", "1", "/p"))],
])("of %s a runner is told to run it, and nothing is kept", async (_, text) => {
  const directory = mkdtempSync(join(tmpdir(), "gantry-runner-"));
  const { socket } = await listening(directory);
  expect(await say(directory, text)).toBe("r11\ngantry-test");
  await socket[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

test.each<[string, Partial<EndedTest>]>([
  [zero("exit 101", ""), { passed: false, outlived: false }],
  [zero("signal 11", ""), { passed: false, outlived: false }],
  [zero("exit 0", "outlived"), { passed: true, outlived: true }],
  [zero("long", ""), { passed: true, isLong: true }],
])("%j is how a program ended", async (text, expected) => {
  const directory = mkdtempSync(join(tmpdir(), "gantry-runner-"));
  const { ended, socket } = await listening(directory);
  await say(directory, asking, sent("e", text));
  await socket.quiet();
  expect(ended).toMatchObject([expected]);
  await socket[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

test("who sends without end is cut off", async () => {
  const directory = mkdtempSync(join(tmpdir(), "gantry-runner-"));
  const { asked, socket } = await listening(directory);
  expect(await say(directory, `a999999999999\n${"x".repeat(9_000_000)}`)).toBe("");
  expect(asked).toEqual([]);
  await socket[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});
