import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { notCovered } from "../rig/notCovered.ts";
import { compilePrograms, compiler, done, observe } from "./observer/rig.ts";

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
});
