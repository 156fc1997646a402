import { closeSync, existsSync, fstatSync, openSync, readFileSync } from "node:fs";
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
  /** The root directory is not that of the first process. */
  readonly isChroot: boolean;
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

function isChroot(): boolean {
  try {
    return placeOf("/proc/1/root/") !== placeOf("/");
  } catch {
    // Only root may look.
    return false;
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

/** Why nobody could enter a sandbox, and the setting that this system has for it. */
export function refusal(said: string, machine: Machine): Diagnostic {
  // As `tried` in `chooseSandbox.ts` has it mounted.
  const { why, help } = said.includes("/build/layered")
    ? ofStore(machine)
    : said.startsWith("spawn ")
      ? notExecutable
      : settingOf(machine);
  return diagnostic("sandbox-missing", why, { causes: said === "" ? [] : [said], help });
}

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

function settingOf(machine: Machine): Setting {
  const { read, env, isRoot } = machine;
  const isOff = (name: string, off: string) => read(`/proc/sys/${name}`) === off;
  if (env.GITHUB_ACTIONS === "true" && env.RUNNER_ENVIRONMENT === "github-hosted" && !isContainer(machine)) {
    return {
      why: "GitHub's runners do not allow user namespaces",
      help: ["a step before it: run: sudo sysctl --write kernel.apparmor_restrict_unprivileged_userns=0"],
    };
  }
  if (isOff("user/max_user_namespaces", "0")) return sysctl("user.max_user_namespaces=15000");
  if (!isRoot && isOff("kernel/unprivileged_userns_clone", "0"))
    return sysctl("kernel.unprivileged_userns_clone=1");
  if (isContainer(machine)) return ofContainer(machine);
  if (!isRoot && isOff("kernel/apparmor_restrict_unprivileged_userns", "1")) {
    const setting = sysctl("kernel.apparmor_restrict_unprivileged_userns=0");
    return {
      why: "AppArmor does not allow user namespaces",
      help: [...setting.help, "or install bubblewrap 0.11 or later and AppArmor's profile for it"],
    };
  }
  if (machine.isChroot) {
    return {
      why: "in a chroot the system does not allow user namespaces",
      help: ["make it the root of a mount namespace instead: systemd-nspawn, podman, or pivot_root(8)"],
    };
  }
  const [major = 0, minor = 0] = machine.release.split(".").map(Number);
  if (major < 5 || (major === 5 && minor < 11)) {
    return {
      why: `Linux ${machine.release} has no overlays in user namespaces`,
      help: ["Linux 5.11 has them"],
    };
  }
  return { why: "the system does not allow user namespaces", help: [] };
}

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
