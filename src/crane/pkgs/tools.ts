import type { CrateBinary } from "../../derivation/model.ts";
import type { PackageTable } from "./package.ts";

const files = { "bin/protoc": "bin/protoc", "include/google/": "include/google/" };

/**
 * The crates that carry the protobuf project's own `protoc`, linked statically, with its standard imports.
 */
const protocCrates: readonly CrateBinary[] = [
  {
    platform: "linux-x86_64",
    crate: "protoc-bin-vendored-linux-x86_64",
    version: "3.3.0",
    checksum: "873cdcc097593432086661aa432b8078f1cd87bfb02847c332e98ae2c119e966",
    files,
  },
  {
    platform: "linux-aarch64",
    crate: "protoc-bin-vendored-linux-aarch_64",
    version: "3.3.0",
    checksum: "73fa2624782ca04cd44f51554566717377acd240e4c0016d757dd74fccc9324f",
    files,
  },
];

/** Programs that build scripts run. */
export const tools = {
  protobuf: {
    bins: ["protoc"],
    headers: ["google/"],
    crates: protocCrates,
    names: [
      "protobuf",
      "protobuf-compiler",
      ["protobuf-compiler", "protobuf-devel"],
      "protobuf",
      ["protoc", "protobuf-dev"],
      "protobuf",
    ],
  },
  pkgConfig: {
    bins: ["pkg-config"],
    names: ["pkg-config", "pkg-config", "pkgconf-pkg-config", "pkgconf", "pkgconf", "pkgconf"],
  },
  shellcheck: {
    bins: ["shellcheck"],
    names: ["shellcheck", "shellcheck", "ShellCheck", "shellcheck", "shellcheck", "shellcheck"],
  },
  cmake: {
    bins: ["cmake", "ctest"],
    needsFiles: true,
    names: ["cmake", "cmake", "cmake", "cmake", "cmake", "cmake"],
  },
  make: { bins: ["make"], names: ["gnumake", "make", "make", "make", "make", "make"] },
  ninja: { bins: ["ninja"], names: ["ninja", "ninja-build", "ninja-build", "ninja", "samurai", "ninja"] },
  autoconf: {
    bins: ["autoconf", "autoreconf"],
    needsFiles: true,
    names: ["autoconf", "autoconf", "autoconf", "autoconf", "autoconf", "autoconf"],
  },
  automake: {
    bins: ["automake", "aclocal"],
    needsFiles: true,
    names: ["automake", "automake", "automake", "automake", "automake", "automake"],
  },
  libtool: {
    bins: ["libtoolize"],
    needsFiles: true,
    names: ["libtool", "libtool", "libtool", "libtool", "libtool", "libtool"],
  },
  nasm: { bins: ["nasm"], names: ["nasm", "nasm", "nasm", "nasm", "nasm", "nasm"] },
  yasm: { bins: ["yasm"], names: ["yasm", "yasm", "yasm", "yasm", "yasm", "yasm"] },
  perl: { bins: ["perl"], needsFiles: true, names: ["perl", "perl", "perl", "perl", "perl", "perl"] },
  python3: {
    bins: ["python3"],
    needsFiles: true,
    names: ["python3", "python3", "python3", "python", "python3", "python3"],
  },
  git: { bins: ["git"], needsFiles: true, names: ["git", "git", "git", "git", "git", "git"] },
  go: { bins: ["go"], needsFiles: true, names: ["go", "golang-go", "golang", "go", "go", "go"] },
  nodejs: {
    bins: ["node"],
    needsFiles: true,
    names: ["nodejs", "nodejs", "nodejs", "nodejs", "nodejs", "node"],
  },
  bison: { bins: ["bison"], names: ["bison", "bison", "bison", "bison", "bison", "bison"] },
  flex: { bins: ["flex"], names: ["flex", "flex", "flex", "flex", "flex", "flex"] },
  gperf: { bins: ["gperf"], names: ["gperf", "gperf", "gperf", "gperf", "gperf", "gperf"] },
  m4: { bins: ["m4"], names: ["m4", "m4", "m4", "m4", "m4", "m4"] },
  gettext: { bins: ["msgfmt"], names: ["gettext", "gettext", "gettext", "gettext", "gettext", "gettext"] },
  clang: {
    bins: ["clang", "clang++"],
    needsFiles: true,
    names: ["clang", "clang", "clang", "clang", "clang", "llvm"],
  },
  lld: { bins: ["ld.lld"], names: ["lld", "lld", "lld", "lld", "lld", "lld"] },
  mold: { bins: ["mold"], names: ["mold", "mold", "mold", "mold", "mold", "mold"] },
  capnproto: {
    bins: ["capnp", "capnpc-c++"],
    names: ["capnproto", "capnproto", "capnproto", "capnproto", "capnproto", "capnp"],
  },
  flatbuffers: {
    bins: ["flatc"],
    names: [
      "flatbuffers",
      "flatbuffers-compiler",
      "flatbuffers-compiler",
      "flatbuffers",
      "flatc",
      "flatbuffers",
    ],
  },
  binaryen: {
    bins: ["wasm-opt"],
    names: ["binaryen", "binaryen", "binaryen", "binaryen", "binaryen", "binaryen"],
  },
  thrift: { bins: ["thrift"], names: ["thrift", "thrift-compiler", "thrift", "thrift", "thrift", "thrift"] },
  jq: { bins: ["jq"], names: ["jq", "jq", "jq", "jq", "jq", "jq"] },
  unzip: { bins: ["unzip"], names: ["unzip", "unzip", "unzip", "unzip", "unzip", "unzip"] },
} as const satisfies PackageTable;
