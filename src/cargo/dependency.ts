import type { TomlPath } from "./toml.ts";

/** One entry of a `dependencies` table, as written. */
export type Dependency = {
  /** The key: what the code calls it (with `-` for `_`). */
  readonly name: string;
  /** What the package is called where it comes from; differs from `name` when it is renamed. */
  readonly package: string;
  readonly kind: "normal" | "dev" | "build";
  /** `cfg(unix)` or `x86_64-unknown-linux-gnu`; absent: everywhere. */
  readonly platform?: string;
  /** A version requirement: `1.2`, `=0.3.1`. */
  readonly version?: string;
  /** Relative to the manifest's directory. */
  readonly path?: string;
  readonly git?: string;
  readonly branch?: string;
  readonly tag?: string;
  readonly rev?: string;
  /** A name from Cargo's configuration. */
  readonly registry?: string;
  readonly registryIndex?: string;
  readonly optional: boolean;
  /** Absent: not said, which means true, except for an inherited dependency. */
  readonly defaultFeatures?: boolean;
  readonly features: readonly string[];
  /** `workspace = true`, to be completed by `resolveInheritance`. */
  readonly workspace: boolean;
  /** Where in the manifest it stands. */
  readonly at: TomlPath;
};
