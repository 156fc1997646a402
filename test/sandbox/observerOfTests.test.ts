import { afterAll, beforeAll, expect, test } from "vitest";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { compilePrograms, compiler, lines, observe, type Programs } from "./observer/rig.ts";

let programs: Programs;
beforeAll(async () => {
  programs = await compilePrograms();
});
afterAll(() => programs[Symbol.asyncDispose]());

const reader = "/build/programs/reader";
const observed = (script: string) => observe(programs, script);

/** What a task that runs a script meets others by, and which ports it asks for in vain. */
async function meetings(script: string) {
  const { tasks, meets } = await observed(compiler(script));
  return { meets: [...(tasks[0]?.meets ?? []), ...(meets ?? [])], ports: tasks[0]?.ports ?? [] };
}

describeIsolated("what tasks may meet by", () => {
  const met: readonly (readonly [string, string])[] = [
    ["shm", "shared memory (`shmget`)"],
    ["sem", "semaphores (`semget`)"],
    ["msg", "message queues (`msgget`)"],
    ["mq", "message queues (`mq_open`)"],
    ["abstract", "a socket that has a name and no path"],
    ["kill 1", "a process that it did not start"],
    ["kill -1", "all processes, by a signal"],
    ["open /proc", "the list of processes (`/proc`)"],
    ["open /proc/1/status", "other processes (`/proc`)"],
    ["open /proc/net/unix", "the list of sockets (`/proc/net`)"],
    ["open /proc/self/net/tcp", "the list of sockets (`/proc/net`)"],
    ["open /proc/sysvipc/shm", "`/proc`, which tells of other processes"],
  ];
  test("what has no path, and what tells of other processes", async () => {
    const { tasks } = await observed(met.map(([words]) => compiler(`${reader} ${words}`)).join("; "));
    expect(tasks.map(({ meets, ports }, at) => [met[at]?.[0], ...(meets ?? []), ...(ports ?? [])])).toEqual(
      met,
    );
  });

  test("who talks to itself meets nobody; a port where nobody listens is told", async () => {
    expect(await meetings(`${reader} talk 0; ${reader} kill $$; cat /proc/self/stat /proc/meminfo`)).toEqual({
      meets: [],
      ports: [],
    });
    expect(await meetings(`${reader} talk 4000; ${reader} packet 4001; ${reader} connect`)).toEqual({
      meets: [],
      ports: [4000, 4001, 9],
    });
  });

  test.each(["talk 4000", "packet 4000"])("a port that another task has: %s", async (words) => {
    const other = `${compiler(`exec ${reader} listen 4000`)} >/tmp/said & until grep -q listens /tmp/said; do :; done`;
    const { tasks } = await observed(`${other}; ${compiler(`${reader} ${words}`)}; kill %1; kill $!`);
    const met = ["port 4000, which others used, too"];
    expect(tasks.map(({ meets }) => meets)).toEqual([met, met]);
  });

  test("of who has lost its parents it is told, too, and of what is sent to a path", async () => {
    const { meets } = await observed(compiler(`${reader} orphan /proc`));
    expect(meets).toEqual(["the list of processes (`/proc`)"]);
    const { tasks } = await observed(compiler(`${reader} datagram /tmp/socket`));
    expect(lines(tasks[0]?.accesses ?? [])).toContain("look /tmp/socket");
  });
});
