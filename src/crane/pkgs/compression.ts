import { toPackage } from "./toPackage.ts";

/** Compression. */
export const compression = {
  zlib: toPackage({
    name: "zlib",
    pkgConfig: ["zlib"],
    names: {
      nixpkgs: "zlib",
      apt: "zlib1g-dev",
      dnf: "zlib-devel",
      pacman: "zlib",
      apk: "zlib-dev",
      brew: "zlib",
    },
  }),
  zstd: toPackage({
    name: "zstd",
    pkgConfig: ["libzstd"],
    names: {
      nixpkgs: "zstd",
      apt: "libzstd-dev",
      dnf: "libzstd-devel",
      pacman: "zstd",
      apk: "zstd-dev",
      brew: "zstd",
    },
  }),
  bzip2: toPackage({
    name: "bzip2",
    names: {
      nixpkgs: "bzip2",
      apt: "libbz2-dev",
      dnf: "bzip2-devel",
      pacman: "bzip2",
      apk: "bzip2-dev",
      brew: "bzip2",
    },
  }),
  xz: toPackage({
    name: "xz",
    pkgConfig: ["liblzma"],
    names: { nixpkgs: "xz", apt: "liblzma-dev", dnf: "xz-devel", pacman: "xz", apk: "xz-dev", brew: "xz" },
  }),
  lz4: toPackage({
    name: "lz4",
    pkgConfig: ["liblz4"],
    names: {
      nixpkgs: "lz4",
      apt: "liblz4-dev",
      dnf: "lz4-devel",
      pacman: "lz4",
      apk: "lz4-dev",
      brew: "lz4",
    },
  }),
  snappy: toPackage({
    name: "snappy",
    names: {
      nixpkgs: "snappy",
      apt: "libsnappy-dev",
      dnf: "snappy-devel",
      pacman: "snappy",
      apk: "snappy-dev",
      brew: "snappy",
    },
  }),
  brotli: toPackage({
    name: "brotli",
    pkgConfig: ["libbrotlicommon", "libbrotlidec", "libbrotlienc"],
    names: {
      nixpkgs: "brotli",
      apt: "libbrotli-dev",
      dnf: "brotli-devel",
      pacman: "brotli",
      apk: "brotli-dev",
      brew: "brotli",
    },
  }),
  libarchive: toPackage({
    name: "libarchive",
    pkgConfig: ["libarchive"],
    names: {
      nixpkgs: "libarchive",
      apt: "libarchive-dev",
      dnf: "libarchive-devel",
      pacman: "libarchive",
      apk: "libarchive-dev",
      brew: "libarchive",
    },
  }),
} as const;
