import { redact } from "../../cargo/redact.ts";
import type { Tree } from "../../derivation/tree.ts";
import type { VendorChange } from "../../derivation/vendor.ts";
import { entryList, knownEntry } from "./entryList.ts";
import { type GitEntries, type GitEntry, isGitEntry, isRegistryEntry, type LockEntry } from "./lockEntry.ts";
import { lockedTree } from "./lockedTree.ts";
import { overridden } from "./overridden.ts";
import type { Overrides } from "./overrides.ts";
import { replaceable } from "./replaceable.ts";

/**
 * Asks the overrides about every crate and every checkout of the lock; what they change, in the lock's order.
 */
export function vendorChanges(entries: readonly LockEntry[], overrides: Overrides): readonly VendorChange[] {
  return [...packageChanges(entries, overrides), ...checkoutChanges(entries, overrides)];
}

function packageChanges(
  entries: readonly LockEntry[],
  { overrideVendorCargoPackage: override }: Overrides,
): VendorChange[] {
  if (!override) return [];
  return entries.filter(isRegistryEntry).flatMap((entry): VendorChange[] => {
    const { name, version, source } = entry;
    const shown = `${name} v${version}`;
    const [crate, owner] = replaceable<"crate">(shown, lockedTree(entry));
    const asked = { parameter: "crate", name: shown, from: `\`${redact(source)}\``, owner };
    const answer: unknown = override(knownEntry(entry), crate);
    const to = overridden({ override: "overrideVendorCargoPackage", ...asked }, answer);
    return to === undefined ? [] : [{ kind: "package", name, version, source, to }];
  });
}

function checkoutChanges(
  entries: readonly LockEntry[],
  { overrideVendorGitCheckout: override }: Overrides,
): VendorChange[] {
  if (!override) return [];
  return checkoutsOf(entries).flatMap((packages): VendorChange[] => {
    const [{ name, version, source }] = packages;
    const shown = `${name} v${version}`;
    const [checkout, owner] = replaceable<"checkout">(shown, lockedTree(packages[0]));
    const asked = { parameter: "checkout", name: shown, from: `\`${redact(source)}\``, owner };
    const answer: unknown = override(entryList(packages), checkout);
    const to: Tree | undefined = overridden({ override: "overrideVendorGitCheckout", ...asked }, answer);
    return to === undefined ? [] : [{ kind: "checkout", source, to }];
  });
}

/** The git packages of a lock by what they share: the repository, what was asked of it, and the commit. */
function checkoutsOf(entries: readonly LockEntry[]): GitEntries[] {
  const groups = new Map<string, [GitEntry, ...GitEntry[]]>();
  for (const entry of entries.filter(isGitEntry)) {
    const group = groups.get(entry.source);
    if (group) group.push(entry);
    else groups.set(entry.source, [entry]);
  }
  return [...groups.values()];
}
