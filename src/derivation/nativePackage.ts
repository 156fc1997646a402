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
