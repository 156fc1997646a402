import { backticked, diagnostic } from "../../base/diagnostic.ts";
import { redact } from "../../cargo/redact.ts";
import { parseSourceId } from "../../cargo/sourceId.ts";
import type { CrateTree, GitTree } from "../../derivation/model.ts";
import { onlyKnown, refuse } from "../refuse.ts";

/** A package of a registry, as `Cargo.lock` has it. */
export type RegistryEntry = {
  readonly name: string;
  readonly version: string;
  /** `registry+https://github.com/rust-lang/crates.io-index`. */
  readonly source: `registry+${string}` | `sparse+${string}`;
  /** SHA-256 of the `.crate` file. */
  readonly checksum?: string;
};

/** A package of a git repository, as `Cargo.lock` has it. */
export type GitEntry = {
  readonly name: string;
  readonly version: string;
  /** With what the manifest asked for and the commit: `git+https://github.com/a/b?branch=main#0123…`. */
  readonly source: `git+${string}`;
};

/** A package that the lock takes from elsewhere. The project's own have no source, and no entry here. */
export type LockEntry = RegistryEntry | GitEntry;

/** The packages of one checkout: never none, since a checkout is there for the sake of its packages. */
export type GitEntries = readonly [GitEntry, ...GitEntry[]];

export function isGitEntry(entry: LockEntry): entry is GitEntry {
  return entry.source.startsWith("git+");
}

export function isRegistryEntry(entry: LockEntry): entry is RegistryEntry {
  return !isGitEntry(entry);
}

/** A package as vendoring reads it from a lock. */
type Locked = {
  readonly name: string;
  readonly version: string;
  readonly source?: string | undefined;
  readonly checksum?: string | undefined;
};

/** The packages of a lock that come from git or a registry, in its order. */
export function lockEntries(packages: readonly Locked[]): LockEntry[] {
  return packages.flatMap(({ name, version, source, checksum }): LockEntry[] => {
    if (source === undefined) return [];
    if (isGitSource(source)) return [{ name, version, source }];
    if (!isRegistrySource(source)) return [];
    return [{ name, version, source, ...(checksum !== undefined && { checksum }) }];
  });
}

function isGitSource(source: string): source is GitEntry["source"] {
  return source.startsWith("git+");
}

function isRegistrySource(source: string): source is RegistryEntry["source"] {
  return source.startsWith("registry+") || source.startsWith("sparse+");
}

/**
 * The packages of a checkout for an override that nobody type-checked: to ask the list for what its entries
 * have ends the evaluation with `override-lock-list`, where plain JavaScript would go on with `undefined`.
 */
export function entryList(entries: GitEntries): GitEntries {
  const [first, ...more] = entries;
  const list: GitEntries = [knownEntry(first), ...more.map(knownEntry)];
  return new Proxy(list, {
    get(target, key, receiver) {
      if (typeof key === "string" && key in first && !(key in target)) refuse(isList(key, entries));
      return Reflect.get(target, key, receiver);
    },
  });
}

/** An entry, of which nothing can be asked that it does not have. */
export function knownEntry<E extends { readonly name: string }>(entry: E): E {
  return onlyKnown("an entry of the lock", entry);
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

/**
 * What the lock pins for an entry: a crate, or a whole checkout.
 *
 * @throws Refused, `lock-entry`, for an entry that pins nothing
 */
export function lockedTree(entry: LockEntry): CrateTree | GitTree {
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
