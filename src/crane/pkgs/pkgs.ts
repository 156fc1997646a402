import { desktop, devices } from "./desktop.ts";
import { compression, libraries } from "./libraries.ts";
import { media } from "./media.ts";
import type { Package } from "./package.ts";
import { databases, network } from "./servers.ts";
import { tools } from "./tools.ts";

/**
 * The native packages that Rust crates commonly need, with their names in nixpkgs, apt, dnf, pacman, apk and
 * Homebrew. For others there is `pkg`.
 *
 * @example
 * nativeBuildInputs: [pkgs.protobuf], env: { PROTOC: pkgs.protobuf.bin("protoc") }
 */
export const pkgs = {
  ...tools,
  ...libraries,
  ...compression,
  ...network,
  ...databases,
  ...media,
  ...devices,
  ...desktop,
} as const;

/** All of them, for whoever looks for one by what it brings. */
export const nativePackages: readonly Package[] = Object.values(pkgs);
