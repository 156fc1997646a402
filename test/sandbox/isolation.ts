import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { quiet, sandboxRig, shell } from "./rig.ts";

type Of = {
  /** It is entered by root. */
  readonly isRoot: boolean;
  /** The name of the first process in it. */
  readonly first: "gantry" | "bwrap";
};

/** What a command sees and reaches in a sandbox that isolates. */
export function isolationContract(sandbox: Sandbox, { isRoot, first }: Of): void {
  test("directories of the host may be called anything", async () => {
    await using at = sandboxRig(() => sandbox);
    const odd = (name: string) => `a,b:c"d\\e f'${name}`;
    const lower = at.directory(odd("lower"), { below: "1" });
    const upper = at.directory(odd("upper"));
    const one = at.directory(odd("one"), { one: "" });
    const two = at.directory(odd("two"), { two: "" });
    const instance = at.enter(
      { at: "/build/target", kind: "layered", lower, upper },
      { at: "/build/union", kind: "read-only", directories: [one, two] },
    );
    const script = "cd /build; ls union target; echo 2 >target/below";
    expect(await shell(instance, script)).toEqual({
      ...quiet,
      stdout: ["target:", "below", "", "union:", "one", "two"],
    });
    expect(readFileSync(`${upper}/below`, "utf8")).toBe("2\n");
    expect(readFileSync(`${lower}/below`, "utf8")).toBe("1");
  });

  test("the mounts, an `/etc` of five files, and nothing else", async () => {
    await using at = sandboxRig(() => sandbox);
    const source = at.directory("source", { a: "" });
    const out = at.directory("out");
    const instance = at.enter(
      { at: "/build/source", kind: "read-only", directories: [source] },
      { at: "/build/out", kind: "writable", directory: out },
    );
    const script =
      "cd /; for each in / /build /build/source /build/out /etc /tmp; do echo $each: $(ls -A $each); done";
    expect(await shell(instance, script)).toEqual({
      ...quiet,
      stdout: [
        "/: bin build dev etc lib lib64 proc sbin tmp usr",
        "/build: home out source",
        "/build/source: a",
        "/build/out:",
        "/etc: group host.conf hosts nsswitch.conf passwd",
        "/tmp:",
      ],
    });
    const devices =
      "console core fd full null ptmx pts random shm stderr stdin stdout tty urandom zero".split(" ");
    const { stdout } = await shell(instance, "ls -A /dev");
    expect(stdout).toContain("null");
    expect(stdout.filter((name) => !devices.includes(name))).toEqual([]);
    expect((await shell(instance, "readlink /bin /lib /lib64 /sbin")).stdout).toEqual([
      "usr/bin",
      "usr/lib",
      "usr/lib64",
      "usr/sbin",
    ]);
  });

  test("the kernel's settings cannot be written, not even by root's builds", async () => {
    await using at = sandboxRig(() => sandbox);
    const instance = at.enter();
    // Appending nothing: where it is allowed, it changes nothing.
    const opened = (file: string) => `if (: >>${file}) 2>/dev/null; then echo ${file}; fi`;
    const settings = ["kernel/core_pattern", "kernel/panic", "vm/swappiness", "vm/drop_caches"];
    const others = ["/proc/sysrq-trigger", "/proc/kcore", "/proc/irq/default_smp_affinity"];
    const files = [...settings.map((name) => `/proc/sys/${name}`), ...others];
    expect(await shell(instance, files.map(opened).join("; "))).toEqual(quiet);
    expect((await shell(instance, "cat /proc/sys/kernel/hostname")).stdout).toEqual(["gantry"]);
  });

  test("only `writable` and `layered` mounts and scratch can be written to, and neither `/` nor what lies between", async () => {
    await using at = sandboxRig(() => sandbox);
    const [one, two, out] = [at.directory("one", { file: "1" }), at.directory("two"), at.directory("out")];
    const [lower, upper] = [at.directory("lower"), at.directory("upper")];
    writeFileSync(`${at.root}/single`, "1");
    const instance = at.enter(
      { at: "/build/source", kind: "read-only", directories: [one] },
      { at: "/build/union", kind: "read-only", directories: [one, two] },
      { at: "/build/single", kind: "read-only", directories: [`${at.root}/single`] },
      { at: "/build/out", kind: "writable", directory: out },
      { at: "/build/target", kind: "layered", lower, upper },
    );
    const script = (paths: string) =>
      `for each in ${paths}; do echo 2 2>/dev/null >$each && echo $each; done`;
    const refused =
      "/new /bin/new /build/new /build/source/new /build/source/file /build/union/new /build/union/file /build/single " +
      "/etc/new /etc/passwd /usr/new /usr/bin/new /dev/new";
    const allowed = "/build/out/new /build/target/new /build/home/new /tmp/new /dev/shm/new";
    expect((await shell(instance, script(`${refused} ${allowed}`))).stdout).toEqual(allowed.split(" "));
    expect(readdirSync(one)).toEqual(["file"]);
    expect(readFileSync(`${one}/file`, "utf8") + readFileSync(`${at.root}/single`, "utf8")).toBe("11");
    expect([readdirSync(out), readdirSync(upper), readdirSync(lower)]).toEqual([["new"], ["new"], []]);
  });

  test("scratch is no directory of the host, and is new for each command", async () => {
    await using at = sandboxRig(() => sandbox);
    const name = `gantry-isolation-${process.pid}`;
    const instance = at.enter();
    const script = `touch /tmp/${name} /build/home/${name}`;
    expect(await shell(instance, script)).toEqual(quiet);
    expect(await shell(instance, "ls -A /tmp /build/home")).toMatchObject({
      stdout: ["/build/home:", "", "/tmp:"],
    });
    expect(readdirSync(tmpdir())).not.toContain(name);
  });

  test("somebody else, on a machine of another name, with no more rights and variables than were declared", async () => {
    await using at = sandboxRig(() => sandbox);
    const instance = at.enter();
    const script = "id -u; id -g; id -un; uname -n; grep -E '^Cap(Eff|Bnd):' /proc/self/status; cat";
    expect(await shell(instance, script)).toEqual({
      ...quiet,
      stdout: ["1000", "1000", "build", "gantry", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000"],
    });
    const env = { A: "b c", PATH: "/usr/bin" };
    const { stdout } = await shell(instance, "", { argv: ["/usr/bin/env"], env });
    expect(stdout.sort()).toEqual(["A=b c", "PATH=/usr/bin", "PWD=/build/home"]);
  });

  test("namespaces of its own, with no network but the loopback and no process but its own", async () => {
    await using at = sandboxRig(() => sandbox);
    const instance = at.enter();
    for (const namespace of ["ipc", "mnt", "net", "pid", "user", "uts"]) {
      const { stdout } = await shell(instance, `readlink /proc/self/ns/${namespace}`);
      expect(stdout).not.toEqual([readlinkSync(`/proc/self/ns/${namespace}`)]);
    }
    expect((await shell(instance, "tail -n +3 /proc/net/dev | cut -d : -f 1")).stdout).toEqual(["    lo"]);
    const names = "for each in /proc/[0-9]*; do cat $each/comm; done | sort -u";
    const own = [first, "cat", "sh", "sort"];
    expect((await shell(instance, names)).stdout.filter((name) => !own.includes(name))).toEqual([]);
  });

  test("a session of its own, so that it cannot type into the user's terminal", async () => {
    await using at = sandboxRig(() => sandbox);
    expect((await shell(at.enter(), "cut -d ' ' -f 6 /proc/self/stat")).stdout).not.toEqual(["0"]);
  });

  test("of directories that are mounted together, the first hides the others", async () => {
    await using at = sandboxRig(() => sandbox);
    const first = at.directory("first", { both: "first", "in/a": "" });
    const second = at.directory("second", { both: "second", "in/b": "", only: "second" });
    const instance = at.enter({ at: "/build/source", kind: "read-only", directories: [first, second] });
    expect((await shell(instance, "cd /build/source; cat both only; ls in")).stdout).toEqual([
      "firstseconda",
      "b",
    ]);
    const located = ["both", "only", "none"].map((path) => instance.locate(`/build/source/${path}`));
    expect(located).toEqual([`${first}/both`, `${second}/only`, undefined]);
  });

  test("what is written hides what lies below it", async () => {
    await using at = sandboxRig(() => sandbox);
    const lower = at.directory("lower", { both: "lower", only: "lower" });
    const upper = at.directory("upper", { both: "upper" });
    const instance = at.enter({ at: "/build/target", kind: "layered", lower, upper });
    expect(instance.locate("/build/target/both")).toBe(`${upper}/both`);
    expect(instance.locate("/build/target/only")).toBe(`${lower}/only`);
    expect(instance.written("/build/target")).toBe(upper);
    expect(() => instance.written("/usr")).toThrow("nothing is written at /usr");
    expect(() => instance.written("/build/out")).toThrow("nothing is written at /build/out");
  });

  test("directories whose names have spaces and backslashes", async () => {
    await using at = sandboxRig(() => sandbox);
    const directory = at.directory("a b\\040c\td", { file: "found" });
    const instance = at.enter({ at: "/build/source", kind: "read-only", directories: [directory] });
    expect((await shell(instance, "cat /build/source/file")).stdout).toEqual(["found"]);
  });

  test("the caller's keys can neither be read nor listed", async () => {
    await using at = sandboxRig(() => sandbox);
    const call = process.arch === "arm64" ? 219 : 250;
    const [getKeyring, session] = [0, -3];
    const script = `perl -e 'print syscall(${call}, ${getKeyring}, ${session}, 0), " ", $! + 0'; cat /proc/keys /proc/key-users`;
    expect((await shell(at.enter(), script)).stdout).toEqual(["-1 38"]);
  });

  test("of `/proc` there is what any machine says, and not which one it is", async () => {
    await using at = sandboxRig(() => sandbox);
    const instance = at.enter();
    const holds = "holds() { if test -d $1; then ls -A $1; else head -c 1 $1; fi 2>/dev/null | grep -q .; }";
    const processes = "[0-9]*|self|thread-self|mounts|net";
    const script = `${holds}; cd /proc; for each in *; do case $each in ${processes}) ;; *) holds $each && echo $each; esac; done; true`;
    const { stdout } = await shell(instance, script);
    const ofKernel = ["config.gz", "filesystems", "sys", "sysvipc", "version", "version_signature"];
    const ofUse = ["cpuinfo", "loadavg", "meminfo", "pressure", "stat", "uptime", "vmstat"];
    expect(stdout.filter((name) => ![...ofKernel, ...ofUse].includes(name))).toEqual([]);
    expect(stdout).toEqual(expect.arrayContaining(["cpuinfo", "filesystems", "meminfo", "stat", "version"]));
    const settings =
      "kernel/random/boot_id kernel/pty/nr dev/cdrom/info fs/aio-nr fs/file-nr fs/inode-nr fs/*-state";
    const inSettings = `cd /proc/sys; cat ${settings} 2>/dev/null; wc -c <kernel/random/uuid`;
    expect((await shell(instance, inSettings)).stdout).toEqual(["37"]);
    // `SYSLOG_ACTION_SIZE_BUFFER`.
    const log = `perl -e 'print syscall(${process.arch === "arm64" ? 116 : 103}, 10, 0, 0), " ", $! + 0'`;
    expect((await shell(instance, log)).stdout).toEqual(["-1 38"]);
  });

  test("root's builds can change nothing in `/proc`, and make no namespaces, in which control groups could be mounted", async () => {
    await using at = sandboxRig(() => sandbox);
    const script =
      "echo 0 2>/dev/null >/proc/self/oom_score_adj || echo read-only; unshare --user true || echo none";
    expect((await shell(at.enter(), script)).stdout).toEqual(isRoot ? ["read-only", "none"] : []);
  });

  test("no mount can be made, changed or taken away, nor what lies below one be seen", async () => {
    await using at = sandboxRig(() => sandbox);
    const source = at.directory("source", { a: "" });
    const instance = at.enter({ at: "/build/source", kind: "read-only", directories: [source] });
    const tries = [
      "mount -t tmpfs none /tmp",
      "mount -t proc none /proc",
      "mount -o remount,rw,bind /build/source",
      "umount /build/source",
      "umount /proc/keys",
      "umount /proc/sys",
      "pivot_root / /tmp",
      "chroot / true",
      "nsenter --mount=/proc/1/ns/mnt true",
      "mknod /tmp/disk b 259 0",
      "hostname other",
      "setpriv --reuid 0 true",
      "sysctl --write kernel.hostname=other",
      "chown 0 /tmp",
      "su -c true",
    ];
    const script = tries.map((line) => `(${line}) >/dev/null 2>&1 && echo "did ${line}"`).join("; ");
    expect((await shell(instance, `${script}; true`)).stdout).toEqual([]);
    // Where namespaces can be made, one has the mounts as they are there, too.
    const within = [
      "mount -o remount,rw,bind /build/source",
      "umount /build/source",
      "umount /proc/keys",
      "umount /proc/sys",
      "umount /dev/null",
      "mount -t proc none /proc",
      "mount -t sysfs none /tmp",
      "touch /build/source/new",
      "(: >>/proc/sys/kernel/core_pattern)",
    ];
    const inside = within.map((line) => `(${line}) >/dev/null 2>&1 && echo "did ${line}"`).join("; ");
    const nested = `unshare --user --map-root-user --mount --pid --fork --net sh -c '${inside}; true' 2>/dev/null; true`;
    expect((await shell(instance, nested)).stdout).toEqual([]);
    expect(readdirSync(source)).toEqual(["a"]);
  });

  test("a socket of the host cannot be reached, be it by a path, by an abstract name, or over the loopback", async () => {
    await using at = sandboxRig(() => sandbox);
    const abstract = `\0gantry-isolation-${process.pid}`;
    const [path, port] = [`${at.root}/socket`, createServer().listen(0, "127.0.0.1")];
    const servers = [createServer().listen(path), createServer().listen(abstract), port];
    await Promise.all(servers.map((server) => server.listening || once(server, "listening")));
    const address = port.address();
    const number = typeof address === "object" ? address?.port : 0;
    const script = `perl -MSocket -e '
    for ([AF_UNIX, pack_sockaddr_un("${path}")], [AF_UNIX, pack_sockaddr_un("\\0${abstract.slice(1)}")], [AF_INET, pack_sockaddr_in(${number}, INADDR_LOOPBACK)]) {
      socket(my $s, $_->[0], SOCK_STREAM, 0); print connect($s, $_->[1]) ? "reached " : "no ";
    }'`;
    expect((await shell(at.enter(), script)).stdout).toEqual(["no no no "]);
    for (const server of servers) server.close();
  });

  test("no socket can be of a family that the host's processes and the hypervisor share", async () => {
    await using at = sandboxRig(() => sandbox);
    expect((await shell(at.enter(), `perl -e '${unusualSockets}'`)).stdout).toEqual([
      "97 97 97 97 97 97 97 38",
    ]);
  });

  test("a socket of its own can be, over the loopback of both protocols", async () => {
    await using at = sandboxRig(() => sandbox);
    const script = `perl -MSocket=:all -e '
    for ([AF_INET, pack_sockaddr_in(0, INADDR_LOOPBACK)], [AF_INET6, pack_sockaddr_in6(0, IN6ADDR_LOOPBACK)]) {
      socket(my $l, $_->[0], SOCK_STREAM, 0); bind($l, $_->[1]); listen($l, 1);
      socket(my $s, $_->[0], SOCK_STREAM, 0); print connect($s, getsockname($l)) ? "reached " : "no $! ";
    }'`;
    expect((await shell(at.enter(), script)).stdout).toEqual(["reached reached "]);
  });
}

/**
 * Perl that says the errors of making sockets of `AF_PACKET`, `AF_TIPC`, `AF_ALG`, `AF_VSOCK`, `AF_QIPCRTR` and `AF_XDP`, a pair of
 * `AF_VSOCK`, and of `io_uring_setup`, by which one could be made without a call.
 */
export const unusualSockets = `
  use Socket;
  for my $family (17, 30, 38, 40, 42, 44) { print socket(my $s, $family, SOCK_STREAM, 0) ? "made " : ($! + 0) . " " }
  print socketpair(my $a, my $b, 40, SOCK_STREAM, 0) ? "made " : ($! + 0) . " ";
  my $parameters = "\\0" x 120;
  print syscall(425, 1, $parameters) < 0 ? $! + 0 : "made";`;

/** What it does besides, where a program of our own makes it. */
export function ownEntryContract(sandbox: Sandbox): void {
  test("the host sees none of the mounts", async () => {
    await using at = sandboxRig(() => sandbox);
    const source = at.directory("source", { a: "" });
    const instance = at.enter({ at: "/build/source", kind: "read-only", directories: [source] });
    await shell(instance, "ls");
    expect(readdirSync(`${at.root}/scratch/root`)).toEqual([]);
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(at.root);
  });

  test("a mount that cannot be made is an error that says why, and the command does not run", async () => {
    await using at = sandboxRig(() => sandbox);
    const out = at.directory("out");
    const instance = at.enter(
      { at: "/build/gone", kind: "writable", directory: `${at.root}/gone` },
      { at: "/build/out", kind: "writable", directory: out },
    );
    await expect(shell(instance, "touch /build/out/ran")).rejects.toThrow("sandbox-failed");
    const ran = await instance.run({
      argv: ["/bin/true"],
      cwd: "/",
      env: {},
      onLine: () => undefined,
      signal: new AbortController().signal,
    });
    expect(ran).toMatchObject({
      error: {
        code: "sandbox-failed",
        message: "the sandbox could not be set up for `/bin/true`",
        help: ["build without isolation: gantry build --sandbox none"],
        causes: [expect.stringContaining(`${at.root}/gone`)],
      },
    });
    expect(readdirSync(out)).toEqual([]);
  });

  test("nothing can be learned from the first process: not its memory, files and variables, nor how it was started", async () => {
    await using at = sandboxRig(() => sandbox);
    const files = ["environ", "mem", "maps", "auxv"].map((name) => `/proc/1/${name}`).join(" ");
    const script = `{ cat ${files}; for each in fd root cwd; do ls -A /proc/1/$each/; done; readlink /proc/1/exe /proc/1/ns/mnt; } 2>/dev/null`;
    const instance = at.enter();
    expect((await shell(instance, script)).stdout).toEqual([]);
    expect((await shell(instance, "cat /proc/1/cmdline | tr -d '\\0'; cat /proc/1/comm")).stdout).toEqual([
      "gantry",
    ]);
    expect((await shell(instance, "kill -9 1; echo lives")).stdout).toEqual(["lives"]);
  });

  test("of the host's paths there are those of mounts in `mountinfo`, and no others in what processes tell", async () => {
    await using at = sandboxRig(() => sandbox);
    const lower = at.directory("lower", { a: "" });
    const instance = at.enter(
      { at: "/build/layered", kind: "layered", lower, upper: at.directory("upper") },
      { at: "/build/union", kind: "read-only", directories: [lower, at.directory("other")] },
    );
    expect((await shell(instance, `grep -F ${at.root} /proc/self/mountinfo; true`)).stdout).toEqual([]);
  });

  test("devices, which are the host's own, can be used and not changed", async () => {
    await using at = sandboxRig(() => sandbox);
    const script =
      "for each in full null random tty urandom zero; do chmod 666 /dev/$each || touch /dev/$each || echo $each; done 2>/dev/null; " +
      "echo >/dev/null && head -c 2 /dev/zero | wc -c";
    expect((await shell(at.enter(), script)).stdout).toEqual([
      "full",
      "null",
      "random",
      "tty",
      "urandom",
      "zero",
      "2",
    ]);
  });
}
