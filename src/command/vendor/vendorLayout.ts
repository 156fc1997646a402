import { compareVersions } from "../../cargo/compareVersions.ts";
import { crateStem } from "../../fetch/registry/lockedPackage.ts";
import { sourceDirectory } from "../../fetch/registry/sourceDirectory.ts";

type Crate = { readonly name: string; readonly version: string; readonly source: string };

export type VendorLayout = {
  /** Where a crate lies below the vendor directory. */
  readonly pathOf: (crate: Crate) => string;
  /** The directory of a source below the vendor directory; `""` for the vendor directory itself. */
  readonly directoryOf: (source: string) => string;
};

/**
 * Names directories as `cargo vendor` does: `serde` for the newest version, `serde-1.0.100` for others, all
 * sources in one directory. Where two sources have crates of one name and version, which `cargo vendor`
 * refuses, each source but crates.io gets a directory of its own.
 */
export function vendorLayout(crates: readonly Crate[]): VendorLayout {
  const flat = new Set(crates.map(crateStem)).size === crates.length;
  const directoryOf = flat ? () => "" : sourceDirectory;
  const newest = new Map<string, string>();
  const scope = (crate: Crate) => `${directoryOf(crate.source)}/${crate.name}`;
  for (const crate of crates) {
    const known = newest.get(scope(crate));
    if (known === undefined || compareVersions(crate.version, known) > 0)
      newest.set(scope(crate), crate.version);
  }
  return {
    directoryOf,
    pathOf: (crate) => {
      const name = newest.get(scope(crate)) === crate.version ? crate.name : crateStem(crate);
      return directoryOf(crate.source) === "" ? name : `${directoryOf(crate.source)}/${name}`;
    },
  };
}
