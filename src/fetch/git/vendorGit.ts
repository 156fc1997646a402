// fetch/git: the packages that a lock takes from git repositories, fetched by the user's own git.

import { inParallel } from "../../base/concurrency.ts";
import type { Digest } from "../../base/digest.ts";
import { all, ok, type Result } from "../../base/result.ts";
import type { Store } from "../../store/store.ts";
import type { LockedPackage } from "../lockedPackage.ts";
import { type Progress, tellingOfWait } from "../progress.ts";
import {
  bringCheckouts,
  checkoutOnRecord,
  type FetchCheckoutOptions,
  fetchCheckout,
} from "./fetchCheckout.ts";
import { gitCheckouts, type LockedCheckout } from "./gitSource.ts";
import { type GitCrate, packageOnRecord, packagesOfCheckout } from "./packagesOfCheckout.ts";

/** A checkout that may be replaced before packages are taken from it. */
export type ChangeableCheckout = Pick<LockedCheckout, "source" | "packages"> & {
  /** Its tree. Nothing is fetched unless it is asked for. */
  readonly digest: () => Promise<Result<Digest>>;
};

type VendorGitOptions = Omit<FetchCheckoutOptions, "wantedBy" | "wantedAs" | "asking" | "onWait"> & {
  readonly emit: (event: Progress) => void;
  readonly change?: ((checkout: ChangeableCheckout) => Promise<Result<Digest>>) | undefined;
};

/**
 * The packages that a lock takes from git, in the order of their repositories, each in the store.
 *
 * Errors: those of `gitCheckouts`, of `fetchCheckout`, of `packagesOfCheckout` and of `change`.
 */
export async function vendorGit(
  packages: readonly LockedPackage[],
  store: Store,
  options: VendorGitOptions,
): Promise<Result<GitCrate[]>> {
  const checkouts = gitCheckouts(packages);
  if (!checkouts.ok) return checkouts;
  if (!options.change) {
    const sources = checkouts.value.map(({ pinned }) => pinned);
    await bringCheckouts(sources, store, options);
  }
  const change = options.change ?? (({ digest }) => digest());
  let [asked, done] = [0, 0];
  const report = () => options.emit({ type: "progress", what: "git", done, total: asked });
  const results = await inParallel(checkouts.value, fetchedAtOnce, async ({ source, pinned, packages }) => {
    const [{ name, version }] = packages;
    const digest = async () => {
      let isAsking = false;
      const asking = () => {
        if (isAsking) return;
        isAsking = true;
        asked++;
        report();
      };
      const wantedBy = `${name} v${version}`;
      const onWait = tellingOfWait(options.emit, `\`${name}\` from git`);
      const tree = await fetchCheckout(pinned, store, { ...options, wantedBy, asking, onWait });
      if (isAsking && tree.ok) done++;
      return tree;
    };
    const tree = await change({ source, packages, digest });
    return tree.ok ? packagesOfCheckout(store, tree.value, packages) : tree;
  });
  if (done > 0) report();
  const crates = all(results);
  return crates.ok ? ok(crates.value.flat()) : crates;
}

/** Whether all are in the store, so that neither a checkout nor a server is needed; undefined: what is locked is wrong. */
export function arePackagesThere(packages: readonly LockedPackage[], store: Store): boolean | undefined {
  const checkouts = gitCheckouts(packages);
  if (!checkouts.ok) return undefined;
  return checkouts.value.every(({ pinned, packages }) => {
    const tree = checkoutOnRecord(pinned, store);
    if (tree === undefined) return false;
    return packages.every((one) => packageOnRecord(store, tree, { one, packages }) !== undefined);
  });
}

/** So many servers are asked at once. */
const fetchedAtOnce = 4;
