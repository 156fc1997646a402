import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { processNumbers, processState } from "../../src/base/processes.ts";

test("a process is known by its number, whatever its program is called, until it has ended", async () => {
  const directory = mkdtempSync(join(tmpdir(), "gantry-processes-"));
  try {
    const program = join(directory, "a) T 1 (b");
    copyFileSync("/bin/sh", program);
    const child = spawn(program, ["-c", "read line"], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    await once(child, "spawn");
    const number = Number(child.pid);
    const state = expect.stringMatching(/^[RSD]$/);
    expect(processState(number)).toEqual({
      ...{ state, parent: process.pid, session: number },
      start: expect.stringMatching(/^\d+$/),
    });
    expect(processNumbers()).toEqual(expect.arrayContaining([number, process.pid]));
    child.stdin.end();
    await once(child, "exit");
    expect(processState(number)).toBeUndefined();
    expect(processNumbers()).not.toContain(number);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
