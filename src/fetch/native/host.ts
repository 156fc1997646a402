import { ok, type Result } from "../../base/result.ts";
import type { NativePackage, PackageSystem } from "../../derivation/model.ts";
import { addPlannedTree } from "./addPlannedTree.ts";
import { dpkgStamp, hasDpkg, stamp } from "./baseSystem.ts";
import { dpkgClosure, dpkgFiles, findPackage, readDpkg, requiredBase, usualBase } from "./dpkg.ts";
import { packageSystem } from "./packageSystem.ts";
import { addAlternatives, planTree, wantedPath } from "./planTree.ts";
import { findOnce, type NativeContext, type Provider, suppliedBy, type Versioned } from "./provider.ts";

/** What the host's package manager has installed. Never installs anything. */
export const host: Provider = {
  name: "host",
  async provide(native, context) {
    const find = hasDpkg(context.root) ? fromDpkg : fromListing;
    return suppliedBy("host", await find(native, context));
  },
};

/**
 * The files of an installed package and of all that it depends on, without what the base system has anyway.
 * Undefined if one of its names is not installed.
 */
async function fromDpkg(
  native: NativePackage,
  context: NativeContext,
): Promise<Result<Versioned | undefined>> {
  const { root, store } = context;
  const names = native.names.apt ?? [];
  if (names.length === 0) return ok(undefined);
  const key = `${root} ${dpkgStamp(root)} ${names.join(" ")}`;
  return findOnce(store, { kind: "native-dpkg", key }, async () => {
    const database = readDpkg(root);
    const own = names.map((name) => findPackage(database, name));
    if (own.includes(undefined)) return ok(undefined);
    const base = dpkgClosure(database, [...requiredBase, ...usualBase]);
    const packages = [...dpkgClosure(database, names).values()].filter(
      ({ name }) => !base.has(name) || own.some((each) => each?.name === name),
    );
    const plan = planTree(root, dpkgFiles(root, packages), wantedPath);
    addAlternatives(root, plan);
    const tree = await addPlannedTree(store, plan, { ...context, name: native.name });
    return tree.ok ? ok({ digest: tree.value, version: own[0]?.version ?? "" }) : tree;
  });
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
): Promise<Result<Versioned | undefined>> {
  const { root, store, env } = context;
  const system = packageSystem(root, context.platform);
  const lister = system && listers[system];
  const names = system && native.names[system];
  if (!lister || !names) return ok(undefined);
  const seen = stamp(lister.databases.map((path) => root + path));
  const key = `${root} ${seen} ${names.join(" ")}`;
  return findOnce(store, { kind: "native-listing", key }, async () => {
    const [program, ...args] = lister.command;
    const { execa } = await import("execa");
    const list = await execa(program, [...args, ...names], {
      env: { ...env, LC_ALL: "C" },
      extendEnv: false,
      reject: false,
    });
    if (list.failed) return ok(undefined);
    const paths = list.stdout.split("\n").map((path) => (path.startsWith("/") ? path : `/${path}`));
    const plan = planTree(root, paths, wantedPath);
    const tree = await addPlannedTree(store, plan, { ...context, name: native.name });
    return tree.ok ? ok({ digest: tree.value }) : tree;
  });
}
