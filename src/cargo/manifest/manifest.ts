// cargo/manifest: `Cargo.toml` as typed data: what it says, what it inherits, which targets a package has.

import type { TomlDocument, TomlPath, TomlTable } from "../toml/toml.ts";

/** Written `{ workspace = true }`: the workspace's root says it. */
export type Inherited = { readonly workspace: true };

/** A `Cargo.toml` as written: nothing is inherited, expanded or discovered yet. */
export type Manifest = ManifestOf<Package>;

/** A manifest after `resolveInheritance`: no field and no dependency refers to the workspace. */
export type ResolvedManifest = ManifestOf<ResolvedPackage>;

export type ManifestOf<P> = {
  /** The file's name, as it was given; relative paths in it count from its directory. */
  readonly file: string;
  /** Everything that was written, known to Cargo or not. */
  readonly raw: TomlTable;
  readonly document: TomlDocument;
  /** Absent in a virtual manifest. */
  readonly package?: P;
  readonly workspace?: Workspace;
  /** Only those that are written; see `automaticTargets` for all. */
  readonly targets: readonly ManifestTarget[];
  /** Normal, dev and build dependencies, of all platforms. */
  readonly dependencies: readonly Dependency[];
  readonly features: Readonly<Record<string, readonly string[]>>;
  /** By what is patched: `crates-io`, a registry's name or a URL. */
  readonly patch: Readonly<Record<string, readonly Dependency[]>>;
  readonly replace: readonly Dependency[];
  /** As written, by name. */
  readonly profiles: Readonly<Record<string, TomlTable>>;
  readonly lints?: TomlTable | Inherited;
};

export type Package = {
  readonly name: string;
  /** Absent: `0.0.0` (since Cargo 1.75). */
  readonly version?: string | Inherited;
  /** Absent: `2015`. */
  readonly edition?: string | Inherited;
  readonly rustVersion?: string | Inherited;
  readonly description?: string | Inherited;
  readonly license?: string | Inherited;
  readonly homepage?: string | Inherited;
  readonly repository?: string | Inherited;
  /**
   * The build script's path; true: `build.rs` must be there; false: none; absent: `build.rs` if it is there.
   */
  readonly build?: string | boolean | readonly string[];
  readonly links?: string;
  /** `autobins = false` and its like; absent: not said. */
  readonly automatic: { readonly [kind in AutomaticKind]?: boolean };
  readonly defaultRun?: string;
  /** The directory of the workspace's root, where it is not a parent directory. */
  readonly workspace?: string;
  readonly resolver?: string;
  /** `package.metadata`, raw: for other tools. */
  readonly metadata: TomlTable;
};

export type ResolvedPackage = { readonly [K in keyof Package]: Exclude<Package[K], Inherited> };

export type AutomaticKind = "lib" | "bin" | "example" | "test" | "bench";

export type Workspace = {
  /** Paths and globs. */
  readonly members: readonly string[];
  readonly exclude: readonly string[];
  /** Absent: all members, or the root's package where it has one. */
  readonly defaultMembers?: readonly string[];
  readonly resolver?: string;
  /** What members may inherit, as written. */
  readonly package: TomlTable;
  readonly dependencies: readonly Dependency[];
  readonly lints?: TomlTable;
  readonly metadata: TomlTable;
};

/** `[lib]`, or one element of `[[bin]]`, `[[example]]`, `[[test]]`, `[[bench]]`. */
export type ManifestTarget = {
  readonly kind: AutomaticKind;
  readonly name?: string;
  /** Relative to the manifest's directory. */
  readonly path?: string;
  readonly crateTypes?: readonly string[];
  readonly procMacro?: boolean;
  readonly requiredFeatures: readonly string[];
  readonly harness?: boolean;
  readonly test?: boolean;
  readonly doctest?: boolean;
  readonly bench?: boolean;
  readonly doc?: boolean;
  readonly edition?: string;
};

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
  /** A name from Cargo's settings (`[registries]`). */
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
