import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { redact } from "../../cargo/redact.ts";
import type { VendorChange } from "../../derivation/vendor.ts";
import { isGitEntry, type LockEntry } from "./lockEntry.ts";
import type { Overrides } from "./overrides.ts";

const shown = 8;

/**
 * `override-unused`: overrides that changed nothing, which most likely match on something that the lock does
 * not have. A warning, since one configuration may serve several locks.
 */
export function unusedOverrides(
  entries: readonly LockEntry[],
  overrides: Overrides,
  changes: readonly VendorChange[],
): Diagnostic[] {
  const changed = (kind: VendorChange["kind"]) => changes.some((change) => change.kind === kind);
  return [
    ...(overrides.overrideVendorGitCheckout && !changed("checkout") ? [unusedCheckout(entries)] : []),
    ...(overrides.overrideVendorCargoPackage && !changed("package") ? [unusedPackage()] : []),
  ];
}

function unusedCheckout(entries: readonly LockEntry[]): Diagnostic {
  const sources = [...new Set(entries.filter(isGitEntry).map(({ source }) => redact(source)))];
  const more = sources.length > shown ? [`and ${sources.length - shown} more`] : [];
  return diagnostic("override-unused", "`overrideVendorGitCheckout` changed no checkout", {
    notes:
      sources.length === 0
        ? ["the lock takes nothing from git"]
        : [...sources.slice(0, shown).map((source) => `the lock has \`${source}\``), ...more],
    help:
      sources.length === 0
        ? ["remove it"]
        : ['match on the repository that the lock has: fromRepository("github.com/OWNER/NAME")(lock)'],
    status: 2,
  });
}

function unusedPackage(): Diagnostic {
  return diagnostic("override-unused", "`overrideVendorCargoPackage` changed no crate", {
    notes: ["no crate of the lock has the name, version or source that it looks for"],
    help: ["compare it with the lock: cargo tree --prefix none"],
    status: 2,
  });
}
