import type { NativePackage } from "../derivation/nativePackage.ts";

/** What each package manager calls the package that has a program. */
export type PackageNames = NativePackage["names"];

const utilLinux: PackageNames = {
  apt: ["util-linux"],
  dnf: ["util-linux"],
  pacman: ["util-linux"],
  apk: ["util-linux-misc"],
  nixpkgs: ["util-linux"],
};

/** The packages of the programs that the sandbox consists of. */
export const sandboxPrograms: Readonly<Record<string, PackageNames>> = {
  bwrap: {
    apt: ["bubblewrap"],
    dnf: ["bubblewrap"],
    pacman: ["bubblewrap"],
    apk: ["bubblewrap"],
    nixpkgs: ["bubblewrap"],
  },
  setpriv: { ...utilLinux, apk: ["setpriv"] },
  unshare: utilLinux,
  mount: { ...utilLinux, apt: ["mount"], apk: ["mount"] },
};
