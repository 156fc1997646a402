import { ok, type Result } from "../../base/result.ts";
import { refuseKilled } from "../../base/systemError.ts";
import type { NativePackage, PackageSystem } from "../../derivation/model.ts";
import { dpkgStamp, hasDpkg, stamp } from "./baseSystem.ts";
import { hostTree } from "./hostTree.ts";
import { packageSystem } from "./packageSystem.ts";
import { planTree, wantedPath } from "./planTree.ts";
import type { NativeContext, NativeTree, Provider } from "./provider.ts";

/** What the host's package manager has installed. Never installs anything. */
export const host: Provider = {
  name: "host",
  async provide(native, context) {
    return hasDpkg(context.root) ? fromDpkg(native, context) : fromListing(native, context);
  },
};

/**
 * The files of an installed package and of all that it depends on, without what the base system has anyway.
 * Undefined if one of its names is not installed.
 */
async function fromDpkg(
  native: NativePackage,
  context: NativeContext,
): Promise<Result<NativeTree | undefined>> {
  const { root, store } = context;
  const names = native.names.apt ?? [];
  if (names.length === 0) return ok(undefined);
  const wanted = {
    ...context,
    kind: "native-dpkg",
    name: native.name,
    key: `${root} ${dpkgStamp(root)} ${names.join(" ")}`,
  } as const;
  const load = () => import("./dpkgPlan.ts");
  const known = store.records.get(wanted.kind, wanted.key);
  const version = known === undefined ? (await load()).installedVersion(root, names) : known?.version;
  if (known === undefined && version === undefined) store.records.set(wanted.kind, wanted.key, null);
  if (version === undefined) return ok(undefined);
  const plan = async () => ok({ plan: (await load()).planPackages(root, names), version });
  return ok({ provider: "host", version, tree: () => hostTree(store, wanted, plan) });
}

type Lister = { readonly command: readonly [string, ...string[]]; readonly databases: readonly string[] };

const listers: { readonly [system in PackageSystem]?: Lister } = {
  dnf: {
    command: ["rpm", "-ql"],
    databases: ["/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite", "/var/lib/rpm/Packages"],
  },
  pacman: { command: ["pacman", "-Qlq"], databases: ["/var/lib/pacman/local"] },
  apk: { command: ["apk", "info", "-qL"], databases: ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"] },
};

/**
 * The files of an installed package on hosts without dpkg, as rpm, pacman or apk list them. Its dependencies are
 * not followed: there the sandbox shows the whole of `/usr`, and the tree only makes the package's own content
 * part of the key.
 */
async function fromListing(
  native: NativePackage,
  context: NativeContext,
): Promise<Result<NativeTree | undefined>> {
  const { root, store } = context;
  const system = packageSystem(root, context.platform);
  const lister = system && listers[system];
  const names = system && native.names[system];
  if (!lister || !names) return ok(undefined);
  const seen = stamp(lister.databases.map((path) => root + path));
  const wanted = {
    ...context,
    kind: "native-listing",
    name: native.name,
    key: `${root} ${seen} ${names.join(" ")}`,
  } as const;
  const known = store.records.get(wanted.kind, wanted.key);
  const paths = known === undefined ? await listed(lister, names, context) : undefined;
  if (known === undefined && !paths) store.records.set(wanted.kind, wanted.key, null);
  if (!known && !paths) return ok(undefined);
  const plan = async () =>
    ok({ plan: planTree(root, paths ?? (await listed(lister, names, context)) ?? [], wantedPath) });
  return ok({ provider: "host", tree: () => hostTree(store, wanted, plan) });
}

/** The files of packages; undefined where one is not installed. */
async function listed(
  { command: [program, ...args] }: Lister,
  names: readonly string[],
  { env }: NativeContext,
): Promise<readonly string[] | undefined> {
  const { execa } = await import("execa");
  const list = await execa(program, [...args, ...names], {
    env: { ...env, LC_ALL: "C" },
    extendEnv: false,
    reject: false,
  });
  refuseKilled(program, list);
  if (list.failed) return undefined;
  return list.stdout.split("\n").map((path) => (path.startsWith("/") ? path : `/${path}`));
}
