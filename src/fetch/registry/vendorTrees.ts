import { ok, type Result } from "../../base/result.ts";
import type { Store } from "../../store/store.ts";
import { crateStem, type LockedPackage } from "./lockedPackage.ts";
import type { Progress } from "./progress.ts";
import { registryDirectory } from "./registryDirectory.ts";
import { selectCrates } from "./selectCrates.ts";
import { type StoredCrate, storeCrates } from "./storeCrates.ts";

export type VendorTreesOptions = {
  /** Ask nobody for crates that are not in Cargo's download cache. Default: false. */
  readonly offline?: boolean;
  /** Told the progress of `fetch` and `unpack`. */
  readonly emit?: (event: Progress) => void;
  /** The environment that Cargo runs in and that names its home. Default: this process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Stops what runs when aborted; what was unpacked is kept. */
  readonly signal?: AbortSignal | undefined;
};

/** One crate of the lock, unpacked in the store. */
export type VendoredCrate = StoredCrate & {
  /** Where it belongs below the vendor directory: `itoa-1.0.15`; see `registryDirectory` for other registries. */
  readonly path: string;
};

/**
 * The crates that a lock takes from registries, each as one immutable tree in the store, in the lock's order.
 * Crates come from Cargo's download cache; where it lacks one, `cargo fetch --locked` runs in `workspaceDir`.
 * Every crate is verified against the lock before anything of it is written.
 *
 * Errors: `checksum-mismatch`, `checksum-missing`, `crate-missing`, `crate-malformed`, `git-unsupported`,
 * `source-unknown`, `lock-stale`, `fetch-failed`, `cargo-missing`, `interrupted`.
 *
 * @example
 * const crates = await vendorTrees(lockedPackages(lock), "/home/me/app", store, { offline: true });
 */
export async function vendorTrees(
  packages: readonly LockedPackage[],
  workspaceDir: string,
  store: Store,
  options: VendorTreesOptions = {},
): Promise<Result<VendoredCrate[]>> {
  const crates = selectCrates(packages);
  if (!crates.ok) return crates;
  const stored = await storeCrates(crates.value, store, {
    workspaceDir,
    offline: options.offline ?? false,
    emit: options.emit ?? (() => {}),
    env: options.env ?? process.env,
    signal: options.signal,
  });
  if (!stored.ok) return stored;
  return ok(stored.value.map((crate) => ({ ...crate, path: pathOf(crate) })));
}

function pathOf(crate: StoredCrate): string {
  const directory = registryDirectory(crate.source);
  return directory === "" ? crateStem(crate) : `${directory}/${crateStem(crate)}`;
}
