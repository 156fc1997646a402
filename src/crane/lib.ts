import type { Source } from "../derivation/source.ts";
import type { ToolchainRequest } from "../derivation/toolchainRequest.ts";

/** What the functions of one `lib` share: the toolchain, and what is known of the project. */
export type LibContext = {
  readonly toolchain: ToolchainRequest;
  /** Name and version from a source's root manifest. */
  readonly crateName: (src: Source) => CrateName;
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
