import type { Data } from "../base/canonical.ts";
import type { PackageId } from "./packageId.ts";

/** What `cargo build --unit-graph -Z unstable-options` prints, version 1: every compilation and its edges. */
export type UnitGraph = {
  readonly units: readonly Unit[];
  /** Indexes of the units that were asked for. */
  readonly roots: readonly number[];
};

export type Unit = {
  /** As printed: the key under which Cargo's messages name the package. */
  readonly packageId: string;
  readonly package: PackageId;
  readonly target: UnitTarget;
  readonly profile: UnitProfile;
  /** The triple; absent: compiled for the host. */
  readonly platform?: string;
  readonly mode: UnitMode;
  /** Sorted by Cargo. */
  readonly features: readonly string[];
  readonly dependencies: readonly UnitEdge[];
  /** Part of the standard library, with `-Z build-std`. */
  readonly isStd: boolean;
};

export type UnitMode = "build" | "check" | "test" | "doc" | "doctest" | "docscrape" | "run-custom-build";

export type UnitTarget = {
  /** `["lib"]`, `["bin"]`, `["proc-macro"]`, `["custom-build"]`, …; of a library, its crate types. */
  readonly kind: readonly string[];
  readonly crateTypes: readonly string[];
  readonly name: string;
  /** Absolute. */
  readonly srcPath: string;
  readonly edition: string;
  readonly test: boolean;
  readonly doctest: boolean;
  readonly doc: boolean;
  readonly requiredFeatures: readonly string[];
};

/**
 * Every setting as Cargo prints it, in its own names (`opt_level`, `lto`, `strip`, …): keys are made from
 * all.
 */
export type UnitProfile = { readonly name: string; readonly [setting: string]: Data };

export type UnitEdge = {
  /** Into `units`. */
  readonly index: number;
  /** What the depending code calls it. */
  readonly externCrateName: string;
  readonly public: boolean;
  readonly noprelude: boolean;
};
