import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { redact } from "../../cargo/redact.ts";
import type { Tree, VendorChange } from "../../derivation/model.ts";
import { refuse } from "../refuse.ts";
import {
  entryList,
  type GitEntries,
  type GitEntry,
  isGitEntry,
  isRegistryEntry,
  knownEntry,
  type LockEntry,
  lockedTree,
  type RegistryEntry,
} from "./lockEntry.ts";
import { type Checkout, replaceable, secretOf, type VendoredCrate } from "./replaceable.ts";

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

/** Which override was asked, and for what. */
type Asked = {
  readonly override: "overrideVendorGitCheckout" | "overrideVendorCargoPackage";
  /** What it has to return: `checkout`, `crate`. */
  readonly parameter: string;
  /** `my-dep v0.1.0`. */
  readonly name: string;
  /** Where that comes from, for people. */
  readonly from: string;
  /** The value that it was given. */
  readonly owner: symbol;
};

/**
 * The files that an override's answer stands for; undefined where it left everything alone.
 *
 * @throws Refused: `override-returned-nothing`, `override-returned-other`
 */
function overridden(asked: Asked, answer: unknown): Tree | undefined {
  const secret = secretOf(answer);
  if (secret?.owner === asked.owner) return secret.to;
  const { override, name, from, parameter } = asked;
  if (answer === undefined || answer === null) {
    return refuse(
      diagnostic("override-returned-nothing", `\`${override}\` returned nothing for \`${name}\``, {
        notes: [`it is called for every ${parameter} of the lock; this one comes from ${from}`],
        help: [`return \`${parameter}\` as it is for what you leave alone: … : ${parameter}`],
        status: 2,
      }),
    );
  }
  const what = secret ? `the ${parameter} of another dependency` : described(answer);
  return refuse(
    diagnostic("override-returned-other", `\`${override}\` returned ${what} for \`${name}\``, {
      notes: [
        `only the ${parameter} that it is given knows the packages that the lock wants of it, from ${from}`,
      ],
      help: [`keep it, and give it other files: ${parameter}.overrideAttrs({ src: … })`],
      status: 2,
    }),
  );
}

function described(answer: unknown): string {
  if (typeof answer === "function") return "a function";
  if (Array.isArray(answer)) return "a list";
  if (typeof answer !== "object" || answer === null) return `\`${String(answer)}\``;
  if (answer instanceof Promise) return "a promise";
  const type = "type" in answer ? answer.type : undefined;
  return type === "derivation" ? "a derivation" : typeof type === "string" ? `a \`${type}\`` : "an object";
}

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
