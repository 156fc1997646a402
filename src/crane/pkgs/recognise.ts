import { byCodeUnit } from "../../base/canonical.ts";
import type { NativePackage } from "../../derivation/nativePackage.ts";
import { recognised } from "./recognised.ts";

export type RecognisedPackage = {
  readonly package: NativePackage;
  /** The crate that wants it. */
  readonly because: string;
  /** The crate can do without it: it is used where it is installed, and its absence is no error. */
  readonly optional: boolean;
  /** The crate compiles its own copy wherever the system has none. */
  readonly bundled: boolean;
};

/**
 * The native packages that the crates of a lock file want, each once, in the order of their names. Where
 * several crates want one, the first by name that cannot do without it is given as the reason.
 *
 * A lock names neither features nor platforms, so a crate that is there may not be built, or may bring its
 * own copy; such needs are optional.
 *
 * @example
 * recogniseNativePackages(new Set(["openssl-sys"])) // openssl and pkgConfig, because of openssl-sys
 */
export function recogniseNativePackages(lockPackageNames: ReadonlySet<string>): RecognisedPackage[] {
  const found = new Map<string, RecognisedPackage>();
  for (const because of [...lockPackageNames].sort(byCodeUnit)) {
    const rule = Object.hasOwn(recognised, because) ? recognised[because] : undefined;
    if (!rule || rule.unless?.some((name) => lockPackageNames.has(name))) continue;
    for (const each of rule.needs) {
      const known = found.get(each.name);
      const { optional = false, bundled = false } = rule;
      const stronger = known && ((known.optional && !optional) || (known.bundled && !bundled));
      if (!known || stronger) found.set(each.name, { package: each, because, optional, bundled });
    }
  }
  return [...found.values()].sort((a, b) => byCodeUnit(a.package.name, b.package.name));
}
