// crane/pkgs: the table of native packages, and which crates want them.

import { crossTools } from "./crossTools.ts";
import { desktop } from "./desktop.ts";
import { devices, media } from "./devices.ts";
import { compression, databases, libraries, network } from "./libraries.ts";
import { knownPackages, packagesOf } from "./package.ts";
import { tools } from "./tools.ts";

const table = {
  ...tools,
  ...crossTools,
  ...libraries,
  ...compression,
  ...network,
  ...databases,
  ...media,
  ...devices,
  ...desktop,
} as const;

/**
 * The native packages that Rust crates commonly need, with their names in nixpkgs, apt, dnf, pacman, apk and
 * Homebrew. For others there is `pkg`.
 *
 * @example
 * crane.buildPackage({ src, nativeBuildInputs: [pkgs.protobuf], env: { PROTOC: pkgs.protobuf.bin("protoc") } })
 */
export const pkgs = packagesOf(table);

/** The name that a package has under `pkgs`. */
export type PackageName = keyof typeof pkgs;

/** The same packages by what they bring, for all that looks for the one that brings something. */
export const nativePackages = knownPackages(table);
