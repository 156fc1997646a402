import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { expect, test } from "vitest";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { quiet, sandboxRig, shell } from "./rig.ts";

/** What every sandbox does, whether or not it isolates. */
export function sandboxContract(open: (directory: string) => Sandbox): void {
  test("tells status and lines, each on its own stream", async () => {
    await using at = sandboxRig(open);
    const instance = at.enter();
    expect(await shell(instance, "echo one; echo zwölf; echo no >&2; printf last; exit 7")).toEqual({
      status: 7,
      interrupted: false,
      stdout: ["one", "zwölf", "last"],
      stderr: ["no"],
    });
  });

  test("the environment is what is declared", async () => {
    await using at = sandboxRig(open);
    process.env.GANTRY_TEST_SECRET = "secret";
    const instance = at.enter();
    const { stdout } = await shell(instance, 'echo "$A [$GANTRY_TEST_SECRET] [$HOME]"', {
      env: { A: "a b", PATH: "/usr/bin:/bin" },
    });
    expect(stdout).toEqual(["a b [] []"]);
  });

  test("a read-only mount is there to be read, and commands start where they are told", async () => {
    await using at = sandboxRig(open);
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
    await using at = sandboxRig(open);
    const directory = at.directory("source", { a: "1" });
    const instance = at.enter({ at: "/build/source", kind: "read-only", directories: [directory] });
    await shell(instance, "echo 2 > a; echo 3 > b", { cwd: "/build/source" });
    expect(readdirSync(directory)).toEqual(["a"]);
    expect(readFileSync(`${directory}/a`, "utf8")).toBe("1");
  });

  test("a writable mount is a directory of the host", async () => {
    await using at = sandboxRig(open);
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
    await using at = sandboxRig(open);
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

  test("a layered mount shows the times and modes of what lies below, also its own", async () => {
    await using at = sandboxRig(open);
    const lower = at.directory("lower", { "src/lib.rs": "" });
    for (const path of ["", "src", "src/lib.rs"]) utimesSync(`${lower}/${path}`, 1, 1);
    const instance = at.enter({ at: "/build/source", kind: "layered", lower, upper: at.directory("upper") });
    const shown = { cwd: "/build/source" };
    const script = "stat -c '%n %Y %A' . src src/lib.rs";
    const stdout = [". 1 drwxr-xr-x", "src 1 drwxr-xr-x", "src/lib.rs 1 -rw-r--r--"];
    expect(await shell(instance, script, shown)).toEqual({ ...quiet, stdout });
    await shell(instance, "echo >>src/other.rs", shown);
    expect((await shell(instance, script, shown)).stdout).toEqual([stdout[0], expect.anything(), stdout[2]]);
  });

  test("what a command removed is not located, nor what lay below it", async () => {
    await using at = sandboxRig(open);
    const lower = at.directory("lower", { "in/a": "", "in/b": "", "all/c": "", d: "" });
    const instance = at.enter({ at: "/build/source", kind: "layered", lower, upper: at.directory("upper") });
    await shell(instance, "rm -r in/a all", { cwd: "/build/source" });
    const places = ["in/a", "in/b", "all", "all/c", "d", "d/e"].map((path) =>
      instance.locate(`/build/source/${path}`),
    );
    expect(places.map((place) => place !== undefined)).toEqual([false, true, false, false, true, false]);
  });

  test("a directory of a layered mount that is removed and made again is empty", async () => {
    await using at = sandboxRig(open);
    const lower = at.directory("lower", { "release/deps/a": "", "debug/b": "" });
    const instance = at.enter({ at: "/build/target", kind: "layered", lower, upper: at.directory("upper") });
    const script = "rm -r release && mkdir release && ls release && mv debug moved && ls moved";
    expect(await shell(instance, script, { cwd: "/build/target" })).toEqual({ ...quiet, stdout: ["b"] });
    expect(readdirSync(`${lower}/release/deps`)).toEqual(["a"]);
  });

  test("a tool that is laid over the base system is found on the path", async () => {
    await using at = sandboxRig(open);
    const tools = at.directory("tools", { "bin/gantry-test-tool": '#!/bin/sh\necho "tool $1"\n' });
    chmodSync(`${tools}/bin/gantry-test-tool`, 0o755);
    const instance = at.enter({ at: "/usr", kind: "read-only", directories: [tools, "/usr"] });
    expect(await shell(instance, "gantry-test-tool works")).toEqual({ ...quiet, stdout: ["tool works"] });
  });

  test("commands share their world, one after the other", async () => {
    await using at = sandboxRig(open);
    const directory = at.directory("out");
    const instance = at.enter({ at: "/build/out", kind: "writable", directory });
    await shell(instance, "echo 1 > /build/out/a");
    expect(await shell(instance, "cat /build/out/a")).toEqual({ ...quiet, stdout: ["1"] });
  });

  test("a scratch directory is empty at the start and can be written to", async () => {
    await using at = sandboxRig(open);
    const instance = at.enter();
    expect(await shell(instance, "ls -A; echo 1 > a; cat a")).toEqual({ ...quiet, stdout: ["1"] });
  });

  test("with both streams as one, lines come in the order in which they were written", async () => {
    await using at = sandboxRig(open);
    const lines = Array.from({ length: 200 }, (_, line) => String(line));
    const script = "i=0; while [ $i -lt 200 ]; do echo $i; i=$((i+1)); echo $i >&2; i=$((i+1)); done";
    expect(await shell(at.enter(), script, { isMerged: true })).toEqual({ ...quiet, stdout: lines });
  });

  test("a command that is told to stop ends, with all that it started", async () => {
    await using at = sandboxRig(open);
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

  test("a command that does not listen is ended for good", async () => {
    await using at = sandboxRig(open);
    const controller = new AbortController();
    const began = performance.now();
    const running = shell(at.enter(), "trap '' TERM; echo started; while :; do sleep 60; done", {
      signal: controller.signal,
      onLine: () => controller.abort(),
    });
    expect(await running).toMatchObject({ interrupted: true });
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  test("a command that was told to stop before it began is interrupted", async () => {
    await using at = sandboxRig(open);
    const began = performance.now();
    expect(await shell(at.enter(), "sleep 60", { signal: AbortSignal.abort() })).toMatchObject({
      interrupted: true,
      stderr: [],
    });
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test("a file may be mounted alone", async () => {
    await using at = sandboxRig(open);
    const directory = at.directory("jobs", { pipe: "token" });
    const instance = at.enter({ at: "/build/jobs", kind: "read-only", directories: [`${directory}/pipe`] });
    expect(await shell(instance, "cat /build/jobs", { cwd: "/build/home" })).toEqual({
      ...quiet,
      stdout: ["token"],
    });
  });

  test("`/dev/stdout` and `/dev/stderr` can be opened", async () => {
    await using at = sandboxRig(open);
    expect(await shell(at.enter(), "echo out >/dev/stdout; echo err >/dev/stderr")).toEqual({
      ...quiet,
      stdout: ["out"],
      stderr: ["err"],
    });
  });

  test("the mask of modes and the limits that results could depend on are fixed", async () => {
    await using at = sandboxRig(open);
    const script = "umask; ulimit -S -c; ulimit -S -s; ulimit -S -n";
    expect((await shell(at.enter(), script)).stdout).toEqual(["0022", "0", "8192", "4096"]);
  });

  test("a command inherits a pipe, and only that, by two descriptors", async () => {
    await using at = sandboxRig(open);
    const pipe = `${at.root}/pipe`;
    execFileSync("mkfifo", [pipe]);
    const instance = at.enter();
    const script = "echo token >/proc/self/fd/21; head -n 1 /proc/self/fd/20";
    expect((await shell(instance, script, { pipe })).stdout).toEqual(["token"]);
    // What it began with, and not what leads nowhere.
    const listed =
      "for each in /proc/$$/fd/*; do test ! -e $each || test $each -ef /dev/null || echo ${each##*/}; done";
    expect((await shell(instance, listed, { pipe })).stdout).toEqual(["1", "2", "20", "21"]);
    expect((await shell(instance, listed)).stdout).toEqual(["1", "2"]);
  });

  test("a command that ends itself by a signal fails, and what the shell says of it is told", async () => {
    await using at = sandboxRig(open);
    const instance = at.enter();
    expect((await shell(instance, "kill -KILL $$")).status).toBeGreaterThanOrEqual(128);
    expect(await shell(instance, "echo Terminated >&2; echo Killed >&2")).toEqual({
      ...quiet,
      stderr: ["Terminated", "Killed"],
    });
  });

  test("several mounts may be layered", async () => {
    await using at = sandboxRig(open);
    const layered = (name: string) => ({
      at: `/build/${name}`,
      kind: "layered" as const,
      lower: at.directory(`${name}-lower`, { file: name }),
      upper: at.directory(`${name}-upper`),
    });
    const instance = at.enter(layered("one"), layered("two"));
    const script = "for each in one two; do cd /build/$each; cat file; echo; echo new >file; done";
    expect((await shell(instance, script)).stdout).toEqual(["one", "two"]);
    expect(readFileSync(instance.locate("/build/one/file") ?? "", "utf8")).toBe("new\n");
  });

  test("a command that does not exist fails", async () => {
    await using at = sandboxRig(open);
    const instance = at.enter();
    const ended = await shell(instance, "gantry-test-no-such-command");
    expect(ended).toMatchObject({ status: 127, interrupted: false });
  });
}
