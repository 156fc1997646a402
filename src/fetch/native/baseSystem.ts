// fetch/native: what of the host's system a build sees: the base system, and native packages over it.

import { accessSync, constants, existsSync, statSync } from "node:fs";
import type { Digest } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Store } from "../../store/store.ts";
import { hostArchitecture } from "../toolchain/findToolchain.ts";
import { type HostTree, hostTree } from "./hostTree.ts";
import type { BaseHost } from "./provider.ts";

/** What lies at `/usr` in a sandbox before anything is declared: libc, `cc`, the linker, a shell, base tools. */
export type BaseSystem = {
  /** Of its content; part of every key. */
  readonly digest: Digest;
  /** What to mount at `/usr`. A closure is copied into the store for it. Errors: those of `HostTree.place`. */
  readonly place: HostTree["place"];
  /** For people: `Debian 12, gcc 12.2.0`. */
  readonly description: string;
  /**
   * `closure`: a tree of the store with the C compiler and its dependencies, and nothing else.
   * `host-usr`: the host's whole `/usr`, known only by the content of its compiler, linker and libc.
   */
  readonly kind: "closure" | "host-usr";
  /** Of what lies outside the store: whether it still is what the digest is of. */
  readonly isUnchanged?: () => Promise<boolean>;
};

/**
 * The base system of this host. Under 3 ms when nothing has been installed since the last time; what finds it out
 * otherwise is loaded only then.
 *
 * Errors: `c-compiler-missing`, with the command that installs one; `interrupted`.
 */
export function baseSystem(store: Store, host: BaseHost): Promise<Result<BaseSystem>> {
  return hasDpkg(host.root) ? dpkgBase(store, host) : hostUsrBase(store, host);
}

/** The base system as a tree of its own, from the files of the installed compiler packages. */
async function dpkgBase(store: Store, host: BaseHost): Promise<Result<BaseSystem>> {
  const key = `${host.root} ${dpkgStamp(host.root)}`;
  const wanted = { ...host, kind: "base-dpkg", key, name: "base system" } as const;
  const tree = await hostTree(store, wanted, async () => {
    const { planDpkgBase } = await import("./dpkgPlan.ts");
    return planDpkgBase(host.root);
  });
  if (!tree.ok) return tree;
  const { digest, place, version = "" } = tree.value;
  const { distribution } = await import("./packageSystem.ts");
  const description = [distribution(host.root) ?? [], `gcc ${upstream(version)}`].flat().join(", ");
  return ok({ digest, place, description, kind: "closure" });
}

/** `4:12.2.0-3` → `12.2.0` (deb-version(7)). */
function upstream(version: string): string {
  return version.replace(/^\d+:/, "").replace(/-[^-]*$/, "");
}

/**
 * The base system where its files cannot be told from the rest of `/usr`: all of `/usr` is shown, and its
 * identity is that of the compiler, the linker and libc.
 *
 * Errors: `c-compiler-missing`.
 */
export async function hostUsrBase(store: Store, host: BaseHost): Promise<Result<BaseSystem>> {
  const compiler = findCompiler(host.env.PATH ?? "");
  if (compiler === undefined) {
    const { compilerMissing, packageSystem } = await import("./packageSystem.ts");
    return err(compilerMissing(packageSystem(host.root, host.platform), ["cc"]));
  }
  const databases = [
    "/var/lib/rpm",
    "/usr/lib/sysimage/rpm",
    "/var/lib/pacman/local",
    "/lib/apk/db/installed",
  ];
  const keyNow = () => `${compiler} ${stamp([compiler, "/usr/bin/ld", "/etc/ld.so.cache", ...databases])}`;
  const key = keyNow();
  const digestNow = async () => {
    const { identifyCompiler } = await import("./identifyCompiler.ts");
    return identifyCompiler(compiler, host.env);
  };
  const known = store.records.get("base-host-usr", key);
  const digest = known ?? (await digestNow());
  if (known === undefined) store.records.set("base-host-usr", key, digest);
  const description = `the host's /usr, with ${compiler}`;
  const isUnchanged = async () => keyNow() === key || (await digestNow()) === digest;
  return ok({ digest, place: async () => ok("/usr"), description, kind: "host-usr", isUnchanged });
}

function findCompiler(path: string): string | undefined {
  for (const directory of path.split(":").filter((each) => each.startsWith("/"))) {
    try {
      accessSync(`${directory}/cc`, constants.X_OK);
      return `${directory}/cc`;
    } catch {}
  }
  return undefined;
}

/** Whether dpkg is the host's package manager. */
export function hasDpkg(root: string): boolean {
  return existsSync(`${root}/var/lib/dpkg/status`);
}

/** Changes whenever a package is installed, upgraded or removed, or an alternative is chosen. */
export function dpkgStamp(root: string): string {
  return stamp([`${root}/var/lib/dpkg/status`, `${root}/etc/alternatives`]);
}

/**
 * Changes whenever one of the files or directories does: inode, size and time of change of each. Cheap enough
 * for every run, and never part of a key: it only says that what was found out earlier still holds.
 */
export function stamp(paths: readonly string[]): string {
  return paths.map(one).join(" ");
}

function one(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}` : "-";
}

/** This machine, in the words of `CrateBinary.platform`: `linux-x86_64`. */
export function hostPlatform(): string {
  return `${process.platform}-${hostArchitecture()}`;
}
