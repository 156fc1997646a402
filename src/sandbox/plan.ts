import { lstatSync, readdirSync } from "node:fs";
import { world as paths } from "../derivation/world.ts";
import type { Command, Mount, World } from "./sandbox.ts";
import { filterOfCalls } from "./seccomp.ts";

/**
 * What `entry/enter.c` makes a world from, as fields that end with a zero byte. In the order of `worldPlan`: a letter, a path,
 * and for some what belongs to it.
 *
 * - `d` a directory, `f` a file with a text, `l` a link and where it leads
 * - `r`, `w` something of the host, and where it lies: read-only, writable
 * - `o`, `O` an overlay and its options: read-only, writable
 * - `v` a device of the host, `p`, `P` processes: read-only, writable; `y` terminals
 * - `t` writable memory; `s` read-only, whatever is there; `h` empty, where a file or a directory is there
 *
 * What lies between is memory, and read-only.
 */
type WorldPlan = {
  readonly fields: readonly string[];
  /** The directories of all overlays, to be linked to from `layers/0`, `layers/1`, … */
  readonly layers: readonly string[];
  /** Directories that overlays need for themselves, to be made. */
  readonly workDirectories: readonly string[];
};

/**
 * @param work an absolute path; directories below it are named in the plan
 * @param isRoot the caller is the host's root. Its files in `/proc` let the owner write, whatever number the namespace gives it
 * and though it has no rights: there, nothing can be written. And in further namespaces, a build could mount control groups,
 * whose files are root's as well: it makes none (`commandPlan`)
 */
export function planWorld(world: World, work: string, isRoot: boolean): WorldPlan {
  const layers = new Map<string, string>();
  const workDirectories: string[] = [];
  const making: Making = {
    layer(directory) {
      const link = layers.get(directory) ?? `layers/${layers.size}`;
      layers.set(directory, link);
      return link;
    },
    work() {
      const directory = `${work}/${workDirectories.length}`;
      workDirectories.push(directory);
      return directory;
    },
  };
  const fields = [
    ...["bin", "lib", "lib64", "sbin"].flatMap((name) => ["l", `/${name}`, `usr/${name}`]),
    ...Object.entries(etc).flatMap(([name, text]) => ["f", `/etc/${name}`, text]),
    ...deviceFields,
    ...[isRoot ? "p" : "P", "/proc"],
    ...["s", "/proc/sys"],
    ...emptied().flatMap((path) => ["h", path]),
    ...world.scratch.flatMap((path) => ["t", path, ...directoriesBelow(path, world)]),
    ...world.mounts.flatMap((mount) => mountFields(mount, making)),
    ".",
  ];
  return { fields, layers: [...layers.keys()], workDirectories };
}

/** All that the program is told of one command. */
export function commandPlan(
  command: Pick<Command, "argv" | "cwd" | "env">,
  { directory, fields, isRoot }: { directory: string; fields: readonly string[]; isRoot: boolean },
): Buffer {
  return encoded([
    ...[String(process.pid), "n", directory, "gantry", isRoot ? "1" : "0", ...fields],
    ...commandFields(command),
  ]);
}

/** Likewise, for a command that gives up the use of files, but for these: `r` to be read, `w` for all. */
export function landlockPlan(
  command: Pick<Command, "argv" | "cwd" | "env">,
  files: readonly string[],
): Buffer {
  return encoded([String(process.pid), "l", ...files, ".", ...commandFields(command)]);
}

function commandFields({ argv, cwd, env }: Pick<Command, "argv" | "cwd" | "env">): string[] {
  const variables = Object.entries({ ...env, PWD: cwd }).map(([name, value]) => `${name}=${value}`);
  return [
    ...[filterOfCalls().toString("hex"), cwd],
    ...[String(variables.length), ...variables],
    ...[String(argv.length), ...argv],
  ];
}

function encoded(fields: readonly string[]): Buffer {
  return Buffer.from(`${fields.join("\0")}\0`);
}

/** The minimal `/etc` of the sandbox: who one is, and that there is no network to ask. */
export const etc: Readonly<Record<string, string>> = {
  group: "build:x:1000:\nnogroup:x:65534:\n",
  "host.conf": "multi on\n",
  hosts: "127.0.0.1 localhost\n::1 localhost\n",
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
  passwd: `build:x:1000:1000::${paths.home}:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n`,
};

/**
 * The devices are the host's own, whose modes and times root's builds could change: they can be written to where they are
 * mounted read-only, but not changed.
 */
const devices = ["full", "null", "random", "tty", "urandom", "zero"].map((name) => `/dev/${name}`);

const deviceFields = [
  ...["t", paths.sharedMemory],
  ...["fd", "stdin", "stdout", "stderr"].flatMap((name, at) => [
    ...["l", `/dev/${name}`, at === 0 ? "/proc/self/fd" : `/proc/self/fd/${at - 1}`],
  ]),
  ...["l", "/dev/core", "/proc/kcore", "l", "/dev/ptmx", "pts/ptmx", "y", "/dev/pts"],
  ...devices.flatMap((path) => ["v", path]),
];

/**
 * Files and directories of `/proc` that are empty in a world: all but those of processes, settings, and what says of the kernel,
 * the processor and the memory what programs ask for. Others tell which machine it is, what it consists of, and what its users do.
 */
export function emptied(): string[] {
  // By name first: a process that ends while the directory is read is listed without its type (Linux 6.18), which Node asks for then.
  const others = readdirSync("/proc").filter(
    (name) => !/^\d+$/.test(name) && !ofAnyMachine.has(name) && !isLink(`/proc/${name}`),
  );
  return [...new Set([...others, ...keyLists]), ...ofThisMachine.map((name) => `sys/${name}`)].map(
    (name) => `/proc/${name}`,
  );
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

const ofAnyMachine: ReadonlySet<string> = new Set([
  ...["config.gz", "filesystems", "version", "version_signature", "sys", "sysvipc"],
  ...["cpuinfo", "meminfo", "vmstat", "stat", "loadavg", "uptime", "pressure"],
]);

/** Names of keys, also of the caller's: whatever the host shows of `/proc`. */
const keyLists = ["keys", "key-users"];

/** Among the settings: an identity, how many there are of what all processes use, and the names of drives. */
const ofThisMachine = [
  ...["kernel/random/boot_id", "kernel/pty/nr", "dev/cdrom/info"],
  ...["fs/aio-nr", "fs/dentry-state", "fs/file-nr", "fs/inode-nr", "fs/inode-state", "fs/quota"],
];

/** The directories in one of scratch that something is mounted in: they are read-only, what lies between them is not. */
function directoriesBelow(scratch: string, { mounts }: World): string[] {
  const below = mounts.flatMap(({ at }) =>
    at.startsWith(`${scratch}/`) ? [`${scratch}/${at.slice(scratch.length + 1).split("/")[0]}`] : [],
  );
  return [...new Set(below)].flatMap((at) => ["s", at]);
}

type Making = {
  /** Another name of a directory of an overlay: the options of one give `,`, `:`, `\` and `"` a meaning. */
  readonly layer: (directory: string) => string;
  /** A directory that an overlay has to itself. */
  readonly work: () => string;
};

/** Overlays take `userxattr`, since none but root may set `trusted.` attributes. */
function mountFields(mount: Mount, { layer, work }: Making): string[] {
  if (mount.kind === "writable") return ["w", mount.at, mount.directory];
  if (mount.kind === "layered") {
    const options = `lowerdir=${layer(mount.lower)},upperdir=${layer(mount.upper)},workdir=${layer(work())}`;
    return ["O", mount.at, `${options},userxattr`];
  }
  const [first, ...more] = mount.directories;
  if (more.length === 0) return ["r", mount.at, first];
  return ["o", mount.at, `lowerdir=${mount.directories.map(layer).join(":")}`];
}
