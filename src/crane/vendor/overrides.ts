import type { GitEntries, RegistryEntry } from "./lockEntry.ts";
import type { Checkout, VendoredCrate } from "./replaceable.ts";

/** Functions that may put other files in the place of what the lock pins. */
export type Overrides = {
  /**
   * Called for every checkout, with the packages that the lock takes from it. Returns the checkout as it is,
   * or what its `overrideAttrs` gives. Default: all stay as they are.
   */
  readonly overrideVendorGitCheckout?: (lock: GitEntries, checkout: Checkout) => Checkout;
  /** The same for every crate of a registry. */
  readonly overrideVendorCargoPackage?: (lock: RegistryEntry, crate: VendoredCrate) => VendoredCrate;
};
