import { ok, type Result } from "../../base/result.ts";
import type { NativePackage, PackageSystem } from "../../derivation/nativePackage.ts";
import { addPlannedTree } from "./addPlannedTree.ts";
import { layoutVersion } from "./layoutVersion.ts";
import { packageSystem } from "./packageSystem.ts";
import { planTree } from "./planTree.ts";
import type { NativeContext } from "./provider.ts";
import { remembered, type Versioned } from "./remembered.ts";
import { stamp } from "./stamp.ts";
import { wantedPath } from "./wantedPath.ts";

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
export async function fromListing(
  wanted: NativePackage,
  context: NativeContext,
): Promise<Result<Versioned | undefined>> {
  const { root, store, env } = context;
  const system = packageSystem(root, context.platform);
  const lister = system && listers[system];
  const names = system && wanted.names[system];
  if (!lister || !names) return ok(undefined);
  const seen = stamp(lister.databases.map((path) => root + path));
  const key = `${layoutVersion} ${root} ${seen} ${names.join(" ")}`;
  return remembered(store, { kind: "native-listing", key }, async () => {
    const [program, ...args] = lister.command;
    const { execa } = await import("execa");
    const listed = await execa(program, [...args, ...names], {
      env: { ...env, LC_ALL: "C" },
      extendEnv: false,
      reject: false,
    });
    if (listed.failed) return ok(undefined);
    const paths = listed.stdout.split("\n").map((path) => (path.startsWith("/") ? path : `/${path}`));
    const plan = planTree(root, paths, wantedPath);
    const added = await addPlannedTree(store, plan, { ...context, name: wanted.name });
    return added.ok ? ok({ digest: added.value }) : added;
  });
}
