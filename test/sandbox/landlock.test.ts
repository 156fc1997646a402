import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { release, tmpdir } from "node:os";
import { expect, test } from "vitest";
import { allowsLandlock, noSandbox } from "../../src/sandbox/noSandbox.ts";
import { describeWhere } from "../rig/describeWhere.ts";
import { storeRig } from "../store/rig.ts";
import { program } from "./full.ts";
import { unusualSockets } from "./isolation.ts";
import { quiet, sandboxRig, shell } from "./rig.ts";

const works = await landlockWorks();

async function landlockWorks(): Promise<boolean> {
  await using rig = storeRig();
  return (await allowsLandlock(program, rig.store)) === undefined;
}

const confined = (directory: string) => noSandbox(directory, program);

describeWhere({ isThere: works, missing: "Landlock (Linux 5.19)" }, "at the level `landlock`", () => {
  test("files that were not declared can neither be read, listed, changed nor made", async () => {
    await using at = sandboxRig(confined);
    const secrets = mkdtempSync(`${tmpdir()}/gantry-landlock-`);
    writeFileSync(`${secrets}/secret`, "secret");
    const instance = at.enter();
    const tries = [
      `cat ${secrets}/secret`,
      `ls ${secrets}`,
      `echo >>${secrets}/secret`,
      `: >${secrets}/new`,
      `rm ${secrets}/secret`,
      `ln ${secrets}/secret /build/home/link`,
      "ls /tmp",
      "ls /root",
      "ls /home",
      "cat /etc/shadow",
      "touch /usr/new",
    ];
    const script = tries.map((line) => `(${line}) 2>/dev/null && echo "did ${line}"`).join("; ");
    expect((await shell(instance, `${script}; true`)).stdout).toEqual([]);
    expect(readFileSync(`${secrets}/secret`, "utf8")).toBe("secret");
    rmSync(secrets, { recursive: true });
  });

  test("what is declared is read-only, and the world's own directories are there to be written to", async () => {
    await using at = sandboxRig(confined);
    const source = at.directory("source", { a: "1" });
    const out = at.directory("out");
    const instance = at.enter(
      { at: "/build/vendor/a", kind: "read-only", directories: [source] },
      { at: "/build/out", kind: "writable", directory: out },
    );
    const script =
      "cat /build/vendor/a/a; (echo 2 > /build/vendor/a/a) 2>/dev/null || echo no; echo 3 > /build/out/b; touch $TMPDIR/c";
    expect(await shell(instance, script)).toMatchObject({ stdout: ["1no"], stderr: [] });
    expect([readFileSync(`${source}/a`, "utf8"), readFileSync(`${out}/b`, "utf8")]).toEqual(["1", "3\n"]);
  });

  test("the environment and the memory of other processes cannot be read, and they get no signals", async () => {
    await using at = sandboxRig(confined);
    const other = spawn("sleep", ["60"], { env: { PATH: process.env.PATH, SECRET: "1" } });
    await once(other, "spawn");
    // Since Linux 6.12.
    const [major = 0, minor = 0] = release().split(".").map(Number);
    const killed = major > 6 || (major === 6 && minor >= 12) ? [] : ["killed"];
    expect((await shell(at.enter(), `kill -0 ${other.pid} 2>/dev/null && echo killed; true`)).stdout).toEqual(
      killed,
    );
    await rm(`${at.root}/scratch`, { recursive: true });
    const script = `cat /proc/${other.pid}/environ /proc/${other.pid}/maps 2>/dev/null; grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status`;
    expect((await shell(at.enter(), script)).stdout).toEqual(["NoNewPrivs:\t1", "Seccomp:\t2"]);
    other.kill();
  });

  test("no socket can be of a family that the hypervisor listens on", async () => {
    await using at = sandboxRig(confined);
    expect((await shell(at.enter(), `perl -e '${unusualSockets}'`)).stdout).toEqual([
      "97 97 97 97 97 97 97 38",
    ]);
  });

  test("its keys are no other level's, and hold the place that a build sees", async () => {
    await using at = sandboxRig(confined);
    const { identity, level, observes } = confined(at.root);
    expect({ identity, level, observes }).toEqual({
      identity: `landlock 4 ${at.root}/landlock`,
      level: "landlock",
      observes: false,
    });
    expect(await shell(at.enter(), "cat /build/home/none 2>/dev/null; true")).toEqual(quiet);
  });
});
