import type { CrateBinary, NativePackage, PackageSystem } from "../../derivation/nativePackage.ts";

/** A native package whose programs can be asked for by name. */
export type Package<Bin extends string = string> = NativePackage & {
  readonly bins: readonly Bin[];
  /**
   * The absolute path that a build sees the program at, for `env: { PROTOC: pkgs.protobuf.bin("protoc") }`.
   * Asking a package of the table for a program that it lacks does not compile; at run time it throws a
   * `Refused` with the diagnostic `native-bin`.
   */
  bin(name: Bin): string;
};

/** What one writes about a package: only its name and what the package managers call it are needed. */
export type PackageSpec<Bin extends string = string> = {
  readonly name: string;
  /** Default: none. */
  readonly bins?: readonly Bin[];
  /** Default: none. */
  readonly pkgConfig?: readonly string[];
  readonly names: { readonly [system in PackageSystem]?: string | readonly string[] };
  readonly crates?: readonly CrateBinary[];
};
