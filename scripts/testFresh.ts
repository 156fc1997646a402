import { existsSync, realpathSync } from "node:fs";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { release } from "node:os";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { Command } from "commander";
import { execa } from "execa";
import { markdownTable } from "./markdownTable.ts";
import { workDirectory } from "./workDirectory.ts";

const options = new Command("test:fresh")
  .description(
    "run the README's first command in a fresh Debian that has git, Node, Rust and a C compiler, as root and as a user, and in containers; as root, with mmdebstrap and podman; writes docs/fresh-machines.md",
  )
  .option("--keep <directory>", "where the packed Debian is kept for the next run")
  .option("--project <directory>", "what is built, in the clone", "examples/parcels")
  .parse()
  .opts<{ keep?: string; project: string }>();

const repository = join(import.meta.dirname, "..");
const path = "/opt/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const variables = {
  PATH: path,
  LC_ALL: "C.UTF-8",
  NODE_EXTRA_CA_CERTS: "/etc/ssl/certs/ca-certificates.crt",
};

await using work = await workDirectory("fresh");
const root = await freshRoot(join(work.path, "root"), options.keep ?? work.path);
const rust = (await execa("rustc", ["--print", "sysroot"], { cwd: "/" })).stdout;
const isBuilt = `./gantry build -C ${options.project}`;
/** A program of one line, in a store of its own. */
const hello = "./gantry build -C ../hello --store /tmp/store-$$";

type Who = "root" | "dev";
/** The first process has the root that it had. */
const inChroot = ["sh", "-c", 'chroot /mnt "$@"; exit $?', "sh"];
const rows: string[][] = [];
const problems: string[] = [];

await step("the first command, by root", { who: "root", line: isBuilt, level: "full" });
await step("the same by a user", { who: "dev", line: isBuilt, level: "full" });
const none = "echo 0 >/proc/sys/user/max_user_namespaces;";
await step("where `user.max_user_namespaces` is 0", {
  ...{ who: "dev", line: `${none} ${hello}`, level: "landlock" },
  ...{ through: ["unshare", "--user", "--map-root-user"], says: "user.max_user_namespaces=15000" },
});
await step("the same with `--sandbox full`", {
  ...{ who: "dev", line: `${none} ${hello} --sandbox full`, level: "refused" },
  ...{ through: ["unshare", "--user", "--map-root-user"], says: "user.max_user_namespaces=15000" },
});
await step("in a chroot", {
  ...{ who: "root", line: hello, level: "landlock", through: inChroot },
  says: "in a chroot the system does not allow user namespaces",
});
await container("in podman's container, by root", []);
await container("in podman's container that is run as Gantry says", [
  ...["--security-opt", "seccomp=unconfined", "--security-opt", "unmask=ALL"],
]);

if (problems.length === 0) await writeFile(join(repository, "docs/fresh-machines.md"), await page());
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? "passed" : `${problems.length} problems`);
if (problems.length > 0) process.exitCode = 1;

type Expected = {
  readonly who: Who;
  readonly line: string;
  readonly level: string;
  /** What the build is started through, in the root. */
  readonly through?: readonly string[];
  readonly says?: string;
};

async function step(what: string, { who, line, level, through = [], says = "" }: Expected): Promise<void> {
  // `chroot` refuses namespaces where a process has another root than its mount namespace.
  const enter = [
    'set -e; root=$1 rust=$2 user=$3; shift 3; mount --make-rprivate /; mount --bind "$root" "$root"; mount -t proc proc "$root/proc"',
    'for each in dev sys; do mount --rbind /$each "$root/$each"; done; mount --bind "$rust" "$root/opt/rust"',
    'mount --rbind "$root" "$root/mnt"; cd "$root"; pivot_root . old; umount -l old',
    'exec setpriv --reuid "$user" --regid "$user" --clear-groups env -i "$@"',
  ].join("; ");
  const home = who === "root" ? "/root" : "/home/dev";
  const all = Object.entries({ ...variables, HOME: home }).map(([name, value]) => `${name}=${value}`);
  const started = performance.now();
  const ran = await execa(
    "unshare",
    [
      ...["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", enter, "sh", root, rust],
      ...[who === "root" ? "0" : "1000", ...all, ...through, "sh", "-c", `cd ${home}/gantry && ${line}`],
    ],
    { reject: false, stdin: "ignore" },
  );
  told(what, { ...ran, level, says, seconds: (performance.now() - started) / 1000 });
}

async function container(what: string, privileges: readonly string[]): Promise<void> {
  // Where the store lies: a container's own file system is an overlay, over which there can be no other.
  const volume = join(work.path, `volume-${rows.length}`);
  await mkdir(volume);
  const all = Object.entries({ ...variables, HOME: "/root" }).flatMap(([name, value]) => [
    ...["--env", `${name}=${value}`],
  ]);
  const started = performance.now();
  const ran = await execa(
    "podman",
    [
      // Virtual machines like that of CI let no container raise its limits.
      ...["--cgroup-manager=cgroupfs", "--runtime", "runc", "run", "--rm", "--network", "host"],
      ...["--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096", ...privileges, ...all],
      ...["--volume", `${rust}:/opt/rust:ro`, "--volume", `${volume}:/tmp`],
      ...["--rootfs", `${root}:O`, "sh", "-c", `cd /root/gantry && ${hello}`],
    ],
    { reject: false, stdin: "ignore" },
  );
  const isFree = privileges.length > 0;
  told(what, {
    ...ran,
    level: isFree ? "full" : "landlock",
    says: isFree ? "" : "podman run --security-opt seccomp=unconfined --security-opt unmask=ALL",
    seconds: (performance.now() - started) / 1000,
  });
}

type Told = {
  readonly exitCode?: number;
  readonly stderr: string;
  readonly level: string;
  readonly says: string;
  readonly seconds: number;
};

function told(what: string, { exitCode, stderr, level, says, seconds }: Told): void {
  const text = stripVTControlCharacters(stderr);
  const found =
    exitCode !== 0
      ? "refused"
      : text.includes("without isolation")
        ? "none"
        : text.includes("with less isolation")
          ? "landlock"
          : "full";
  if (found !== level || !text.includes(says))
    problems.push(`${what}: ${found}, status ${exitCode}\n${text}`);
  const about = text.split("\n").filter((line) => /sandbox-missing|= help/.test(line));
  // How long it took is the machine's, and stands in what is printed.
  const built = text.match(/^ +Finished \S+/gm) ?? [];
  rows.push([what, found, [...about, ...built].map((line) => code(line.trim())).join("<br>")]);
  console.log(`${what}: ${found}, ${seconds.toFixed(0)} s\n${text.slice(-1500)}`);
}

function code(text: string): string {
  return `<code>${text.replaceAll("`", "&#96;")}</code>`;
}

/** A minimal Debian with a C compiler and git from its packages, the Node and npm of this machine, and two clones. */
async function freshRoot(directory: string, kept: string): Promise<string> {
  const archive = join(kept, "debian.tar");
  if (!existsSync(archive)) {
    const packages = "ca-certificates,gcc,git,libc6-dev";
    await execa("mmdebstrap", ["--variant=minbase", `--include=${packages}`, await suite(), archive]);
  }
  await mkdir(directory, { recursive: true });
  await execa("tar", ["--extract", "--numeric-owner", "--file", archive, "--directory", directory]);
  for (const each of ["etc/resolv.conf", "etc/hosts", "usr/local/share/ca-certificates"])
    await cp(`/${each}`, join(directory, each), { recursive: true, dereference: true });
  for (const each of ["old", "opt/rust"]) await mkdir(join(directory, each), { recursive: true });
  const npm = realpathSync((await execa("sh", ["-c", "command -v npm"], { cwd: "/" })).stdout);
  const node = (await execa("sh", ["-c", `PATH=/usr/local/bin:/usr/bin command -v node`])).stdout;
  await cp(realpathSync(node), join(directory, "usr/local/bin/node"));
  await cp(dirname(dirname(npm)), join(directory, "usr/local/lib/node_modules/npm"), { recursive: true });
  await symlink("../lib/node_modules/npm/bin/npm-cli.js", join(directory, "usr/local/bin/npm"));
  await execa("chroot", [
    directory,
    "useradd",
    "--create-home",
    "--shell",
    "/bin/sh",
    "--uid",
    "1000",
    "dev",
  ]);
  await execa("chroot", [directory, "update-ca-certificates"]);
  for (const home of ["root", "home/dev"]) {
    const project = join(directory, home, "hello");
    await execa("cargo", ["init", "--quiet", "--vcs", "none", "--name", "hello", project]);
    await execa("cargo", ["generate-lockfile", "--quiet"], { cwd: project });
  }
  for (const home of ["root", "home/dev"])
    await execa("git", [
      "clone",
      "--quiet",
      "--depth",
      "1",
      `file://${repository}`,
      join(directory, home, "gantry"),
    ]);
  await execa("chown", ["--recursive", "1000:1000", join(directory, "home/dev")]);
  return directory;
}

async function suite(): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8");
  return /^VERSION_CODENAME=(.*)$/m.exec(release)?.[1] ?? "stable";
}

async function page(): Promise<string> {
  const debian = (await readFile(join(root, "etc/debian_version"), "utf8")).trim();
  const versions = await Promise.all(
    [["node"], ["rustc"], ["podman"]].map(
      async ([name = ""]) => (await execa(name, ["--version"], { cwd: "/" })).stdout.split("\n")[0],
    ),
  );
  return `# On a fresh machine

A minimal Debian ${debian}, made by mmdebstrap, with git, Node, Rust and a C compiler, and nothing else: no bubblewrap. In it, in a
clone of Gantry, the first command, \`${isBuilt}\`: at which level of [the sandbox](sandbox.md) it builds, and what it
says of that. The lines after the second build a program of one line, with empty stores. \`npm run test:fresh\` does it again.

${markdownTable(["", "level", "says"], rows)}

Run with ${versions.join(", ")}, on Linux ${/^\d+\.\d+/.exec(release())?.[0]}.
`;
}
