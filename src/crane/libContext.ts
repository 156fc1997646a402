import type { Diagnostic } from "../base/diagnostic.ts";
import type { LockFile, Source } from "../derivation/source.ts";
import type { ToolchainRequest } from "../derivation/toolchainRequest.ts";
import type { CrateRegistry } from "../derivation/vendor.ts";
import type { LockEntry } from "./vendor/lockEntry.ts";

/** What the functions of one `lib` share: the toolchain, and what is known of the project. */
export type LibContext = {
  readonly toolchain: ToolchainRequest;
  /** Name and version from a source's root manifest. */
  readonly crateName: (src: Source) => CrateName;
  /** What a lock takes from registries and git. */
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
  readonly profile?: string;
  readonly target?: string;
};

/** Crane's `crateNameFromCargoToml`. */
export type CrateName = { readonly pname: string; readonly version: string };
