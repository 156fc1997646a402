import type { Diagnostic } from "../../base/diagnostic.ts";
import type { CargoConfig } from "../../cargo/config/cargoConfig.ts";
import type { CrateRegistry, LockFile, Source, ToolchainRequest } from "../../derivation/model.ts";

/** What the functions of one `lib` share: the toolchain, and what is known of the project. */
export type LibContext = {
  readonly toolchain: ToolchainRequest;
  /** The triple of the machine that builds: `x86_64-unknown-linux-gnu`. */
  readonly host: string;
  /** Cargo's settings in a source; undefined where it has none, or they are not understood. */
  readonly settings: (src: Source) => CargoConfig | undefined;
  /**
   * Name and version from a source's root manifest.
   *
   * @throws Refused: `source-without-manifest`, and those of a manifest that cannot be read
   */
  readonly crateName: (src: Source) => CrateName;
  /**
   * What a lock takes from registries and git.
   *
   * @throws Refused: `lock-missing`, and those of a lock that cannot be read
   */
  readonly lock: (lock: LockFile) => readonly LockEntry[];
  /**
   * A file of a source as text, by its path from the source's workspace; undefined where there is none, or the source does
   * not keep it.
   */
  readonly text: (src: Source, path: string) => string | undefined;
  /** Tells the user something that is no error. */
  readonly warn: (diagnostic: Diagnostic) => void;
  /** Those that crates are downloaded from without asking Cargo. Default: none. */
  readonly registries?: readonly CrateRegistry[];
  /** What the command line chose; it goes before what the configuration says. */
  readonly selection: Selection;
};

/** `-p`, `--features`, `--profile`, `--target` and their like on the command line. */
export type Selection = {
  /** Words for each run of Cargo that compiles: `["--package", "tool"]`. */
  readonly args: readonly string[];
  /** Default: what the configuration says. */
  readonly profile?: string;
  /** A triple. Default: what the configuration says. */
  readonly platform?: string;
};

/** Crane's `crateNameFromCargoToml`. */
export type CrateName = { readonly pname: string; readonly version: string };

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
  return isGitSource(entry.source);
}

export function isRegistryEntry(entry: LockEntry): entry is RegistryEntry {
  return !isGitEntry(entry);
}

/** A package of a lock, its source as text. */
type PackageOfLock = {
  readonly name: string;
  readonly version: string;
  /** Absent: it is the project's own. */
  readonly source?: string | undefined;
  readonly checksum?: string | undefined;
  readonly isUnused?: true | undefined;
};

/**
 * The packages of a lock that come from git or a registry, in its order. A patch that no package uses is one of them where
 * it comes from git, as in Crane: of a registry, the lock does not pin it.
 */
export function lockEntries(packages: readonly PackageOfLock[]): LockEntry[] {
  return packages.flatMap(({ name, version, source, checksum, isUnused }): LockEntry[] => {
    if (source === undefined) return [];
    if (isGitSource(source)) return [{ name, version, source }];
    if (!isRegistrySource(source) || isUnused) return [];
    return [{ name, version, source, ...(checksum !== undefined && { checksum }) }];
  });
}

function isGitSource(source: string): source is GitEntry["source"] {
  return source.startsWith("git+");
}

function isRegistrySource(source: string): source is RegistryEntry["source"] {
  return source.startsWith("registry+") || source.startsWith("sparse+");
}
