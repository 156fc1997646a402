import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseObservation } from "../../src/sandbox/observation.ts";
import type { Command } from "../../src/sandbox/sandbox.ts";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { full } from "./full.ts";
import { compilePrograms, compiler, done, lines, observe, type Programs } from "./observer/rig.ts";
import { sandboxRig, shell } from "./rig.ts";

let programs: Programs;
beforeAll(async () => {
  programs = await compilePrograms();
});
afterAll(() => programs[Symbol.asyncDispose]());

describeIsolated("what is observed", () => {
  test("what a compiler does and what it starts do, and nothing of who starts it", async () => {
    const { tasks, unattributed, gap, status } = await observe(
      programs,
      `cat a; ${compiler('cat src/b; cd src; cat c absent; sh -c "cat ../sub/deep/d"')}; cat src/b; exit 3`,
    );
    expect({ unattributed, gap, status }).toEqual({ unattributed: [], gap: undefined, status: 3 });
    expect(tasks.map(({ argv, cwd, program }) => ({ argv: argv.slice(3), cwd, program }))).toEqual([
      { argv: ["--crate-name", "it"], cwd: "/build/source", program: "/usr/bin/sh" },
    ]);
    expect(done(tasks[0])).toEqual([
      "open /build/source/src/b",
      "open /build/source/src/c",
      "open /build/source/src/absent",
      "open /build/source/src/../sub/deep/d",
      "open /build/source/sub/deep/d",
    ]);
  });

  test("tasks are told apart, and each access is said once", async () => {
    const { tasks } = await observe(
      programs,
      `${compiler("cat a; cat a src/b")} & ${compiler("cat a")}; wait`,
    );
    const sorted = tasks.map(done).sort((a, b) => a.length - b.length);
    expect(sorted).toEqual([["open /build/source/a"], ["open /build/source/a", "open /build/source/src/b"]]);
  });

  test("a build script is known by its environment, a compiler that asks for a name is none", async () => {
    const script = "OUT_DIR=/o CARGO_MANIFEST_DIR=/m NUM_JOBS=1 HOST=h TARGET=t sh -c 'cat a'";
    const { tasks } = await observe(
      programs,
      `${script}; sh -c 'cat src/b' --crate-name ___; sh -c 'cat src/c' -vV`,
    );
    expect(tasks.map(done)).toEqual([["open /build/source/a"]]);
    expect(tasks[0]?.env).toMatchObject({ OUT_DIR: "/o", NUM_JOBS: "1", PATH: "/usr/bin:/bin" });
  });

  test("of the system, where that is asked for: programs, be they there or not, files, and connections", async () => {
    const script = compiler(
      "cat /etc/passwd /etc/shadow /usr/include/stdio.h; PATH=/nowhere:/usr/bin env git-not-there; /build/programs/reader connect x",
    );
    const { tasks } = await observe(programs, script, { observesSystem: true });
    const { programs: run = [], files = [], connects } = tasks[0]?.system ?? {};
    expect(run).toEqual(
      expect.arrayContaining(["/usr/bin/sh", "/usr/bin/cat", "/usr/bin/env", "/usr/bin/git-not-there"]),
    );
    expect(files).toEqual(expect.arrayContaining(["/etc/passwd", "/etc/shadow", "/usr/include/stdio.h"]));
    expect(connects).toBe(true);
    expect((await observe(programs, script)).tasks[0]?.system).toBe(undefined);
    // What it sees of other files stays the same.
    expect((await observe(programs, compiler("cat a"))).tasks.map(done)).toEqual([["open /build/source/a"]]);
  });

  test("arguments in a file are arguments", async () => {
    const { tasks } = await observe(
      programs,
      "printf '%s\\n' --crate-name it 'a b' >/tmp/f; sh -c 'cat a' @/tmp/f",
    );
    expect(tasks.map(({ argv }) => argv)).toEqual([["sh", "-c", "cat a", "--crate-name", "it", "a b"]]);
  });

  test("a compiler that is found in the last directory of the path is the one that is there", async () => {
    const { tasks } = await observe(programs, `PATH=/build/target:/nowhere:$PATH ${compiler("cat a")}`);
    expect(tasks.map((task) => task.program)).toEqual(["/usr/bin/sh"]);
  });

  test("links: what they lead to, and each on the way", async () => {
    const { tasks } = await observe(
      programs,
      compiler(
        [
          "cat second",
          "ln -s /build/source/missing /build/target/l; cat /build/target/l",
          "ln -sfn /build/source/a /build/target/l; cat /build/target/l",
          "readlink link",
          "cat /proc/self/cwd/src/c",
        ].join("; "),
      ),
    );
    expect(done(tasks[0])).toEqual(
      expect.arrayContaining([
        "open /build/source/second",
        "open /build/source/src/b",
        "link /build/source/second",
        "link /build/source/link",
        "open /build/target/l",
        "link /build/target/l",
        "open /build/source/missing",
        "open /build/source/a",
        "open /build/source/src/c",
      ]),
    );
  });

  test("one path that leads elsewhere each time: over the working directory, an open file, a directory that comes", async () => {
    const cwd = "cd src; read x </proc/self/cwd/b; cd ../sub; read x </proc/self/cwd/b";
    expect(done((await observe(programs, compiler(cwd))).tasks[0])).toEqual(
      expect.arrayContaining(["open /build/source/src/b", "open /build/source/sub/b"]),
    );
    const again = await observe(programs, compiler("/build/programs/reader again a src/b"));
    expect(done(again.tasks[0])).toEqual(
      expect.arrayContaining(["open /build/source/a", "open /build/source/src/b"]),
    );
    const path = "/build/target/made/../../source/src/b";
    const comes = await observe(programs, compiler(`cat ${path}; mkdir /build/target/made; cat ${path}`));
    expect(done(comes.tasks[0])).toContain("open /build/source/src/b");
    // A directory in the place of a link: of the second one on the way, and of one that the path goes up from.
    const links =
      "cd /build/target; mkdir -p deep/er real; ln -s deep/er up; ln -s real two; ln -s two one; cat up/../x one/x; rm up two; mkdir up two; cat up/../x one/x";
    const replaced = await observe(programs, compiler(links));
    expect(done(replaced.tasks[0])).toEqual(
      expect.arrayContaining(["deep/x", "real/x", "x", "two/x"].map((path) => `open /build/target/${path}`)),
    );
  });

  test("a link with a slash behind it, and one that was opened itself", async () => {
    const { tasks } = await observe(
      programs,
      compiler(
        "ln -s /build/source/src /build/target/to; find /build/target/to/ -name x; /build/programs/reader target second",
      ),
    );
    expect(done(tasks[0])).toEqual(
      expect.arrayContaining([
        "open /build/source/src",
        "link /build/target/to",
        "link /build/source/second",
      ]),
    );
  });

  test("a path that leads out of the system over a link in it", async () => {
    const { tasks } = await observe(programs, compiler("cat /build/toolchain/same/../source/a"));
    expect(done(tasks[0])).toContain("open /build/source/a");
  });

  test("a link that is moved while another thread looks where it leads", async () => {
    const times = 10;
    const { tasks, gap } = await observe(
      programs,
      compiler(`cd /build/target; /build/programs/reader race ${times}`),
    );
    const read = new Set(done(tasks[0]));
    const targets = Array.from({ length: times }, (_, at) => `open /build/target/${at + 1}`);
    expect({ gap, missed: targets.filter((line) => !read.has(line)) }).toEqual({
      gap: undefined,
      missed: [],
    });
  });

  test("what is written: made, changed, moved, removed; what changes nothing is a look", async () => {
    const { tasks } = await observe(
      programs,
      compiler(
        [
          "echo 1 >new; echo 1 >>a; mkdir made; mkdir src 2>/dev/null; rm src/b; rm -f absent; rmdir sub/none 2>/dev/null",
          "mv src/c /build/target/c; chmod 700 sub; touch -d @0 sub/deep; echo >/tmp/left; echo >/tmp/gone; rm /tmp/gone",
        ].join("; "),
      ),
    );
    const written = (tasks[0]?.accesses ?? []).filter(({ kind }) => kind === "write");
    expect(lines(written.filter(({ isGone }) => isGone))).toEqual(["write /tmp/gone"]);
    expect(lines(written.filter(({ isGone }) => !isGone)).sort()).toEqual([
      "write /build/source/a",
      "write /build/source/made",
      "write /build/source/new",
      "write /build/source/src/b",
      "write /build/source/src/c",
      "write /build/source/sub",
      "write /build/source/sub/deep",
      "write /build/target/c",
      "write /tmp/left",
    ]);
    expect(lines(tasks[0]?.accesses ?? [])).toEqual(
      expect.arrayContaining([
        "look /build/source/src",
        "look /build/source/absent",
        "look /build/source/sub/none",
      ]),
    );
  });

  const reads: readonly (readonly [string, string])[] = [
    ["open", "a"],
    ["openat2", "a"],
    ["dirfd", "src b"],
    ["thread", "a"],
    ["vfork", "a"],
    ["spawn", "a"],
    ["pages", "/build/source/a"],
    ["forks", "a 300"],
    ...(process.arch === "x64" ? [["uselib", "a"] as const] : []),
  ];
  test.each(reads)("a program without a dynamic linker: %s", async (how, words) => {
    const { tasks, unattributed, gap } = await observe(
      programs,
      compiler(`/build/programs/reader ${how} ${words}`),
    );
    const file = how === "dirfd" ? "src/b" : "a";
    expect(done(tasks[0])).toContain(`open /build/source/${file}`);
    expect({ unattributed, gap }).toEqual({ unattributed: [], gap: undefined });
  });

  test("asking is looking, and a path that is none is nothing", async () => {
    const { tasks } = await observe(programs, compiler("/build/programs/reader statx a"));
    expect(done(tasks[0])).toEqual(["look /build/source/a"]);
    const tree = await observe(programs, compiler("/build/programs/reader open_tree_attr a"));
    expect(done(tree.tasks[0])).toEqual(["look /build/source/a"]);
  });

  test("who has lost its parents before it was seen is nobody's", async () => {
    const { tasks, unattributed } = await observe(programs, compiler("/build/programs/reader orphan a"));
    expect(done(tasks[0])).toEqual([]);
    expect(lines(unattributed)).toEqual(["open /build/source/a"]);
  });

  test("a script's interpreter, which the system opens", async () => {
    const { tasks } = await observe(
      programs,
      compiler('cp /bin/cat tool; printf "#!/build/source/tool\\n" >script; chmod +x script; ./script'),
    );
    expect(done(tasks[0])).toEqual(
      expect.arrayContaining([
        "run /build/source/./script",
        "run /build/source/script",
        "run /build/source/tool",
      ]),
    );
    const { tasks: byNumber } = await observe(
      programs,
      compiler(
        'cp /bin/cat tool; printf "#!/build/source/tool\\n" >script; chmod +x script; /build/programs/reader number script',
      ),
    );
    expect(done(byNumber[0])).toContain("run /build/source/tool");
  });

  test("interpreters of interpreters, as many as the system goes on to", async () => {
    const scripts = [1, 2, 3, 4, 5].map(
      (at) => `printf "#!/build/source/${at + 1}\\n" >${at}; chmod +x ${at}`,
    );
    const { tasks } = await observe(programs, compiler(`cp /bin/cat 6; ${scripts.join("; ")}; ./1`));
    const run = [2, 3, 4, 5, 6].map((at) => `run /build/source/${at}`);
    expect(done(tasks[0])).toEqual(expect.arrayContaining(run));
  });

  test("a gap is said where something may escape", async () => {
    const mounts = await observe(programs, compiler("/build/programs/reader mounts"));
    expect(mounts.tasks[0]?.gap).toBe("a process made mounts of its own");
    expect(mounts.gap).toBeUndefined();
    expect((await observe(programs, "/build/programs/reader mounts")).gap).toBe(
      "a process made mounts of its own",
    );
    expect((await observe(programs, compiler("/build/programs/reader io_uring"))).stdout).toEqual(["0"]);
    const deep = await observe(programs, compiler("cd /tmp; /build/programs/reader deep /build/source/a"));
    expect(deep.tasks[0]?.gap).toMatch("File name too long");
    const sibling = await observe(programs, compiler("/build/programs/reader sibling a"));
    expect(sibling.tasks[0]?.gap).toBe("a process gave a child to its own parent");
    // What a program does with its own is seen.
    const orphan = "/build/programs/reader orphan a";
    const inside = await observe(programs, compiler(`/build/programs/reader adopt ${orphan}`));
    expect([inside.gap, inside.unattributed]).toEqual([undefined, []]);
    expect(done(inside.tasks[0])).toContain("open /build/source/a");
    const script = `cat >/tmp/script <<end\n${compiler(orphan)}\nend`;
    const around = await observe(programs, `${script}\n/build/programs/reader adopt sh /tmp/script`);
    expect(around.gap).toBe("a process that starts others takes in those that lose their parents");
  });

  test("a log that lacks something is a gap, also if the disk has room again later", () => {
    const { directory, observer } = programs;
    const small = `${directory}/small`;
    mkdirSync(small);
    const fill = `for each in $(seq 60); do read x <${directory}/${"x".repeat(100)}$each; done 2>/dev/null`;
    writeFileSync(`${directory}/fill`, `${fill}\nrm ${small}/other\ncat ${directory}/last 2>/dev/null\n`);
    const script = `
      mount -t tmpfs -o size=8k tmpfs ${small} && head -c 4096 /dev/zero >${small}/other
      ${observer} 8 9 sh -c "${compiler(`. ${directory}/fill`)}" 8>${small}/log 9</dev/null
      ls ${small}; cat ${small}/log >${directory}/log`;
    const env = { PATH: "/usr/bin:/bin" };
    const words = ["--user", "--map-root-user", "--mount", "sh", "-c", script];
    expect(spawnSync("unshare", words, { env, encoding: "utf8" })).toMatchObject({
      stdout: "log\n",
      stderr: "",
    });
    const { gap } = parseObservation(readFileSync(`${directory}/log`));
    expect(gap).toBe("what observes a build ended before it");
  });

  test("where the system does not allow it, the command runs and a gap says so", async () => {
    const { stdout, status } = await observe(
      programs,
      "/build/programs/observe 8 9 sh -c 'echo ran; exit 5' 8>/tmp/log; echo $?; tr '\\0' '|' </tmp/log",
    );
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: [
        "ran",
        "5",
        expect.stringMatching(/^g0\|the system does not let Gantry observe: .*busy.*\|e0\|$/),
      ],
    });
  });
});

describeIsolated("a command that is observed", () => {
  test("has its own exit status, also of a signal, and of a command that is not there", async () => {
    expect((await observe(programs, "exit 7")).status).toBe(7);
    expect((await observe(programs, "kill -KILL $$")).status).toBe(137);
    expect((await observe(programs, "/build/programs/reader signal 6")).status).toBe(134);
    const absent = await observe(programs, "", { argv: ["gantry-test-no-such-command"] });
    expect(absent.status).not.toBe(0);
    expect(absent.stderr.join()).toMatch(/gantry-test-no-such-command.*No such file/);
  });

  test("sees nothing of it: no open file, no variable, no file, no signal that is ignored", async () => {
    const script =
      "ls -A /build /; echo $(ls /proc/self/fd | wc -w); env; grep -E 'Sig(Ign|Blk)' /proc/self/status";
    await using at = sandboxRig(() => full);
    const instance = at.enter();
    const of = async (more: Partial<Command>) => (await shell(instance, script, more)).stdout;
    expect(await of({ observer: programs.observer })).toEqual(await of({}));
  });

  test("that is stopped leaves what was seen until then, without a gap", async () => {
    const controller = new AbortController();
    const { interrupted, tasks, gap } = await observe(programs, `${compiler("cat a; sleep 60")}`, {
      signal: controller.signal,
      onLine: () => controller.abort(),
    });
    expect({ interrupted, gap }).toEqual({ interrupted: true, gap: undefined });
    expect(done(tasks[0])).toEqual(["open /build/source/a"]);
  });

  test("many commands in one world are observed one by one", async () => {
    await using at = sandboxRig(() => full);
    const source = at.directory("source", { a: "", b: "" });
    const instance = at.enter({ at: "/build/source", kind: "read-only", directories: [source] });
    const of = async (file: string) =>
      (
        await shell(instance, compiler(`cat ${file}`), { cwd: "/build/source", observer: programs.observer })
      ).observation?.tasks.map(done);
    expect(await of("a")).toEqual([["open /build/source/a"]]);
    expect(await of("b")).toEqual([["open /build/source/b"]]);
  });
});
