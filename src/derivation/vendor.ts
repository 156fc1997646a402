import type { LockFile, Source } from "./source.ts";
import type { Tree } from "./tree.ts";

/**
 * Every crate that the locks name, each at `<name>-<version>/` below the mount; those of git repositories and
 * of other registries in directories of their own.
 */
export type Vendor = WhatIsVendored & {
  readonly type: "vendor";
  /** What lies there instead of what the lock pins. Default: nothing. */
  readonly changes?: readonly VendorChange[];
  /** Where crates are downloaded from without asking Cargo. Default: nowhere. */
  readonly registries?: readonly CrateRegistry[];
};

/**
 * The Cargo configuration, `config.toml` below the mount, that replaces the locks' sources by the vendored
 * crates.
 */
export type VendorConfig = WhatIsVendored & { readonly type: "vendor-config" };

export type WhatIsVendored = {
  readonly of: Source;
  /** Default: the `Cargo.lock` of the source. */
  readonly locks?: readonly LockFile[];
  /** Default: both. */
  readonly only?: "registries" | "git";
};

/** One crate, or one checkout with all its crates, replaced. `source` is as the lock has it. */
export type VendorChange = {
  readonly to: Tree;
} & (
  | { readonly kind: "package"; readonly name: string; readonly version: string; readonly source: string }
  | { readonly kind: "checkout"; readonly source: string }
);

/** A registry whose download address is known. */
export type CrateRegistry = {
  /** As a lock names it: `sparse+https://…/`. */
  readonly source: string;
} & (
  | {
      /** With the placeholders of Cargo's registry index, or a prefix of `/{crate}/{version}/download`. */
      readonly downloadUrl: string;
    }
  | {
      /** Where the registry's `config.json` says it. */
      readonly configUrl: string;
      /** SHA-256 of that file, in hexadecimal. Default: whatever it says is believed. */
      readonly configSha256?: string;
    }
  | {
      /** The index's repository and a commit of it that has the current `config.json`. */
      readonly index: string;
      readonly rev: string;
    }
);
