import type { PackageTable } from "./package.ts";

/** C compilers for other platforms, and what runs programs of other processors. */
export const crossTools = {
  gccAarch64: {
    bins: ["aarch64-linux-gnu-gcc", "aarch64-linux-gnu-ar"],
    needsFiles: true,
    platform: "aarch64-unknown-linux-gnu",
    names: [
      "pkgsCross.aarch64-multiplatform.stdenv.cc",
      ["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"],
      "gcc-aarch64-linux-gnu",
      ["aarch64-linux-gnu-gcc", "aarch64-linux-gnu-glibc"],
    ],
  },
  gxxAarch64: {
    bins: ["aarch64-linux-gnu-g++"],
    needsFiles: true,
    platform: "aarch64-unknown-linux-gnu",
    names: [
      "pkgsCross.aarch64-multiplatform.stdenv.cc",
      "g++-aarch64-linux-gnu",
      "gcc-c++-aarch64-linux-gnu",
      "aarch64-linux-gnu-gcc",
    ],
  },
  gccArmhf: {
    bins: ["arm-linux-gnueabihf-gcc", "arm-linux-gnueabihf-ar"],
    needsFiles: true,
    platform: "armv7-unknown-linux-gnueabihf",
    names: [
      "pkgsCross.armv7l-hf-multiplatform.stdenv.cc",
      ["gcc-arm-linux-gnueabihf", "libc6-dev-armhf-cross"],
      "gcc-arm-linux-gnu",
      "arm-linux-gnueabihf-gcc",
    ],
  },
  gccRiscv64: {
    bins: ["riscv64-linux-gnu-gcc", "riscv64-linux-gnu-ar"],
    needsFiles: true,
    platform: "riscv64gc-unknown-linux-gnu",
    names: [
      "pkgsCross.riscv64.stdenv.cc",
      ["gcc-riscv64-linux-gnu", "libc6-dev-riscv64-cross"],
      "gcc-riscv64-linux-gnu",
      ["riscv64-linux-gnu-gcc", "riscv64-linux-gnu-glibc"],
    ],
  },
  gccX8664: {
    bins: ["x86_64-linux-gnu-gcc", "x86_64-linux-gnu-ar"],
    needsFiles: true,
    platform: "x86_64-unknown-linux-gnu",
    names: [
      "pkgsCross.gnu64.stdenv.cc",
      ["gcc-x86-64-linux-gnu", "libc6-dev-amd64-cross"],
      "gcc-x86_64-linux-gnu",
      "x86_64-linux-gnu-gcc",
    ],
  },
  mingwW64: {
    bins: ["x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-ar", "x86_64-w64-mingw32-dlltool"],
    needsFiles: true,
    platform: "x86_64-pc-windows-gnu",
    names: [
      "pkgsCross.mingwW64.stdenv.cc",
      "gcc-mingw-w64-x86-64",
      "mingw64-gcc",
      "mingw-w64-gcc",
      "mingw-w64-gcc",
      "mingw-w64",
    ],
  },
  gxxMingwW64: {
    bins: ["x86_64-w64-mingw32-g++"],
    needsFiles: true,
    platform: "x86_64-pc-windows-gnu",
    names: [
      "pkgsCross.mingwW64.stdenv.cc",
      "g++-mingw-w64-x86-64",
      "mingw64-gcc-c++",
      "mingw-w64-gcc",
      "mingw-w64-gcc",
      "mingw-w64",
    ],
  },
  musl: {
    bins: ["musl-gcc"],
    needsFiles: true,
    names: ["musl.dev", "musl-tools", "musl-gcc", "musl", "musl-dev"],
  },
  qemuUser: {
    bins: ["qemu-aarch64", "qemu-arm", "qemu-riscv64", "qemu-x86_64"],
    names: [
      "qemu-user",
      "qemu-user",
      "qemu-user",
      "qemu-user",
      ["qemu-aarch64", "qemu-arm", "qemu-riscv64", "qemu-x86_64"],
    ],
  },
} as const satisfies PackageTable;
