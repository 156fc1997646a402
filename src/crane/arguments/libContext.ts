import type { Diagnostic } from "../../base/diagnostic.ts";
import type { CrateRegistry, LockFile, Source, ToolchainRequest } from "../../derivation/model.ts";
import type { LockEntry } from "./lockEntry.ts";

/** What the functions of one `lib` share: the toolchain, and what is known of the project. */
export type LibContext = {
  readonly toolchain: ToolchainRequest;
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
  /** Tells the user something that is no error. */
  readonly warn: (diagnostic: Diagnostic) => void;
  /** Those that crates are downloaded from without asking Cargo. Default: none. */
  readonly registries?: readonly CrateRegistry[];
  /** What the command line chose; it goes before what the configuration says. */
  readonly selection: Selection;
};

/** `-p`, `--profile` and `--target` of the command line. */
export type Selection = {
  readonly packages: readonly string[];
  /** Default: what the configuration says. */
  readonly profile?: string;
  /** A triple. Default: what the configuration says. */
  readonly platform?: string;
};

/** Crane's `crateNameFromCargoToml`. */
export type CrateName = { readonly pname: string; readonly version: string };
