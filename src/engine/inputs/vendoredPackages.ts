import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { ok, type Result } from "../../base/result.ts";
import { lockFileOf } from "../../derivation/lockFileOf.ts";
import type { LockFile } from "../../derivation/source.ts";
import type { WhatIsVendored } from "../../derivation/vendor.ts";
import type { LockedPackage } from "../../fetch/registry/lockedPackage.ts";
import type { InputContext } from "./inputContext.ts";
import { packagesOfLock } from "./lockOf.ts";
import { directoryOf } from "./scanned.ts";
import { standardLibrary } from "./standardLibrary.ts";

/** What one lock adds to those before it. */
export type LockPart = {
  readonly packages: readonly LockedPackage[];
  /** Where Cargo downloads them: beside the lock, where there is a manifest. */
  readonly workspaceDir: string;
  /** Whether the lock is that directory's, so that `cargo fetch --locked` gets what it names. */
  readonly isWorkspaceLock: boolean;
};

/** The packages that shall be vendored, lock by lock, each once however many locks name it. */
export async function vendoredParts(
  context: InputContext,
  { of, locks = [lockFileOf(of)], only }: WhatIsVendored,
): Promise<Result<readonly LockPart[]>> {
  const seen = new Set<string>();
  const parts: LockPart[] = [];
  for (const lock of locks) {
    const packages = await packagesOfLock(context, lock);
    if (!packages.ok) return packages;
    const added = packages.value.filter(({ name, version, source, checksum }) => {
      const isGit = source?.startsWith("git+") ?? false;
      const key = JSON.stringify([name, version, source, checksum]);
      if (seen.has(key) || (only !== undefined && isGit !== (only === "git"))) return false;
      seen.add(key);
      return true;
    });
    if ("toolchain" in lock) {
      const library = standardLibrary(context, lock.toolchain);
      if (!library.ok) return library;
      // Beside it lies a configuration that has Cargo take the crates from `vendor/` there (since Rust 1.85). Its
      // manifests may need the toolchain's own Cargo.
      parts.push({ packages: added, workspaceDir: library.value, isWorkspaceLock: false });
      continue;
    }
    const beside = besides(context, lock);
    parts.push({
      packages: added,
      workspaceDir: beside ?? resolve(directoryOf(context, of), of.workspace ?? ""),
      isWorkspaceLock: beside !== undefined,
    });
  }
  return ok(parts);
}

/** All of them. */
export async function vendoredPackages(
  context: InputContext,
  what: WhatIsVendored,
): Promise<Result<readonly LockedPackage[]>> {
  const parts = await vendoredParts(context, what);
  return parts.ok ? ok(parts.value.flatMap(({ packages }) => packages)) : parts;
}

function besides({ project }: InputContext, lock: LockFile): string | undefined {
  if (!("path" in lock)) return undefined;
  if (basename(lock.path) !== "Cargo.lock") return undefined;
  const directory = dirname(resolve(project.root, lock.path));
  return existsSync(`${directory}/Cargo.toml`) ? directory : undefined;
}
