import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseObservation } from "../../src/sandbox/observation.ts";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { notCovered } from "../rig/notCovered.ts";
import { compilePrograms, compiler, done, lines, observe } from "./observer/rig.ts";

const goProgram = `package main

import "syscall"

func main() {
\tdone := make(chan int)
\tgo func() {
\t\tfile, _ := syscall.Open("src/b", 0, 0)
\t\tdone <- file
\t}()
\t<-done
}
`;

describeIsolated("what is observed of", () => {
  test("a Go program, which makes its calls itself", async () => {
    await using programs = await compilePrograms();
    const { directory } = programs;
    writeFileSync(`${directory}/main.go`, goProgram);
    const env = { ...process.env, CGO_ENABLED: "0", GOCACHE: `${directory}/go`, GO111MODULE: "off" };
    const words = ["build", "-o", `${directory}/go-reader`, `${directory}/main.go`];
    const built = spawnSync("go", words, { env, encoding: "utf8" });
    if (built.error) return notCovered("reading by Go", "`go` is not installed (https://go.dev/dl)");
    expect(built.stderr).toBe("");
    const { tasks } = await observe(programs, compiler("/build/programs/go-reader"));
    expect(done(tasks[0])).toEqual(["open /build/source/src/b"]);
  });

  test("a link that is moved, of which a thread that looks may see either place when it was told of one", async () => {
    await using programs = await compilePrograms();
    const times = 100;
    const { tasks } = await observe(
      programs,
      compiler(`cd /build/target; /build/programs/reader race ${times}`),
    );
    const read = new Set(done(tasks[0]));
    const targets = Array.from({ length: times }, (_, at) => `open /build/target/${at + 1}`);
    expect(targets.filter((line) => !read.has(line))).toEqual([]);
  });

  test("one of more processes than there are numbers, which are given out again", async () => {
    await using programs = await compilePrograms();
    // Of numbers below 32768, which is what small machines have, all are used twice.
    const { tasks, unattributed } = await observe(
      programs,
      `${compiler("/build/programs/reader forks a 70000")}; ${compiler("/build/programs/reader forks src/b 10")}`,
    );
    expect(tasks.map(done)).toEqual([["open /build/source/a"], ["open /build/source/src/b"]]);
    expect(unattributed).toEqual([]);
  });

  test("processes that all read, and whose numbers another task had before", async () => {
    await using programs = await compilePrograms();
    const { directory, observer } = programs;
    writeFileSync(`${directory}/a`, "");
    writeFileSync(`${directory}/b`, "");
    const reader = `${directory}/reader children`;
    // 4,000 numbers are soon given out again. Before Linux 6.14, all namespaces have the machine's.
    const script = `
      echo 4000 2>/dev/null >/proc/sys/kernel/pid_max && count=5000 || count=70000
      exec ${observer} 8 9 sh -c "
        ${compiler(`${reader} ${directory}/a $count`)}
        ${compiler(`${reader} ${directory}/b $count`)}
        echo $count" 8>${directory}/log 9</dev/null`;
    const namespaces = ["--user", "--map-root-user", "--pid", "--fork", "--mount-proc"];
    const ran = spawnSync("unshare", [...namespaces, "sh", "-c", script], { encoding: "utf8" });
    expect(ran).toMatchObject({ status: 0, stderr: "" });
    const { tasks, unattributed, gap } = parseObservation(readFileSync(`${directory}/log`));
    expect({ unattributed, gap }).toEqual({ unattributed: [], gap: undefined });
    const read = tasks.map(({ accesses }) => lines(accesses).filter((line) => /^open .*\/[ab]$/.test(line)));
    expect(read).toEqual([[`open ${directory}/a`], [`open ${directory}/b`]]);
  });
});
