import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Command, Mount, Sandbox, SandboxInstance } from "../../src/sandbox/sandbox.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { writeFiles } from "../rig/writeFiles.ts";

type Rig = AsyncDisposable & {
  readonly root: string;
  /** A directory with files, by path. */
  directory(name: string, files?: Readonly<Record<string, string>>): string;
  enter(...mounts: readonly Mount[]): SandboxInstance;
};

function rig(open: (directory: string) => Sandbox): Rig {
  const root = mkdtempSync(join(tmpdir(), "gantry-sandbox-"));
  return {
    root,
    directory(name, files = {}) {
      mkdirSync(`${root}/${name}`);
      writeFiles(`${root}/${name}`, files);
      return `${root}/${name}`;
    },
    enter(...mounts) {
      mkdirSync(`${root}/scratch`);
      const usr: Mount = { at: "/usr", kind: "read-only", directories: ["/usr"] };
      const all = mounts.some(({ at }) => at === "/usr") ? mounts : [...mounts, usr];
      const sorted = all.toSorted((a, b) => (a.at < b.at ? -1 : 1));
      const world = { mounts: sorted, scratch: ["/tmp", "/build/home"] };
      return open(root).enter(world, `${root}/scratch`);
    },
    async [Symbol.asyncDispose]() {
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Runs a shell script and gives all that can be seen of it. */
async function shell(instance: SandboxInstance, script: string, more: Partial<Command> = {}) {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const exit = await instance.run({
    argv: ["/bin/sh", "-c", script],
    cwd: "/build/home",
    env: { PATH: "/usr/bin:/bin" },
    onLine: (stream, line) => void (stream === "stdout" ? stdout : stderr).push(line),
    signal: new AbortController().signal,
    ...more,
  });
  return { ...valueOfResult(exit), stdout, stderr };
}

const quiet = { status: 0, interrupted: false, stdout: [], stderr: [] };

/** What every sandbox does, whether or not it isolates. */
export function sandboxContract(open: (directory: string) => Sandbox): void {
  test("tells status and lines, each on its own stream", async () => {
    await using at = rig(open);
    const instance = at.enter();
    expect(await shell(instance, "echo one; echo zwölf; echo no >&2; printf last; exit 7")).toEqual({
      status: 7,
      interrupted: false,
      stdout: ["one", "zwölf", "last"],
      stderr: ["no"],
    });
  });

  test("the environment is what is declared", async () => {
    await using at = rig(open);
    process.env.GANTRY_TEST_SECRET = "secret";
    const instance = at.enter();
    const { stdout } = await shell(instance, 'echo "$A [$GANTRY_TEST_SECRET] [$HOME]"', {
      env: { A: "a b", PATH: "/usr/bin:/bin" },
    });
    expect(stdout).toEqual(["a b [] []"]);
  });

  test("a read-only mount is there to be read, and commands start where they are told", async () => {
    await using at = rig(open);
    const directory = at.directory("source", { "src/main.rs": "fn main() {}" });
    const instance = at.enter({ at: "/build/source", kind: "read-only", directories: [directory] });
    expect(await shell(instance, "cat src/main.rs", { cwd: "/build/source" })).toEqual({
      ...quiet,
      stdout: ["fn main() {}"],
    });
    expect(readFileSync(instance.locate("/build/source/src/main.rs") ?? "", "utf8")).toBe("fn main() {}");
    expect(instance.locate("/build/source/src/lib.rs")).toBeUndefined();
  });

  test("what a command writes to its source does not reach the user", async () => {
    await using at = rig(open);
    const directory = at.directory("source", { a: "1" });
    const instance = at.enter({ at: "/build/source", kind: "read-only", directories: [directory] });
    await shell(instance, "echo 2 > a; echo 3 > b", { cwd: "/build/source" });
    expect(readdirSync(directory)).toEqual(["a"]);
    expect(readFileSync(`${directory}/a`, "utf8")).toBe("1");
  });

  test("a writable mount is a directory of the host", async () => {
    await using at = rig(open);
    const directory = at.directory("out", { before: "here" });
    const instance = at.enter({ at: "/build/out", kind: "writable", directory });
    expect(await shell(instance, "cat before && echo made > after", { cwd: "/build/out" })).toEqual({
      ...quiet,
      stdout: ["here"],
    });
    expect(readFileSync(`${directory}/after`, "utf8")).toBe("made\n");
    expect(readFileSync(`${instance.written("/build/out")}/after`, "utf8")).toBe("made\n");
  });

  test("in a layered mount reads come from below and writes go above", async () => {
    await using at = rig(open);
    const lower = at.directory("lower", { "release/deps/a": "compiled", "release/deps/b": "compiled" });
    const upper = at.directory("upper");
    const instance = at.enter({ at: "/build/target", kind: "layered", lower, upper });
    const script = "cat release/deps/a; echo again > release/deps/a; echo new > release/c; rm release/deps/b";
    expect(await shell(instance, script, { cwd: "/build/target" })).toEqual({
      ...quiet,
      stdout: ["compiled"],
    });
    expect(readdirSync(`${lower}/release/deps`)).toEqual(["a", "b"]);
    expect(readFileSync(`${lower}/release/deps/a`, "utf8")).toBe("compiled");
    const written = instance.written("/build/target");
    expect(["release/deps/a", "release/c"].map((path) => readFileSync(`${written}/${path}`, "utf8"))).toEqual(
      ["again\n", "new\n"],
    );
    expect(readFileSync(instance.locate("/build/target/release/deps/a") ?? "", "utf8")).toBe("again\n");
  });

  test("a tool that is laid over the base system is found on the path", async () => {
    await using at = rig(open);
    const tools = at.directory("tools", { "bin/gantry-test-tool": '#!/bin/sh\necho "tool $1"\n' });
    chmodSync(`${tools}/bin/gantry-test-tool`, 0o755);
    const instance = at.enter({ at: "/usr", kind: "read-only", directories: [tools, "/usr"] });
    expect(await shell(instance, "gantry-test-tool works")).toEqual({ ...quiet, stdout: ["tool works"] });
  });

  test("commands share their world, one after the other", async () => {
    await using at = rig(open);
    const directory = at.directory("out");
    const instance = at.enter({ at: "/build/out", kind: "writable", directory });
    await shell(instance, "echo 1 > /build/out/a");
    expect(await shell(instance, "cat /build/out/a")).toEqual({ ...quiet, stdout: ["1"] });
  });

  test("a scratch directory is empty at the start and can be written to", async () => {
    await using at = rig(open);
    const instance = at.enter();
    expect(await shell(instance, "ls -A; echo 1 > a; cat a")).toEqual({ ...quiet, stdout: ["1"] });
  });

  test("a command that is told to stop ends, with all that it started", async () => {
    await using at = rig(open);
    const instance = at.enter();
    const controller = new AbortController();
    const running = shell(instance, "echo started; sleep 60 & sleep 60", {
      signal: controller.signal,
      onLine: () => controller.abort(),
    });
    const began = performance.now();
    expect(await running).toMatchObject({ interrupted: true });
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test("a command that does not exist fails", async () => {
    await using at = rig(open);
    const instance = at.enter();
    const ended = await shell(instance, "gantry-test-no-such-command");
    expect(ended).toMatchObject({ status: 127, interrupted: false });
  });
}
