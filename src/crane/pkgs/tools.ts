import { protocCrates, toPackage } from "./package.ts";

/** Programs that build scripts run. */
export const tools = {
  protobuf: toPackage({
    name: "protobuf",
    bins: ["protoc"],
    names: {
      nixpkgs: "protobuf",
      apt: "protobuf-compiler",
      dnf: ["protobuf-compiler", "protobuf-devel"],
      pacman: "protobuf",
      apk: ["protoc", "protobuf-dev"],
      brew: "protobuf",
    },
    crates: protocCrates,
  }),
  pkgConfig: toPackage({
    name: "pkgConfig",
    bins: ["pkg-config"],
    names: {
      nixpkgs: "pkg-config",
      apt: "pkg-config",
      dnf: "pkgconf-pkg-config",
      pacman: "pkgconf",
      apk: "pkgconf",
      brew: "pkgconf",
    },
  }),
  cmake: toPackage({
    name: "cmake",
    bins: ["cmake", "ctest"],
    names: { nixpkgs: "cmake", apt: "cmake", dnf: "cmake", pacman: "cmake", apk: "cmake", brew: "cmake" },
  }),
  make: toPackage({
    name: "make",
    bins: ["make"],
    names: { nixpkgs: "gnumake", apt: "make", dnf: "make", pacman: "make", apk: "make", brew: "make" },
  }),
  ninja: toPackage({
    name: "ninja",
    bins: ["ninja"],
    names: {
      nixpkgs: "ninja",
      apt: "ninja-build",
      dnf: "ninja-build",
      pacman: "ninja",
      apk: "samurai",
      brew: "ninja",
    },
  }),
  autoconf: toPackage({
    name: "autoconf",
    bins: ["autoconf", "autoreconf"],
    names: {
      nixpkgs: "autoconf",
      apt: "autoconf",
      dnf: "autoconf",
      pacman: "autoconf",
      apk: "autoconf",
      brew: "autoconf",
    },
  }),
  automake: toPackage({
    name: "automake",
    bins: ["automake", "aclocal"],
    names: {
      nixpkgs: "automake",
      apt: "automake",
      dnf: "automake",
      pacman: "automake",
      apk: "automake",
      brew: "automake",
    },
  }),
  libtool: toPackage({
    name: "libtool",
    bins: ["libtoolize"],
    names: {
      nixpkgs: "libtool",
      apt: "libtool",
      dnf: "libtool",
      pacman: "libtool",
      apk: "libtool",
      brew: "libtool",
    },
  }),
  nasm: toPackage({
    name: "nasm",
    bins: ["nasm"],
    names: { nixpkgs: "nasm", apt: "nasm", dnf: "nasm", pacman: "nasm", apk: "nasm", brew: "nasm" },
  }),
  yasm: toPackage({
    name: "yasm",
    bins: ["yasm"],
    names: { nixpkgs: "yasm", apt: "yasm", dnf: "yasm", pacman: "yasm", apk: "yasm", brew: "yasm" },
  }),
  perl: toPackage({
    name: "perl",
    bins: ["perl"],
    names: { nixpkgs: "perl", apt: "perl", dnf: "perl", pacman: "perl", apk: "perl", brew: "perl" },
  }),
  python3: toPackage({
    name: "python3",
    bins: ["python3"],
    names: {
      nixpkgs: "python3",
      apt: "python3",
      dnf: "python3",
      pacman: "python",
      apk: "python3",
      brew: "python3",
    },
  }),
  git: toPackage({
    name: "git",
    bins: ["git"],
    names: { nixpkgs: "git", apt: "git", dnf: "git", pacman: "git", apk: "git", brew: "git" },
  }),
  go: toPackage({
    name: "go",
    bins: ["go"],
    names: { nixpkgs: "go", apt: "golang-go", dnf: "golang", pacman: "go", apk: "go", brew: "go" },
  }),
  nodejs: toPackage({
    name: "nodejs",
    bins: ["node"],
    names: { nixpkgs: "nodejs", apt: "nodejs", dnf: "nodejs", pacman: "nodejs", apk: "nodejs", brew: "node" },
  }),
  bison: toPackage({
    name: "bison",
    bins: ["bison"],
    names: { nixpkgs: "bison", apt: "bison", dnf: "bison", pacman: "bison", apk: "bison", brew: "bison" },
  }),
  flex: toPackage({
    name: "flex",
    bins: ["flex"],
    names: { nixpkgs: "flex", apt: "flex", dnf: "flex", pacman: "flex", apk: "flex", brew: "flex" },
  }),
  gperf: toPackage({
    name: "gperf",
    bins: ["gperf"],
    names: { nixpkgs: "gperf", apt: "gperf", dnf: "gperf", pacman: "gperf", apk: "gperf", brew: "gperf" },
  }),
  m4: toPackage({
    name: "m4",
    bins: ["m4"],
    names: { nixpkgs: "m4", apt: "m4", dnf: "m4", pacman: "m4", apk: "m4", brew: "m4" },
  }),
  gettext: toPackage({
    name: "gettext",
    bins: ["msgfmt"],
    names: {
      nixpkgs: "gettext",
      apt: "gettext",
      dnf: "gettext",
      pacman: "gettext",
      apk: "gettext",
      brew: "gettext",
    },
  }),
  clang: toPackage({
    name: "clang",
    bins: ["clang", "clang++"],
    names: { nixpkgs: "clang", apt: "clang", dnf: "clang", pacman: "clang", apk: "clang", brew: "llvm" },
  }),
  lld: toPackage({
    name: "lld",
    bins: ["ld.lld"],
    names: { nixpkgs: "lld", apt: "lld", dnf: "lld", pacman: "lld", apk: "lld", brew: "lld" },
  }),
  mold: toPackage({
    name: "mold",
    bins: ["mold"],
    names: { nixpkgs: "mold", apt: "mold", dnf: "mold", pacman: "mold", apk: "mold", brew: "mold" },
  }),
  capnproto: toPackage({
    name: "capnproto",
    bins: ["capnp", "capnpc-c++"],
    names: {
      nixpkgs: "capnproto",
      apt: "capnproto",
      dnf: "capnproto",
      pacman: "capnproto",
      apk: "capnproto",
      brew: "capnp",
    },
  }),
  flatbuffers: toPackage({
    name: "flatbuffers",
    bins: ["flatc"],
    names: {
      nixpkgs: "flatbuffers",
      apt: "flatbuffers-compiler",
      dnf: "flatbuffers-compiler",
      pacman: "flatbuffers",
      apk: "flatc",
      brew: "flatbuffers",
    },
  }),
  thrift: toPackage({
    name: "thrift",
    bins: ["thrift"],
    names: {
      nixpkgs: "thrift",
      apt: "thrift-compiler",
      dnf: "thrift",
      pacman: "thrift",
      apk: "thrift",
      brew: "thrift",
    },
  }),
  jq: toPackage({
    name: "jq",
    bins: ["jq"],
    names: { nixpkgs: "jq", apt: "jq", dnf: "jq", pacman: "jq", apk: "jq", brew: "jq" },
  }),
  unzip: toPackage({
    name: "unzip",
    bins: ["unzip"],
    names: { nixpkgs: "unzip", apt: "unzip", dnf: "unzip", pacman: "unzip", apk: "unzip", brew: "unzip" },
  }),
} as const;
