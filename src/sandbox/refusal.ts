import { closeSync, existsSync, fstatSync, openSync, readFileSync, readlinkSync } from "node:fs";
import { release } from "node:os";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";

/** What of a machine decides whether somebody may make user namespaces. */
export type Machine = {
  /** The text of a file; undefined where there is none. */
  readonly read: (path: string) => string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
  /** The kernel's version. */
  readonly release: string;
  /** The root directory is not that of the first process; undefined where one may not look, as no ordinary user may. */
  readonly isChroot: boolean | undefined;
};

export function thisMachine(env: Machine["env"]): Machine {
  return {
    env,
    read: (path) => (existsSync(path) ? readFileSync(path, "utf8").trim() : undefined),
    isRoot: process.getuid?.() === 0,
    release: release(),
    isChroot: isChroot(),
  };
}

function isChroot(): boolean | undefined {
  try {
    return placeOf("/proc/1/root/") !== placeOf("/");
  } catch {
    return undefined;
  }
}

/** A directory by its inode and its mount: what was bound to another place is the same directory there. */
function placeOf(directory: string): string {
  const file = openSync(directory, "r");
  try {
    const mount = /^mnt_id:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${file}`, "utf8"))?.[1];
    return `${mount} ${fstatSync(file).ino}`;
  } finally {
    closeSync(file);
  }
}

/**
 * A text that is another one where the system may decide otherwise on namespaces, and the same as long as nothing changed, by what
 * is cheap to see: the kernel, namespaces (each container has its own), a chroot, settings, and the rights of this process.
 */
export function whereItWorks({ release, read, isChroot }: Machine): string {
  const status = read("/proc/self/status") ?? "";
  const rights = status.matchAll(/^(?:CapEff|CapBnd|NoNewPrivs|Seccomp\w*):\s*(\w+)/gm);
  return [
    release,
    ...["user", "mnt"].map((kind) => readlinkSync(`/proc/self/ns/${kind}`)),
    isChroot ? "chroot" : "root",
    ...settings.map((name) => read(`/proc/sys/${name}`) ?? "-"),
    ...[...rights].map(([, value]) => value),
  ].join(" ");
}

const settings = [
  "user/max_user_namespaces",
  "kernel/unprivileged_userns_clone",
  "kernel/apparmor_restrict_unprivileged_userns",
];

/** Why nobody could enter a sandbox, and the setting that this system has for it. */
export function refusal(said: string, machine: Machine): Diagnostic {
  const { why, help } = reasonFor(said, machine);
  return diagnostic("sandbox-missing", why, { causes: said === "" ? [] : [plainly(said)], help });
}

/**
 * The same where a sandbox had been entered before and now cannot be: limits are reached, and settings change, while a build runs.
 * Undefined where what was said is not of namespaces.
 */
export function laterRefusal(said: string, machine: Machine): Diagnostic | undefined {
  return /^cannot make .*namespace/m.test(said) || isOfRights(said, machine)
    ? refusal(said, machine)
    : undefined;
}

function reasonFor(said: string, machine: Machine): Setting {
  // As `tried` in `chooseSandbox.ts` has it mounted.
  if (said.includes("/build/layered")) return ofStore(machine);
  if (said.startsWith("spawn ")) return notExecutable;
  if (isOfRights(said, machine)) return ofRights;
  return reachedLimit(said, machine) ?? settingOf(machine);
}

/** The system's words for a limit of namespaces are those for a full disk (user_namespaces(7)). */
function plainly(said: string): string {
  return said.replace(
    /^(cannot make .*namespaces?.*): No space left on device$/m,
    "$1: the system allows no more of them (ENOSPC)",
  );
}

/** Since Linux 5.12, who makes a namespace in which its root is root needs that right (user_namespaces(7)). */
function isOfRights(said: string, { isRoot, read }: Machine): boolean {
  const [, rights] = /^CapEff:\s*(\w+)/m.exec(read("/proc/self/status") ?? "") ?? [];
  const setfcap = 31n;
  return (
    isRoot &&
    said.includes("self/uid_map") &&
    rights !== undefined &&
    !((BigInt(`0x${rights}`) >> setfcap) & 1n)
  );
}

const ofRights: Setting = {
  why: "root is not allowed to make user namespaces without the capability CAP_SETFCAP",
  help: ["build as an ordinary user, or leave root this capability"],
};

/** An overlay can be written to only on a file system that is none itself, and that can note what was removed. */
function ofStore(machine: Machine): Setting {
  const volume = "in a container: --volume gantry:/root/.cache/gantry";
  return {
    why: "the file system of the store cannot have layers over it",
    help: [`put it on another one: gantry --store DIR${isContainer(machine) ? `; ${volume}` : ""}`],
  };
}

const notExecutable: Setting = {
  why: "no program can be started where the store lies",
  help: ["put it on a file system that is mounted without `noexec`: gantry --store DIR"],
};

type Setting = { readonly why: string; readonly help: readonly string[] };

const namespaces = ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"];

/** The words of `entry/enter.c`, and of bubblewrap 0.11. */
const limitComplaint = /^cannot make (.*namespaces?.*): No space left on device$|max_\*_namespaces exceeded/m;

/**
 * A limit that others and this build have reached together; undefined where that is not why. The system does not say which it is of
 * several: the lowest of them.
 */
function reachedLimit(said: string, { read }: Machine): Setting | undefined {
  const [complaint, what = ""] = limitComplaint.exec(said) ?? [];
  if (complaint === undefined) return undefined;
  const kinds = what.includes("user")
    ? ["user"]
    : what.includes("control groups")
      ? ["cgroup"]
      : namespaces.filter((kind) => what === "" || (kind !== "user" && kind !== "cgroup"));
  const limits = kinds.map((kind) => ({ kind, most: Number(read(`/proc/sys/user/max_${kind}_namespaces`)) }));
  const [lowest] = limits.filter(({ most }) => most > 0).sort((a, b) => a.most - b.most);
  if (lowest === undefined || limits.some(({ most }) => most === 0)) return undefined;
  const { kind, most } = lowest;
  const setting = `user.max_${kind}_namespaces`;
  return {
    why: `all namespaces are in use that the system allows you: \`${setting}\` is ${most}`,
    help: [
      ...sysctl(`${setting}=${Math.max(usual, 2 * most)}`).help,
      `or end what has them, such as containers and browsers: lsns --type ${kind}`,
    ],
  };
}

/** What is enough for one machine; many systems have several times as much. */
const usual = 15_000;

function settingOf(machine: Machine): Setting {
  const { read, env, isRoot } = machine;
  const isOff = (name: string, off: string) => read(`/proc/sys/${name}`) === off;
  if (env.GITHUB_ACTIONS === "true" && env.RUNNER_ENVIRONMENT === "github-hosted" && !isContainer(machine)) {
    return {
      why: "GitHub's runners do not allow user namespaces",
      help: ["a step before it: run: sudo sysctl --write kernel.apparmor_restrict_unprivileged_userns=0"],
    };
  }
  const none = namespaces.find((kind) => isOff(`user/max_${kind}_namespaces`, "0"));
  if (none !== undefined) return sysctl(`user.max_${none}_namespaces=${usual}`);
  if (!isRoot && isOff("kernel/unprivileged_userns_clone", "0"))
    return sysctl("kernel.unprivileged_userns_clone=1");
  if (isContainer(machine) && machine.isChroot) {
    const help = [
      ...ofChroot.help,
      ...ofContainer(machine).help.map((each) => `or, if a container refuses them: ${each}`),
    ];
    return { why: "the system does not allow user namespaces, perhaps since this is a chroot", help };
  }
  if (isContainer(machine) && isRoot && machine.isChroot === undefined) {
    const help = [
      ...ofContainer(machine).help,
      ...ofChroot.help.map((each) => `or, if it is a chroot: ${each}`),
    ];
    return { why: "the system does not allow user namespaces, perhaps since this is a container", help };
  }
  if (isContainer(machine)) return ofContainer(machine);
  if (!isRoot && isOff("kernel/apparmor_restrict_unprivileged_userns", "1")) {
    const setting = sysctl("kernel.apparmor_restrict_unprivileged_userns=0");
    return {
      why: "AppArmor does not allow user namespaces",
      help: [...setting.help, "or install bubblewrap 0.11 or later and AppArmor's profile for it"],
    };
  }
  if (machine.isChroot) return ofChroot;
  const [major = 0, minor = 0] = machine.release.split(".").map(Number);
  if (major < 5 || (major === 5 && minor < 11)) {
    return {
      why: `Linux ${machine.release} has no overlays in user namespaces`,
      help: ["Linux 5.11 has them"],
    };
  }
  return { why: "the system does not allow user namespaces", help: [] };
}

const ofChroot: Setting = {
  why: "in a chroot the system does not allow user namespaces",
  help: ["make it the root of a mount namespace instead: systemd-nspawn, podman, or pivot_root(8)"],
};

function sysctl(setting: string): Setting {
  return {
    why: "the system does not allow user namespaces",
    help: [
      `sudo sysctl --write ${setting}`,
      `and for good: echo ${setting} | sudo tee /etc/sysctl.d/90-gantry.conf`,
    ],
  };
}

/** docker-run(1) and podman-run(1): the filter of calls forbids namespaces, and what hides parts of `/proc` forbids another one. */
function ofContainer({ read }: Machine): Setting {
  const podman = "--security-opt seccomp=unconfined --security-opt unmask=ALL";
  const docker =
    "--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined";
  const isPodman = read("/run/.containerenv") !== undefined;
  return {
    why: "this container does not allow namespaces",
    help: [isPodman ? `run it with: podman run ${podman}` : `run it with: docker run ${docker}`],
  };
}

function isContainer({ read, env }: Machine): boolean {
  return (
    env.container !== undefined ||
    env.KUBERNETES_SERVICE_HOST !== undefined ||
    ["/run/.containerenv", "/.dockerenv"].some((path) => read(path) !== undefined)
  );
}
