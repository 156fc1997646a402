import * as v from "valibot";
import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { redact } from "../../cargo/redact.ts";
import { parseSourceId } from "../../cargo/sourceId.ts";
import type { CrateTree, GitTree, Tree, VendorChange } from "../../derivation/model.ts";
import {
  type GitEntries,
  type GitEntry,
  isGitEntry,
  isRegistryEntry,
  type LockEntry,
  type RegistryEntry,
} from "../arguments/libContext.ts";
import { onlyKnown, refuse, type Schema } from "../arguments/refuse.ts";
import { type Checkout, replaceable, secretOf, type VendoredCrate } from "./replaceable.ts";

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

export const overridesSchema = {
  overrideVendorGitCheckout: v.optional(v.function("a function")),
  overrideVendorCargoPackage: v.optional(v.function("a function")),
} satisfies Schema<Overrides>;

/** What overrides change, in the lock's order, and what the user should hear of them. */
type Overridden = {
  readonly changes: readonly VendorChange[];
  /**
   * `override-unused`: overrides that changed nothing, which most likely match on something that the lock does
   * not have. No errors, since one configuration may serve several locks.
   */
  readonly warnings: readonly Diagnostic[];
};

/**
 * Asks the overrides about every crate and every checkout of a lock.
 *
 * @throws Refused: `lock-entry`, `override-returned-nothing`, `override-returned-other`, `override-lock-list`,
 *   and whatever the overrides themselves refuse
 */
export function askOverrides(entries: readonly LockEntry[], overrides: Overrides): Overridden {
  const packages = changedPackages(entries.filter(isRegistryEntry), overrides);
  const checkouts = changedCheckouts(entries.filter(isGitEntry), overrides);
  const isUnused = (override: keyof Overrides, changes: readonly VendorChange[]) =>
    overrides[override] !== undefined && changes.length === 0;
  return {
    changes: [...packages, ...checkouts],
    warnings: [
      ...(isUnused("overrideVendorGitCheckout", checkouts) ? [unusedCheckout(entries)] : []),
      ...(isUnused("overrideVendorCargoPackage", packages) ? [unusedPackage()] : []),
    ],
  };
}

function changedPackages(
  entries: readonly RegistryEntry[],
  { overrideVendorCargoPackage: override }: Overrides,
): VendorChange[] {
  if (!override) return [];
  return entries.flatMap((entry): VendorChange[] => {
    const { name, version, source } = entry;
    const label = `${name} v${version}`;
    const { value: crate, owner } = replaceable<"crate">(label, lockedTree(entry));
    const question: Question = {
      override: "overrideVendorCargoPackage",
      parameter: "crate",
      name: label,
      from: `\`${redact(source)}\``,
      owner,
    };
    const to = treeOfAnswer(question, override(knownEntry(entry), crate));
    return to === undefined ? [] : [{ kind: "package", name, version, source, to }];
  });
}

function changedCheckouts(
  entries: readonly GitEntry[],
  { overrideVendorGitCheckout: override }: Overrides,
): VendorChange[] {
  if (!override) return [];
  return checkoutsOf(entries).flatMap((packages): VendorChange[] => {
    const [{ name, version, source }] = packages;
    const label = `${name} v${version}`;
    const { value: checkout, owner } = replaceable<"checkout">(label, lockedTree(packages[0]));
    const question: Question = {
      override: "overrideVendorGitCheckout",
      parameter: "checkout",
      name: label,
      from: `\`${redact(source)}\``,
      owner,
    };
    const to = treeOfAnswer(question, override(entryList(packages), checkout));
    return to === undefined ? [] : [{ kind: "checkout", source, to }];
  });
}

/** The git packages of a lock by what they share: the repository, what was asked of it, and the commit. */
function checkoutsOf(entries: readonly GitEntry[]): GitEntries[] {
  const groups = new Map<string, [GitEntry, ...GitEntry[]]>();
  for (const entry of entries) {
    const group = groups.get(entry.source);
    if (group) group.push(entry);
    else groups.set(entry.source, [entry]);
  }
  return [...groups.values()];
}

/**
 * What the lock pins for an entry: a crate, or a whole checkout.
 *
 * @throws Refused: `lock-entry`, for an entry that pins nothing
 */
function lockedTree(entry: LockEntry): CrateTree | GitTree {
  const { name, version, source } = entry;
  if ("checksum" in entry && entry.checksum !== undefined) {
    return { type: "crate", name, version, source, checksum: entry.checksum };
  }
  const id = parseSourceId(source);
  if (id?.kind === "git" && id.commit !== undefined) {
    const { url, commit, reference } = id;
    return { type: "git", name, url, rev: commit, ...(reference.kind !== "default" && { reference }) };
  }
  return refuse(
    diagnostic("lock-entry", `the lock pins nothing for \`${name} v${version}\``, {
      notes: [
        `its source is \`${redact(source)}\`, and a crate needs a checksum, a repository a commit after \`#\``,
      ],
      help: ["cargo generate-lockfile"],
      status: 2,
    }),
  );
}

/**
 * The packages of a checkout for an override that nobody type-checked: to ask the list for what its entries
 * have ends the evaluation with `override-lock-list`, where plain JavaScript would go on with `undefined`.
 */
function entryList(entries: GitEntries): GitEntries {
  const [first, ...more] = entries;
  const list: GitEntries = [knownEntry(first), ...more.map(knownEntry)];
  return new Proxy(list, {
    get(target, key, receiver) {
      if (typeof key === "string" && key in first && !(key in target)) refuse(isList(key, entries));
      return Reflect.get(target, key, receiver);
    },
  });
}

function isList(key: string, entries: readonly GitEntry[]) {
  const names = backticked(entries.map(({ name }) => name));
  return diagnostic("override-lock-list", `\`lock\` is a list of packages, and \`${key}\` is asked of it`, {
    notes: [`a repository can hold several packages; this checkout's: ${names}`],
    help: [
      `write \`lock[0].${key}\`, or match on the repository: fromRepository("github.com/OWNER/NAME")(lock)`,
    ],
    status: 2,
  });
}

/** An entry, of which nothing can be asked that it does not have. */
function knownEntry<E extends LockEntry>(entry: E): E {
  return onlyKnown("an entry of the lock", entry);
}

/** Which override was asked, and for what. */
type Question = {
  readonly override: keyof Overrides;
  /** What it has to return: `checkout`, `crate`. */
  readonly parameter: string;
  /** `my-dep v0.1.0`. */
  readonly name: string;
  /** Where that comes from, for people. */
  readonly from: string;
  /** Of the value that it was given. */
  readonly owner: symbol;
};

/**
 * The files that an override's answer stands for; undefined where it left everything alone.
 *
 * @throws Refused: `override-returned-nothing`, `override-returned-other`
 */
function treeOfAnswer(
  { override, parameter, name, from, owner }: Question,
  answer: unknown,
): Tree | undefined {
  const secret = secretOf(answer);
  if (secret?.owner === owner) return secret.to;
  if (answer === undefined || answer === null) {
    return refuse(
      diagnostic("override-returned-nothing", `\`${override}\` returned nothing for \`${name}\``, {
        notes: [`it is called for every ${parameter} of the lock; this one comes from ${from}`],
        help: [`return \`${parameter}\` as it is for what you leave alone: … : ${parameter}`],
        status: 2,
      }),
    );
  }
  const what = secret ? `the ${parameter} of another dependency` : inWords(answer);
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

function inWords(answer: NonNullable<unknown>): string {
  if (typeof answer === "function") return "a function";
  if (Array.isArray(answer)) return "a list";
  if (typeof answer !== "object") return `\`${String(answer)}\``;
  if (answer instanceof Promise) return "a promise";
  const type = "type" in answer ? answer.type : undefined;
  return type === "derivation" ? "a derivation" : typeof type === "string" ? `a \`${type}\`` : "an object";
}

/** How many sources of the lock a warning lists. */
const listed = 8;

function unusedCheckout(entries: readonly LockEntry[]): Diagnostic {
  const sources = [...new Set(entries.filter(isGitEntry).map(({ source }) => redact(source)))];
  const more = sources.length > listed ? [`and ${sources.length - listed} more`] : [];
  return diagnostic("override-unused", "`overrideVendorGitCheckout` changed no checkout", {
    notes:
      sources.length === 0
        ? ["the lock takes nothing from git"]
        : [...sources.slice(0, listed).map((source) => `the lock has \`${source}\``), ...more],
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
