import { lockFileOf } from "../../derivation/lockFileOf.ts";
import type { Source } from "../../derivation/source.ts";
import type { Vendor, WhatIsVendored } from "../../derivation/vendor.ts";
import type { LibContext } from "../libContext.ts";
import { isGitEntry, type LockEntry } from "./lockEntry.ts";
import type { Overrides } from "./overrides.ts";
import { unusedOverrides } from "./unusedOverrides.ts";
import { vendorChanges } from "./vendorChanges.ts";

export const wholeProject: Source = { type: "source", root: ".", filter: { kind: "everything" } };

/**
 * The vendored crates of some locks, with the changes of overrides. The locks are read only if there is an
 * override.
 */
export function vendorOf(context: LibContext, overrides: Overrides, what: WhatIsVendored): Vendor {
  const registries = context.registries ?? [];
  const plain: Vendor = { type: "vendor", ...what, ...(registries.length > 0 && { registries }) };
  if (!overrides.overrideVendorGitCheckout && !overrides.overrideVendorCargoPackage) return plain;
  const entries = entriesOf(context, what);
  const changes = vendorChanges(entries, overrides);
  for (const warning of unusedOverrides(entries, overrides, changes)) context.warn(warning);
  return changes.length === 0 ? plain : { ...plain, changes };
}

function entriesOf(context: LibContext, { of, locks, only }: WhatIsVendored): readonly LockEntry[] {
  const entries = (locks ?? [lockFileOf(of)]).flatMap((lock) => context.lock(lock));
  const unique = new Map(entries.map((entry) => [`${entry.name} ${entry.version} ${entry.source}`, entry]));
  return [...unique.values()].filter((entry) => only === undefined || isGitEntry(entry) === (only === "git"));
}
