import { mkdtempSync, writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { ok } from "../../../src/base/result.ts";
import type { EngineEvent } from "../../../src/engine/event.ts";
import { observerFor } from "../../../src/engine/step/observer.ts";
import type { Mount, Sandbox } from "../../../src/sandbox/sandbox.ts";
import { openStore } from "../../../src/store/openStore.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

type Compiler = (out: string, say: (line: string) => void) => number;

const compiles: Compiler = (out) => {
  writeFileSync(`${out}/observe`, "program");
  return 0;
};

/** Steps of one store, whose compiler is a function. */
function stepsWith(compiler: Compiler, { observes = true, toolchain = "1.95" } = {}) {
  const root = mkdtempSync(join(tmpdir(), "gantry-observer-"));
  const store = valueOfResult(openStore(`${root}/store`));
  const worlds: (readonly Mount[])[] = [];
  const told: EngineEvent[] = [];
  const sandbox: Sandbox = {
    level: observes ? "full" : "none",
    identity: "fake",
    observes,
    enter: ({ mounts }) => ({
      written: (at) => at,
      locate: () => undefined,
      async run({ onLine }) {
        worlds.push(mounts);
        const out = mounts.find(({ at }) => at === "/build/out");
        if (out?.kind !== "writable") throw new Error("nowhere to write");
        return ok({ status: compiler(out.directory, (line) => onLine("stderr", line)), interrupted: false });
      },
    }),
  };
  const input = (name: string) => ({ digest: digestOf(name), place: async () => ok([]) });
  return {
    worlds,
    told,
    async observer(of = toolchain, native: readonly string[] = [], base = "base") {
      await using scratch = await store.tempDir("step");
      await mkdir(`${scratch.path}/toolchain`);
      const directories = [...native, base];
      return await observerFor({
        engine: {
          store,
          sandbox,
          signal: new AbortController().signal,
          emit: (event) => void told.push(event),
        },
        scratch: scratch.path,
        step: {
          mounts: new Map([
            ["/build/toolchain", [input(of)]],
            ["/usr", directories.map(input)],
          ]),
        },
        inputs: {
          mounts: [
            { at: "/build/toolchain", kind: "read-only", directories: [`/toolchains/${of}`] },
            { at: "/build/vendor/a-1.0.0", kind: "read-only", directories: ["/a"] },
            { at: "/usr", kind: "read-only", directories: ["/first", ...directories.slice(1), "/base"] },
          ],
        },
      });
    },
    async [Symbol.asyncDispose]() {
      store[Symbol.dispose]();
      await rm(root, { recursive: true });
    },
  };
}

test("it is compiled once, whatever toolchain and native packages a step has, and again for another base system", async () => {
  await using steps = stepsWith(compiles);
  const first = await steps.observer();
  expect(first).toEqual({ observer: expect.stringMatching(/\/trees\/[0-9a-f]{64}\/observe$/) });
  expect(await steps.observer("1.95", ["openssl"])).toEqual(first);
  expect(steps.worlds.length).toBe(1);
  expect(await steps.observer("1.96")).toEqual(first);
  expect(steps.worlds.length).toBe(1);
  await steps.observer("1.96", [], "another");
  expect(steps.worlds.length).toBe(2);
  const shown = steps.worlds[0]?.filter(({ at }) => !at.startsWith("/build/out") && at !== "/build/source");
  expect(shown).toEqual([
    { at: "/build/toolchain", kind: "read-only", directories: ["/toolchains/1.95"] },
    { at: "/usr", kind: "read-only", directories: ["/base"] },
  ]);
});

test("that it is compiled is told, and that it is done, however that ends", async () => {
  for (const compiler of [compiles, () => 1]) {
    await using steps = stepsWith(compiler);
    await steps.observer();
    const about = { type: "progress", what: "compile", name: "observer of what builds read", total: 1 };
    expect(steps.told).toEqual([
      { ...about, done: 0 },
      { ...about, done: 1 },
    ]);
  }
});

test("where it cannot be compiled, the first error says why", async () => {
  await using steps = stepsWith((_, say) => {
    for (const line of ["warning: odd", "error[E0463]: can't find crate for `std`", "error: aborting"])
      say(line);
    return 1;
  });
  expect(await steps.observer()).toEqual({
    unobserved:
      "the observer of what builds read could not be compiled: error[E0463]: can't find crate for `std`",
  });
});

test("a sandbox that does not observe is not asked", async () => {
  await using steps = stepsWith(compiles, { observes: false });
  expect(await steps.observer()).toEqual({ unobserved: "the level `none` does not observe" });
  expect(steps.worlds).toEqual([]);
});
