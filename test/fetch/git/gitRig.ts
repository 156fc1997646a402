import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { listTree } from "../../../src/fetch/git/checkout.ts";
import type { LockedPackage } from "../../../src/fetch/lockedPackage.ts";
import { type VendorTreesOptions, vendorTrees } from "../../../src/fetch/vendor/vendorTrees.ts";
import { type GitRepository, gitRepository } from "../../rig/gitRepository.ts";
import { type Rig, rig } from "../registry/rig.ts";

/** A store, a Cargo home without anything, a user without settings, and repositories. */
export type GitRig = Rig & {
  repository(name: string): GitRepository;
  /** The root of all repositories. */
  readonly repositories: string;
  /** Vendors packages and shows each: path → files. */
  vendor(packages: readonly LockedPackage[], options?: Partial<VendorTreesOptions>): Promise<unknown>;
};

export function gitRig(): GitRig {
  const it = rig();
  const repositories = join(it.home, "../repositories");
  const env = {
    ...it.env,
    HOME: it.home,
    RUSTUP_HOME: process.env.RUSTUP_HOME || join(homedir(), ".rustup"),
    GIT_CONFIG_GLOBAL: join(it.home, ".gitconfig"),
    GIT_CONFIG_NOSYSTEM: "1",
    SSH_AUTH_SOCK: undefined,
  };
  return {
    ...it,
    env,
    repositories,
    repository: (name) => gitRepository(join(repositories, name)),
    async vendor(packages, options = {}) {
      const crates = await vendorTrees(packages, it.store, { workspaceDir: it.workspace, env, ...options });
      if (!crates.ok) return crates.error;
      return Object.fromEntries(
        crates.value.map(({ name, version, digest }) => [
          `${name} ${version}`,
          contents(it.store.tree(digest) ?? ""),
        ]),
      );
    },
  };
}

/**
 * Path → text, or `-> target`; executables are marked by `*`. Without the file that Cargo wants of every
 * package.
 */
export function contents(directory: string): Record<string, string> {
  const { files, links } = listTree(directory);
  const texts = [...files]
    .filter((path) => path !== ".cargo-checksum.json")
    .map((path) => {
      const place = join(directory, path);
      return [statSync(place).mode & 0o100 ? `${path}*` : path, readFileSync(place, "utf8")];
    });
  return Object.fromEntries([...texts, ...[...links].map(([path, target]) => [path, `-> ${target}`])]);
}

/** A lock's entry. */
export function locked(name: string, version: string, source: string): LockedPackage {
  return { name, version, source };
}
